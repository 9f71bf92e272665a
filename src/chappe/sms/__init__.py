"""The text of an SMS: alphabets, parts, headers, receipts, keywords.

Pure: no I/O, no clock, imports no other room.
"""
