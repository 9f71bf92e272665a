"""Statements on what a report tells."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from asyncpg import Record

from chappe.campaigns.model import Audience, Frozen
from chappe.campaigns.reports.model import WITHIN, Clicked, Link
from chappe.campaigns.reports.sources import Source
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.messages.answers import STOP_WORDS

SQL = load_statements("chappe.campaigns.reports")


class Stale(NamedTuple):
    """A run to be counted: its messages are lo ≤ id < hi. `mark`: how it stands. `segments`: of its
    audience, as they were when it was taken.
    """

    id: int
    workspace_id: int
    lo: int
    hi: int
    zone: str
    mark: str
    audience: Audience
    segments: tuple[Frozen, ...]
    created_at: datetime


async def stale(conn: Connection, days: int, most: int, age: float) -> list[Stale]:
    """In the engine's role. `age`: seconds after its start when a run is first counted."""
    return [
        run._replace(
            audience=msgspec.convert(run.audience, Audience),
            segments=msgspec.convert(run.segments, tuple[Frozen, ...]),
        )
        for run in map(Stale._make, await conn.fetch(SQL.stale_runs, days, most, age))
    ]


async def count(conn: Connection, run: Stale, parts: Sequence[Source], now: datetime) -> None:
    """Count a run anew, in one transaction; `parts`: the lists and segments of its audience."""
    await conn.execute(SQL.forget_breakdown, run.id)
    ids = (run.workspace_id, run.id, run.lo, run.hi)
    await conn.execute(SQL.break_down, *ids, run.zone, STOP_WORDS)
    for part in parts:
        values = (*ids[1:], str(part.key), STOP_WORDS)
        statement, values = part.rule.over(SQL.break_down_source, *values)
        await conn.execute(statement, *values)
    await conn.execute(SQL.break_down_delays, *ids, WITHIN)
    await conn.execute(SQL.break_down_acts, *ids, STOP_WORDS)
    await conn.execute(SQL.note_reported, run.id, run.workspace_id, run.mark, now)


async def breakdown(conn: Connection, workspace_id: int, runs: Sequence[int]) -> list[Record]:
    return await conn.fetch(SQL.breakdown, workspace_id, runs)


async def reported_at(conn: Connection, workspace_id: int, runs: Sequence[int]) -> datetime | None:
    at: datetime | None = await conn.fetchval(SQL.reported_at, workspace_id, runs)
    return at


async def clicked(conn: Connection, workspace_id: int, runs: Sequence[int]) -> Clicked:
    row = await conn.fetchrow(SQL.clicked_messages, workspace_id, runs)
    assert row is not None, "an aggregate has one row"
    return Clicked(row["people"], row["anything"])


async def links(conn: Connection, workspace_id: int, runs: Sequence[int]) -> list[Link]:
    return [Link._make(row) for row in await conn.fetch(SQL.clicked_links, workspace_id, runs)]


async def carriers(conn: Connection, workspace_id: int) -> dict[str, str]:
    """Names by number."""
    return {row["number"]: row["name"] for row in await conn.fetch(SQL.carrier_names, workspace_id)}


async def converted(conn: Connection, workspace_id: int, runs: Sequence[int]) -> int:
    n: int = await conn.fetchval(SQL.converted_messages, workspace_id, runs)
    return n


async def converters(
    conn: Connection, workspace_id: int, runs: Sequence[int], below: int | None, limit: int
) -> dict[int, datetime]:
    """When each message was first converted."""
    rows = await conn.fetch(SQL.converters, workspace_id, runs, below, limit)
    return {row["message_id"]: row["at"] for row in rows}


async def clickers(
    conn: Connection, workspace_id: int, runs: Sequence[int], below: int | None, limit: int
) -> dict[int, datetime]:
    """When each message was first clicked by a person."""
    rows = await conn.fetch(SQL.clickers, workspace_id, runs, below, limit)
    return {row["message_id"]: row["human_at"] for row in rows}
