"""Messages that are kept for a time: days of the ledger go whole, or by workspaces that let go of them."""

import asyncio
from datetime import date
from typing import NamedTuple

import structlog

from chappe.db.pool import Connection, Database
from chappe.desk.retention.service import SQL, first_kept_day
from chappe.messages import aging
from chappe.messages.model import first_id_of_day

log = structlog.get_logger()


class Gone(NamedTuple):
    """`days` that were dropped whole; `messages` that were deleted of days which others keep; `waiting`: days
    that were in use, for the next round.
    """

    days: int = 0
    messages: int = 0
    waiting: int = 0


class Aging(NamedTuple):
    """A workspace that lets go of messages below id `end`; those below `done` are gone already."""

    workspace_id: int
    done: int
    end: int

    def lets_go_of(self, day: date) -> bool:
        lo, hi = aging.bounds(day)
        return self.end > lo and self.done < hi


async def keep_messages(db: Database, today: date, *, rest: float = 0.0) -> Gone:
    """Take away all messages that no workspace keeps. Several workers may: what is gone is gone."""
    async with db.engine_transaction() as conn:
        known = await _aging(conn, today)
        days = await aging.days_before(conn, today) if known else []
    gone = Gone()
    for day in days:
        if any(one.lets_go_of(day) for one in known):
            gone = await _keep_day(db, day, today, gone, rest)
    if not gone.waiting:
        async with db.engine_transaction() as conn:
            for one in known:
                await conn.execute(SQL.note_messages_gone, one.workspace_id, one.end)
    if any(gone):
        log.info("messages_gone", days=gone.days, messages=gone.messages, waiting=gone.waiting)
    return gone


async def would_go(conn: Connection, workspace_id: int, months: int, today: date, most: int) -> int:
    """How many messages a workspace and its test data have from before, counted up to `most`."""
    ids = [row["id"] for row in await conn.fetch(SQL.with_test_data, workspace_id)]
    return await aging.messages_below(conn, ids, first_id_of_day(first_kept_day(today, months)), most)


async def _aging(conn: Connection, today: date) -> list[Aging]:
    return [
        Aging(workspace, done, await aging.end_of_gone(conn, workspace, first_kept_day(today, months)))
        for workspace, months, done in await conn.fetch(SQL.limited_messages)
    ]


async def _keep_day(db: Database, day: date, today: date, gone: Gone, rest: float) -> Gone:
    lo, hi = aging.bounds(day)
    try:
        async with db.engine_transaction() as conn:
            # Anew: "for ever" counts from the next day on that is gone through.
            known = await _aging(conn, today)
            whole = [one.workspace_id for one in known if one.end >= hi]
            if whole and not await aging.kept_by_others(conn, day, whole):
                await aging.drop_day(conn, day)
                return gone._replace(days=gone.days + 1)
    except aging.DayInUse:
        return gone._replace(waiting=gone.waiting + 1)
    for one in known:
        if one.lets_go_of(day):
            n = await _delete(db, one.workspace_id, max(lo, one.done), min(hi, one.end), rest)
            gone = gone._replace(messages=gone.messages + n)
    return gone


async def _delete(db: Database, workspace_id: int, start: int, end: int, rest: float) -> int:
    gone, more = 0, True
    while more:
        async with db.engine_transaction() as conn:
            done = await aging.delete_messages(conn, workspace_id, start, end)
        gone, more, start = gone + done.texts, done.more, done.end
        await asyncio.sleep(rest)
    return gone
