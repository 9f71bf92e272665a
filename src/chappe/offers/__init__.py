"""Pools of unique codes.

    offer_range (free) ──taken with the plan──▶ offer_given ──reported──▶ offer_code.used_at, conversion

A code is given by the transaction that writes its message: it is a range of numbers cut off a row that
nobody else has locked, and one row that says whose it is. So a code is never given twice, and what dies with
a process goes back to the pool.
"""
