"""Indexes by number, for the days that are over.

While a day is written, its messages are found by filters that cost nothing to write and some milliseconds a
million messages to read (0011_messages_of_a_number.sql). The index that answers at once is built when nobody
adds to the day any more, in one pass over sorted numbers instead of a search for each.
"""

from datetime import date

from chappe.db.pool import OwnConnection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.messages")


async def build_next(conn: OwnConnection, today: date) -> date | None:
    """Index one day before today; None when all are, or another worker is at it. `conn` is the caller's own,
    outside a transaction, and is to be closed: it holds a lock.
    """
    if not await conn.fetchval(SQL.lock_phone_index):
        return None
    found = await conn.fetchrow(SQL.day_without_phone_index, today)
    if found is None:
        return None
    day: date = found["day"]
    await conn.execute(SQL.wait_for_readers)
    if found["broken"]:
        await conn.execute(await conn.fetchval(SQL.drop_phone_index, day))
    await conn.execute(await conn.fetchval(SQL.build_phone_index, day))
    return day
