"""Contacts found by name and number, narrowed and sorted, quick at a million."""
