"""Runs, for the engine: the audience as it was taken, the claim on each row of it, and the ends of runs.

A row of the audience is deleted by the transaction that writes its messages. So it is planned once or not at
all, however many planners there are and whenever one is killed; and no lease has to be waited for.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from asyncpg import Record, UniqueViolationError

from chappe.campaigns.drawing import drawn, frozen
from chappe.campaigns.experiments.model import Role
from chappe.campaigns.experiments.parting import Parts
from chappe.campaigns.model import Audience, CampaignState, Halt
from chappe.campaigns.variants.model import FIRST
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
    purpose: Purpose
    audience: Audience
    sender_id: UUID
    body: str
    expires_at: datetime | None
    base_id: int | None
    total: int | None
    topic_id: UUID | None = None
    role: Role = Role.ALL
    variant: str = FIRST

    @property
    def ids(self) -> range:
        """Of its messages, once the audience is taken."""
        first = self.base_id or 0
        return range(first, first + (self.total or 0))


class ClaimedAudience(NamedTuple):
    """A page of `n` recipients; `lo` is the ordinal of the first, `state` the campaign's.

    `contacts` and `phones` are arrays in PostgreSQL's text form, to be given to its statements.
    """

    lo: int
    n: int
    contacts: str
    phones: str
    state: CampaignState


def _run(row: Record) -> Run:
    run = Run._make(row)
    return run._replace(
        purpose=Purpose(run.purpose),
        audience=msgspec.convert(run.audience, Audience),
        role=Role(run.role),
    )


async def due_runs(conn: Connection) -> list[Run]:
    return [_run(row) for row in await conn.fetch(SQL.due_runs)]


async def run_by_id(conn: Connection, run_id: int) -> Run:
    row = await conn.fetchrow(SQL.run_by_id, run_id)
    assert row is not None  # runs are never deleted while their campaign is
    return _run(row)


async def lock_audience(conn: Connection, run_id: int) -> bool:
    """Whether this transaction alone may take the audience."""
    locked: bool = await conn.fetchval(SQL.lock_audience, run_id)
    return locked


async def take_snapshot(
    conn: Connection, run: Run, size: int, now: datetime, parts: Parts | None = None
) -> dict[int, int]:
    """Write the audience, `size` recipients a row (at most, of a test), and keep how its segments read;
    how many recipients, by run: one, or those of a test. Raises SnapshotTaken, UnknownSegment.
    """
    whom = await drawn(conn, run.workspace_id, run.audience, now)
    await conn.execute(SQL.join_large_audience, whom.lists())
    try:
        if parts is None:
            statement, values = whom.ask(SQL.take_snapshot, SQL.snapshot_people, run.id, size)
            taken = {run.id: await conn.fetchval(statement, *values)}
        else:
            told = (run.campaign_id, size, parts.runs, parts.bounds, parts.seed)
            statement, values = whom.ask(SQL.take_arms, SQL.people_arms, *told)
            taken = {row["run_id"]: row["n"] for row in await conn.fetch(statement, *values)}
    except UniqueViolationError as error:
        raise SnapshotTaken from error
    if run.audience.segments:
        kept = await frozen(conn, run.workspace_id, run.audience)
        await conn.execute(SQL.keep_segments, run.id, msgspec.to_builtins(kept))
    return taken


async def start_run(conn: Connection, run_id: int, base_id: int, total: int) -> bool:
    """False when the run has its ids already, or the campaign does not wait for its audience."""
    return await conn.fetchval(SQL.start_run, run_id, base_id, total) is not None


async def start_arms(conn: Connection, others: Sequence[tuple[int, int]], base_id: int) -> None:
    """Give the other arms of a test their ids, from `base_id` on, as many as each has recipients."""
    for run_id, total in others:
        await conn.execute(SQL.start_arm, run_id, base_id, total)
        base_id += total


async def hold(conn: Connection, run_id: int, total: int) -> None:
    """The rest waits, so many."""
    await conn.execute(SQL.hold_run, run_id, total)


async def start_rest(conn: Connection, run_id: int, base_id: int) -> bool:
    """False when it has its ids already, or waits again."""
    return await conn.fetchval(SQL.start_rest, run_id, base_id) is not None


async def claim_row(conn: Connection, run_id: int) -> ClaimedAudience | None:
    """The next row that nobody holds, to be written in this transaction; None when there is none."""
    row = await conn.fetchrow(SQL.claim_row, run_id)
    if row is None:
        return None
    claimed = ClaimedAudience._make(row)
    return claimed._replace(state=CampaignState(claimed.state))


async def end_planning(conn: Connection, run_id: int, now: datetime) -> bool:
    """Note that all is planned; False while a planner still holds a row."""
    return await conn.fetchval(SQL.end_planning, run_id, now) is not None


async def cancel_row(
    conn: Connection, run: Run, row: ClaimedAudience, *, decision: int, state: int, now: datetime
) -> None:
    """Write a row of recipients as canceled."""
    first_id = (run.base_id or 0) + row.lo
    await conn.execute(
        SQL.cancel_row,
        run.id,
        first_id,
        row.contacts,
        row.phones,
        run.workspace_id,
        run.purpose,
        decision,
        state,
        now,
    )


async def notify(conn: Connection, campaign_id: UUID) -> None:
    """Tell of the campaign's change, at commit."""
    await conn.execute(SQL.notify_campaign, str(campaign_id))


async def fail(conn: Connection, run: Run, error: str) -> None:
    """Pause the campaign with the error, for a person to see."""
    await conn.execute(SQL.fail_campaign, run.campaign_id, error, Halt.PLANNING_FAILED)


async def await_approval(conn: Connection, run: Run, why: str) -> None:
    """Pause a campaign that is not as it was approved, for a person to see."""
    await conn.execute(SQL.fail_campaign, run.campaign_id, why, Halt.NOT_APPROVED)
    await notify(conn, run.campaign_id)


async def stop(conn: Connection, campaign_id: UUID, why: str) -> None:
    """Pause a campaign whose sender a carrier refuses, for a person to see; senders are told at commit."""
    await conn.execute(SQL.fail_campaign, campaign_id, why, Halt.SENDER_REFUSED)
    await notify(conn, campaign_id)


async def start_due(conn: Connection, gate_now: datetime, now: datetime) -> list[UUID]:
    return _ids(await conn.fetch(SQL.start_due, gate_now, now))


async def pause_unsure(conn: Connection, gate_now: datetime, why: str) -> list[UUID]:
    """Pause what may have been sent on after the backup that was restored; a person resumes or cancels it."""
    return _ids(await conn.fetch(SQL.pause_unsure, gate_now, why))


async def finish_runs(conn: Connection, now: datetime) -> list[UUID]:
    return _ids(await conn.fetch(SQL.finish_runs, now))


async def finish_canceled(conn: Connection, now: datetime) -> list[UUID]:
    return _ids(await conn.fetch(SQL.finish_canceled, now))


async def canceled_runs(conn: Connection) -> list[tuple[int, UUID | None]]:
    """With the topic of each."""
    return [(row[0], row[1]) for row in await conn.fetch(SQL.canceled_runs)]


def _ids(rows: Sequence[Record]) -> list[UUID]:
    return [row[0] for row in rows]
