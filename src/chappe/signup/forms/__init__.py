"""Sign-up forms: written, published in versions, filled in on a page of ours, on another site or by text."""
