"""Small tools that know no domain: clock, ids, redaction, tokens, backoff, errors."""
