"""Messages that nobody keeps any longer. As the engine's role.

A day of the ledger is a partition of its own. When every message in it may go, it is dropped whole: a matter
of milliseconds, whatever it holds, and its space on disk is free at once. Where workspaces keep for different
times, rows go a bounded step at a time until the last of them lets go of the day.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from asyncpg import LockNotAvailableError

from chappe.db.pool import Connection
from chappe.messages.erasing import SQL, Stretch
from chappe.messages.model import first_id_of_day

STEP: Final = 10_000
"""Messages of all workspaces that one step goes through."""


class DayInUse(Exception):
    """The day is being read, or the ledger written, without a pause: later."""


async def days_before(conn: Connection, day: date) -> list[date]:
    """Days that the ledger has, the first one first."""
    return [row["day"] for row in await conn.fetch(SQL.message_days, day)]


async def end_of_gone(conn: Connection, workspace_id: int, first_kept: date) -> int:
    """Messages of the workspace below this id may go: those of earlier days, up to the first that may still
    be sent.
    """
    waiting: int | None = await conn.fetchval(SQL.first_waiting, workspace_id)
    end = first_id_of_day(first_kept)
    return end if waiting is None else min(end, waiting)


async def kept_by_others(conn: Connection, day: date, workspace_ids: Sequence[int]) -> bool:
    """Whether the day holds a message of another workspace."""
    found: bool = await conn.fetchval(SQL.has_messages_of_others, *bounds(day), workspace_ids)
    return found


async def drop_day(conn: Connection, day: date) -> None:
    """Take a day away whole. DayInUse after 0.3 s: the transaction is lost."""
    await conn.execute(SQL.wait_little)
    try:
        await conn.execute(SQL.drop_day, day)
    except LockNotAvailableError:
        raise DayInUse from None
    await conn.execute(SQL.drop_exceptions, *bounds(day))


async def delete_messages(
    conn: Connection, workspace_id: int, start: int, end: int, most: int = STEP
) -> Stretch:
    """Delete a workspace's messages from id `start` to below `end`, one bounded step of it."""
    last: int | None = await conn.fetchval(SQL.stretch_end, start, end, most)
    if last is None:
        return Stretch(end, 0, False)
    gone: int = await conn.fetchval(SQL.delete_messages, workspace_id, start, last)
    return Stretch(last + 1, gone, True)


async def messages_below(conn: Connection, workspace_ids: Sequence[int], end: int, most: int) -> int:
    """How many messages stand below id `end`, counted up to `most`."""
    found: int = await conn.fetchval(SQL.messages_below, workspace_ids, end, most)
    return found


def bounds(day: date) -> tuple[int, int]:
    """The first id of the day, and of the next."""
    return first_id_of_day(day), first_id_of_day(day + timedelta(days=1))
