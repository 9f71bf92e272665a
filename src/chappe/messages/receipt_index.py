"""Indexes by the carrier's id, for receipts whose message the sender no longer has in memory.

The partition of a day is indexed when the day is over; one that is still written, only when the sender asks
because it had to read it whole (the index costs each new row more than the row itself). Built beside the
writing, so that neither submits nor receipts wait.
"""

from datetime import date, timedelta
from typing import Final

import asyncpg
from asyncpg import Record

from chappe.db.pool import OwnConnection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.messages")

ASKED: Final = "chappe_late_receipts"
"""Channel on which a sender says that it asked for the index of a day."""

_RECEIPT_DAYS = timedelta(days=4)


async def build_next(conn: OwnConnection, today: date) -> date | None:
    """Index one day that needs it; None when none does, or another worker is at it. `conn` is the caller's
    own, outside a transaction, and is to be closed: it holds a lock.
    """
    if not await conn.fetchval(SQL.lock_receipt_index):
        return None
    await conn.execute(SQL.forget_receipt_days, today - _RECEIPT_DAYS)
    found = await conn.fetchrow(SQL.day_without_receipt_index, today - _RECEIPT_DAYS, today)
    if found is None:
        return None
    await conn.execute(SQL.wait_for_readers)
    if found["broken"]:
        await _run(conn, await conn.fetch(SQL.drop_receipt_index, found["day"]))
    try:
        await _run(conn, await conn.fetch(SQL.build_receipt_index, found["day"]))
    except asyncpg.PostgresError:
        # Half an index costs each new row and answers nobody.
        if not conn.is_closed():
            await _run(conn, await conn.fetch(SQL.drop_receipt_index, found["day"]))
        raise
    day: date = found["day"]
    return day


async def _run(conn: OwnConnection, steps: list[Record]) -> None:
    for step in steps:
        await conn.execute(step[0])
