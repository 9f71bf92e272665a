"""Texts kept for use again, in folders, with every version that was saved."""
