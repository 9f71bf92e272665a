"""Suppressions that came by the thousand, from a list, and leave with it when it is undone."""
