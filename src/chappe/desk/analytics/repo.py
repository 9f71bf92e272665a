"""Functions on a connection; the only reader of this folder's `queries.sql`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from chappe.campaigns.model import Audience
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.desk.analytics.model import Act, Growth, Sent
from chappe.desk.periods import Period
from chappe.messages.answers import STOP_WORDS

SQL = load_statements("chappe.desk.analytics")

_SEEN = ("click", "reply", "stop")
_SOLD = ("conversion",)


class RunOf(NamedTuple):
    """The campaign that a run is of."""

    campaign_id: UUID
    name: str
    topic_id: UUID | None
    audience: Audience


async def zone(conn: Connection, workspace_id: int) -> str:
    """Where its days begin: an IANA name."""
    name: str = await conn.fetchval(SQL.zone, workspace_id)
    return name


async def by_run(conn: Connection, workspace_id: int, period: Period) -> tuple[list[Sent], list[Act]]:
    """Of the period and the one before, by run; key 0: single messages."""
    asked = (workspace_id, period.before.first, period.first, period.last)
    sent = [Sent._make(row) for row in await conn.fetch(SQL.sent_by_run, *asked)]
    return sent, [Act._make(row) for row in await conn.fetch(SQL.acts_by_run, *asked)]


async def by_day(conn: Connection, workspace_id: int, period: Period) -> tuple[list[Sent], list[Act]]:
    """By day of the period."""
    asked = (workspace_id, period.first, period.last)
    sent = [Sent._make(row) for row in await conn.fetch(SQL.sent_by_day, *asked)]
    return sent, [Act._make(row) for row in await conn.fetch(SQL.acts_by_day, *asked)]


async def growth(conn: Connection, workspace_id: int, period: Period) -> list[Growth]:
    """Days on which somebody came or left."""
    asked = (workspace_id, period.first, period.last)
    return [Growth._make(row) for row in await conn.fetch(SQL.people_by_day, *asked)]


async def people_before(conn: Connection, workspace_id: int, day: date) -> int:
    n: int = await conn.fetchval(SQL.people_before, workspace_id, day)
    return max(n, 0)


async def first_day(conn: Connection, workspace_id: int) -> date | None:
    day: date | None = await conn.fetchval(SQL.first_day, workspace_id)
    return day


async def campaigns(conn: Connection, workspace_id: int, runs: Sequence[int]) -> dict[int, RunOf]:
    """By run."""
    rows = await conn.fetch(SQL.campaigns_of_runs, workspace_id, runs)
    return {
        row["id"]: RunOf(
            row["campaign_id"], row["name"], row["topic_id"], msgspec.convert(row["audience"], Audience)
        )
        for row in rows
    }


async def count_acts(conn: Connection, zones: str, now: datetime) -> str:
    """Clicks and answers, from the first day that was not wholly settled when they were counted last; the
    mark to note. They are settled a moment after they came, or hours after it when the worker was away.
    """
    before = await conn.fetchval(SQL.counted_mark, "acts")
    first, _, rest = (before or "").partition(" ")
    since = date.fromisoformat(first) if first and rest == zones else None
    frontier = await conn.fetchval(SQL.acts_frontier, now)
    await conn.execute(SQL.forget_acts, since, _SEEN)
    await conn.execute(SQL.count_acts, since, STOP_WORDS)
    return f"{frontier} {zones}"


async def count_conversions(conn: Connection, zones: str) -> str | None:
    """Conversions, from the first day that changed; the mark to note, None when nothing has changed.

    They are settled one transaction at a time, so their numbers come in the order of commits.
    """
    row = await conn.fetchrow(SQL.conversions_mark)
    assert row is not None, "one row"
    mark = f"{row['last']} {row['refunded']} {zones}"
    before = await conn.fetchval(SQL.counted_mark, "conversions")
    if before == mark:
        return None
    last, _, rest = (before or "").partition(" ")
    since = None
    if rest == mark.partition(" ")[2] and last.isdigit():
        since = await conn.fetchval(SQL.conversions_since, int(last))
    await conn.execute(SQL.forget_acts, since, _SOLD)
    await conn.execute(SQL.count_conversions, since)
    return mark
