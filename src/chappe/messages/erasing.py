"""Forgetting what was written: a message's row stays, with its number, state and parts; its text goes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.messages.answers import STOP_WORDS

SQL = load_statements("chappe.messages")

BATCH: Final = 5_000
"""Messages of all workspaces that one step goes through."""


class Stretch(NamedTuple):
    """`end`: messages below it have been gone through. `texts`: how many were erased. `more`: go on."""

    end: int
    texts: int
    more: bool


async def erase_texts(
    conn: Connection, workspace_id: int, start: int, end: int, most: int = BATCH
) -> Stretch:
    """Erase the texts of a workspace's messages from id `start` to below `end`, one bounded step of it.

    Stops before the first message that may still be sent, however old: what waits keeps its text.
    """
    waiting: int | None = await conn.fetchval(SQL.first_waiting, workspace_id)
    if waiting is not None:
        end = min(end, waiting)
    last: int | None = await conn.fetchval(SQL.stretch_end, start, end, most)
    if last is None:
        return Stretch(max(start, end), 0, False)
    done = await conn.execute(SQL.erase_texts, workspace_id, start, last)
    return Stretch(last + 1, int(done.rpartition(" ")[2]), True)


async def texts_below(conn: Connection, workspace_ids: Sequence[int], end: int, most: int) -> int:
    """How many texts stand below id `end`, counted up to `most`."""
    found: int = await conn.fetchval(SQL.texts_below, workspace_ids, end, most)
    return found


async def erase_received(conn: Connection, workspace_id: int, before: datetime, most: int = BATCH) -> int:
    """Erase the words of what people wrote before a moment, some of them; how many. That they wrote stays."""
    done = await conn.execute(SQL.erase_inbound, workspace_id, before, most, STOP_WORDS)
    return int(done.rpartition(" ")[2])
