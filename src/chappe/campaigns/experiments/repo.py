"""Statements on the tests of campaigns."""

import secrets
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from chappe.campaigns.experiments.model import (
    Decider,
    Decision,
    Experiment,
    ExperimentState,
    Metric,
    Role,
    RunOf,
    Settings,
)
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.campaigns.experiments")


def drawn_seed() -> int:
    """A key of 63 bits for the hash that parts an audience."""
    return secrets.randbits(63)


async def experiment(conn: Connection, workspace_id: int, campaign_id: UUID) -> Experiment | None:
    row = await conn.fetchrow(SQL.experiment, workspace_id, campaign_id)
    return None if row is None else _experiment(row)


def _experiment(row: Record) -> Experiment:
    return Experiment(
        campaign_id=row["campaign_id"],
        settings=Settings(
            test_percent=row["test_percent"],
            holdout_percent=row["holdout_percent"],
            metric=Metric(row["metric"]),
            decision=Decision(row["decision"]),
            decide_within=row["decide_within"],
            # Kept as a real, of six figures.
            most_optouts=None if row["most_optouts"] is None else round(row["most_optouts"], 6),
        ),
        state=ExperimentState(row["state"]),
        started_at=row["started_at"],
        winner=row["winner"],
        decided_at=row["decided_at"],
        decided_by=None if row["decided_by"] is None else Decider(row["decided_by"]),
        stopped=tuple(row["stopped"]),
    )


async def save(conn: Connection, workspace_id: int, campaign_id: UUID, chosen: Settings) -> None:
    values = (
        chosen.test_percent, chosen.holdout_percent, chosen.metric, chosen.decision, chosen.decide_within,
        chosen.most_optouts,
    )  # fmt: skip
    await conn.execute(SQL.save, workspace_id, campaign_id, drawn_seed(), *values)


async def remove(conn: Connection, workspace_id: int, campaign_id: UUID) -> bool:
    return await conn.fetchval(SQL.remove, workspace_id, campaign_id) is not None


async def runs(conn: Connection, workspace_id: int, campaign_id: UUID) -> list[RunOf]:
    found = [RunOf._make(row) for row in await conn.fetch(SQL.runs, workspace_id, campaign_id)]
    return [run._replace(role=Role(run.role)) for run in found]


async def choose(
    conn: Connection,
    workspace_id: int,
    campaign_id: UUID,
    letter: str,
    now: datetime,
    by: Decider,
    body: str,
    sender_id: UUID | None,
) -> bool:
    """False when nothing is tested any more."""
    values = (letter, now, by, body, sender_id)
    return await conn.fetchval(SQL.choose, workspace_id, campaign_id, *values) is not None


async def stop(conn: Connection, workspace_id: int, campaign_id: UUID, letter: str, now: datetime) -> bool:
    return await conn.fetchval(SQL.stop, workspace_id, campaign_id, letter, now) is not None


async def copy(conn: Connection, workspace_id: int, campaign_id: UUID, other: UUID) -> None:
    await conn.execute(SQL.copy, workspace_id, campaign_id, other, drawn_seed())


async def held_out(conn: Connection, workspace_id: int, campaign_id: UUID) -> int:
    n: int = await conn.fetchval(SQL.held_out, workspace_id, campaign_id)
    return n
