"""Runs, for the engine: the audience as it was taken, the claim on each row of it, and the ends of runs.

A run's place is `planned`, the number of snapshot rows written. The statement that moves it is the first of
the transaction that writes the row, so a row is written once or not at all, however many planners there are
and whenever one is killed. The lease only keeps them from working in vain.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
from asyncpg import Record, UniqueViolationError

from chappe.campaigns.model import Audience, CampaignState
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.messages.model import Purpose

SQL = load_statements("chappe.campaigns")


class SnapshotTaken(Exception):
    """Another planner has taken the audience at the same moment."""


class Run(NamedTuple):
    """A campaign's run, as the planner needs it. `base_id` is None before the audience is taken."""

    id: int
    workspace_id: int
    campaign_id: UUID
    state: CampaignState
    purpose: Purpose
    audience: Audience
    sender_id: UUID
    body: str
    expires_at: datetime | None
    base_id: int | None
    total: int | None
    planned: int


class SnapshotRow(NamedTuple):
    """Up to a thousand recipients; `lo` is the ordinal of the first."""

    lo: int
    contacts: list[int]
    phones: list[int]


def _run(row: Record) -> Run:
    run = Run._make(row)
    return run._replace(
        state=CampaignState(run.state),
        purpose=Purpose(run.purpose),
        audience=msgspec.convert(run.audience, Audience),
    )


async def due_runs(conn: Connection) -> list[Run]:
    return [_run(row) for row in await conn.fetch(SQL.due_runs)]


async def run_by_id(conn: Connection, run_id: int) -> Run:
    row = await conn.fetchrow(SQL.run_by_id, run_id)
    assert row is not None  # runs are never deleted while their campaign is
    return _run(row)


async def take_snapshot(conn: Connection, run: Run, size: int) -> int:
    """Write the audience, `size` recipients a row; how many recipients. Raises SnapshotTaken."""
    audience = run.audience
    try:
        total: int = await conn.fetchval(
            SQL.take_snapshot, run.workspace_id, run.id, audience.include, audience.exclude, size
        )
    except UniqueViolationError as error:
        raise SnapshotTaken from error
    return total


async def start_run(conn: Connection, run_id: int, base_id: int, total: int) -> bool:
    """False when the run has its ids already, or the campaign does not wait for its audience."""
    return await conn.fetchval(SQL.start_run, run_id, base_id, total) is not None


async def snapshot_row(conn: Connection, run_id: int, number: int) -> SnapshotRow:
    row = await conn.fetchrow(SQL.snapshot_row, run_id, number)
    assert row is not None  # written with the run's total, dropped when all is planned
    return SnapshotRow._make(row)


async def take_lease(conn: Connection, name: str, owner: str, length: timedelta) -> int | None:
    """The token, or None when another owner holds it."""
    token: int | None = await conn.fetchval(SQL.take_lease, name, owner, length)
    return token


async def drop_lease(conn: Connection, name: str, token: int) -> None:
    await conn.execute(SQL.drop_lease, name, token)


async def advance(
    conn: Connection, run: Run, number: int, lease: tuple[str, int], length: timedelta, size: int
) -> CampaignState | None:
    """The campaign's state when row `number` is this transaction's to write, else None."""
    state = await conn.fetchval(SQL.advance_run, run.id, number, *lease, length, size)
    return None if state is None else CampaignState(state)


async def cancel_row(
    conn: Connection, run: Run, number: int, decision: int, state: int, now: datetime
) -> int:
    """Write a row of recipients as canceled; how many."""
    n: int = await conn.fetchval(
        SQL.cancel_row, run.id, number, run.base_id, run.purpose, decision, state, now
    )
    return n


async def notify(conn: Connection, campaign_id: UUID) -> None:
    """Tell of the campaign's change, at commit."""
    await conn.execute(SQL.notify_campaign, str(campaign_id))


async def fail(conn: Connection, run: Run, error: str) -> None:
    """Pause the campaign with the error, for a person to see."""
    await conn.execute(SQL.fail_campaign, run.campaign_id, error)


async def drop_snapshot(conn: Connection, run_id: int) -> None:
    await conn.execute(SQL.drop_snapshot, run_id)


async def start_due(conn: Connection, gate_now: datetime, now: datetime) -> list[UUID]:
    return _ids(await conn.fetch(SQL.start_due, gate_now, now))


async def finish_runs(conn: Connection, now: datetime) -> list[UUID]:
    return _ids(await conn.fetch(SQL.finish_runs, now))


async def finish_canceled(conn: Connection, now: datetime) -> list[UUID]:
    return _ids(await conn.fetch(SQL.finish_canceled, now))


async def canceled_runs(conn: Connection) -> list[int]:
    return [row[0] for row in await conn.fetch(SQL.canceled_runs)]


def _ids(rows: Sequence[Record]) -> list[UUID]:
    return [row[0] for row in rows]
