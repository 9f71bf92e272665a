"""The copies of campaigns that come again, each made once, a day before it leaves."""

import asyncio
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from chappe.campaigns import drafts
from chappe.campaigns import service as campaigns
from chappe.campaigns.drafts import Clocks, ScheduleStep
from chappe.campaigns.model import Campaign
from chappe.campaigns.series.model import Every, Rule, nth
from chappe.campaigns.series.service import SQL
from chappe.consent import service as consent
from chappe.db.errors import ServerGone
from chappe.db.pool import Connection, Database
from chappe.kit.clock import Clock
from chappe.kit.errors import Problem
from chappe.web.formats import Formats

log = structlog.get_logger()

_SECONDS: Final = 30.0
_AHEAD: Final = timedelta(days=1)


async def make_copies(db: Database, clock: Clock, gate_clock: Clock) -> None:
    """For ever; cancel to stop, at any point."""
    clocks = Clocks(clock, gate_clock)
    while True:
        try:
            while await make_next(db, clocks):
                pass
        except ServerGone as error:
            log.warning("job_waits", job="series", error=str(error))
        await asyncio.sleep(_SECONDS)


async def make_next(db: Database, clocks: Clocks) -> bool:
    """The next copy of one series, and when the one after it leaves, in one transaction; False when nothing
    is due. What was missed while no worker ran is left out: a text about last week helps nobody.
    """
    now = clocks.gate.now()
    async with db.engine_transaction() as conn:
        await conn.execute(SQL.canceled)
        row = await conn.fetchrow(SQL.due, now + _AHEAD)
        if row is None:
            return False
        rule = Rule(every=Every(row["every"]), step=row["step"], until=row["until"])
        error = made_for = None
        # Another rule may name a time again for which there is a copy.
        done = row["last_at"] or now
        if row["next_at"] is not None and row["next_at"] > max(now, done):
            made_for = row["next_at"]
            first = await campaigns.get(conn, row["workspace_id"], row["campaign_id"])
            name = await _named(conn, first, row["next_at"], row["zone"])
            copy = await drafts.duplicate(conn, first, name, clocks.wall)
            times = ScheduleStep(
                send_at=row["next_at"],
                expires_at=_over(first.expires_at, row["first_at"], row["next_at"], ZoneInfo(row["zone"])),
                parts_per_second=first.parts_per_second,
            )
            copy = await drafts.save(conn, copy, times)
            await conn.execute(SQL.keep_zone, copy.id, row["zone"])
            try:
                await campaigns.send(
                    conn, row["workspace_id"], copy.id, clock=clocks.wall, gate_clock=clocks.gate
                )
            except Problem as problem:
                error = problem.detail
        # The first look at a series only finds when its first copy leaves.
        made = row["made"] + (row["next_at"] is not None)
        next_at = nth(row["first_at"], rule, made + 1, row["zone"])
        await conn.execute(SQL.advance, row["campaign_id"], made, next_at, error, made_for)
        return True


def _over(expires_at: datetime | None, first: datetime, at: datetime, zone: ZoneInfo) -> datetime | None:
    """What ends on the evening of its first day does so on the evening of each: by the zone's clocks."""
    if expires_at is None:
        return None
    return at.astimezone(zone) + (expires_at.astimezone(zone) - first.astimezone(zone))


async def _named(conn: Connection, first: Campaign, at: datetime, zone: str) -> str:
    """With its day, in the workspace's zone and language: no page is open whose language would be meant."""
    language = (await consent.brand(conn, first.workspace_id)).language
    return f"{first.name} ({Formats(language).civil_day(at.astimezone(ZoneInfo(zone)).date())})"
