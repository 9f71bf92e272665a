"""The ledger of outbound messages: what was accepted, why, and what became of it."""
