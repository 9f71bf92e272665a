"""The one door to the ledger: intent, gate, text, rows."""
