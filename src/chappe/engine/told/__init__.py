"""Refusals and failures in the ledger, read for what they tell of the numbers."""
