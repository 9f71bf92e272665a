"""May this message leave, now, later or not at all, and why: one answer for estimates, plans and single
sends.
"""
