"""Functions on a connection; the only reader of this folder's `queries.sql`."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from asyncpg import Record

from chappe.campaigns.model import CAMPAIGN_ID
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.desk.alerts.model import (
    Alert,
    Choice,
    Finding,
    Kind,
    budget_level,
    too_many_fail,
    too_many_leave,
)
from chappe.kit.ids import public_id
from chappe.statistics.surprise import Share

SQL = load_statements("chappe.desk.alerts")

# Receipts and opt-outs come for days: a campaign is looked at for three.
_LATELY: Final = timedelta(days=3)
_HISTORY: Final = 90
_CARRIER_LATELY: Final = timedelta(days=1)
_CARRIER_HISTORY: Final = 28
_LINKS: Final = timedelta(days=30)


async def watching_alone(conn: Connection) -> bool:
    alone: bool = await conn.fetchval(SQL.watching_alone)
    return alone


async def found(conn: Connection, now: datetime) -> list[Finding]:
    """Everything that is so now, of all workspaces; in the engine's role."""
    made: list[Finding] = []
    for row in await conn.fetch(SQL.campaigns_lately, now.date() - _LATELY, _HISTORY):
        made += _of_campaign(row)
    for row in await conn.fetch(SQL.carriers_lately, now.date() - _CARRIER_LATELY, _CARRIER_HISTORY):
        now_failed, before_failed = _failed(row)
        if too_many_fail(now_failed, before_failed):
            told = _shares(now_failed, before_failed, name=row["name"])
            made.append(Finding(row["workspace_id"], Kind.CARRIER_DELIVERY, str(row["carrier_number"]), told))
    for row in await conn.fetch(SQL.broken_links, now - _LINKS):
        told = {"url": row["url"], "fault": row["fault"], "name": row["name"]}
        made.append(Finding(row["workspace_id"], Kind.BROKEN_LINK, str(row["id"]), told))
    return made + [one for row in await conn.fetch(SQL.budgets, _month(now)) for one in _of_budget(row, now)]


def _of_campaign(row: Record) -> list[Finding]:
    key = public_id(CAMPAIGN_ID, row["campaign_id"])
    left, left_before = (
        Share(row["stops"], row["delivered"]),
        Share(row["stops_before"], row["delivered_before"]),
    )
    failed, failed_before = _failed(row)
    made = []
    for kind, told, now, before in (
        (Kind.OPT_OUTS, too_many_leave(left, left_before), left, left_before),
        (Kind.DELIVERY, too_many_fail(failed, failed_before), failed, failed_before),
    ):
        if told:
            made.append(Finding(row["workspace_id"], kind, key, _shares(now, before, name=row["name"])))
    return made


def _of_budget(row: Record, now: datetime) -> list[Finding]:
    level = budget_level(row["spent"], row["amount"])
    if level is None:
        return []
    told = {
        "level": level,
        "spent": str(row["spent"]),
        "amount": str(row["amount"]),
        "currency": row["currency"],
    }
    return [Finding(row["workspace_id"], Kind.BUDGET, f"{_month(now):%Y-%m} {level}", told)]


def _failed(row: Record) -> tuple[Share, Share]:
    now = Share(row["failed"], row["failed"] + row["delivered"])
    return now, Share(row["failed_before"], row["failed_before"] + row["delivered_before"])


def _shares(now: Share, before: Share, *, name: str) -> dict[str, Any]:
    return {"name": name, "n": now.hits, "of": now.of, "before": before.hits, "before_of": before.of}


def _month(now: datetime) -> date:
    return now.date().replace(day=1)


async def reconcile(conn: Connection, findings: Sequence[Finding], now: datetime) -> list[Alert]:
    """Open what is new and close what is over; what was opened just now."""
    keys = [[one.workspace_id for one in findings], [one.kind for one in findings]]
    subjects = [one.subject for one in findings]
    told = [one.told for one in findings]
    await conn.execute(SQL.close, *keys, subjects, now)
    rows = await conn.fetch(SQL.open, *keys, subjects, told, now)
    return [_alert(row) for row in rows if row["fresh"]]


async def alerts(conn: Connection, workspace_id: int, limit: int, *, only_open: bool) -> list[Alert]:
    return [_alert(row) for row in await conn.fetch(SQL.alerts, workspace_id, limit, only_open)]


def _alert(row: Record) -> Alert:
    return Alert(
        row["id"],
        row["workspace_id"],
        Kind(row["kind"]),
        row["subject"],
        row["told"],
        row["opened_at"],
        row["closed_at"],
    )


async def choices(conn: Connection, workspace_id: int) -> dict[Kind, Choice]:
    """Of every kind."""
    said = {
        Kind(kind): Choice(shown, mailed)
        for kind, shown, mailed in await conn.fetch(SQL.choices, workspace_id)
    }
    return {kind: said.get(kind, Choice()) for kind in Kind}


async def choose(conn: Connection, workspace_id: int, kind: Kind, choice: Choice) -> None:
    await conn.execute(SQL.choose, workspace_id, kind, choice.shown, choice.mailed)


async def workspace(conn: Connection, workspace_id: int) -> Record:
    row = await conn.fetchrow(SQL.workspace, workspace_id)
    assert row is not None, "alerts are of a workspace"
    return row
