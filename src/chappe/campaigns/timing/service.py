"""What people choose and the planner asks. Nothing here commits."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chappe.campaigns.holding import hold_draft
from chappe.campaigns.model import Campaign
from chappe.campaigns.timing.model import How, Timed, Timing, best_hour, check
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.campaigns.timing")

_HABITS_OF: Final = timedelta(days=90)
_OWN_OF: Final = timedelta(days=365)


async def timing_of(conn: Connection, workspace_id: int, campaign_id: UUID) -> Timing:
    row = await conn.fetchrow(SQL.timing, workspace_id, campaign_id)
    return Timing() if row is None else Timing(how=How(row["how"]), spread_minutes=row["spread_minutes"])


async def zone_of(conn: Connection, campaign: Campaign) -> str:
    """Its times are read by this clock: of a draft the workspace's, then as that was when it was sent."""
    row = await conn.fetchrow(SQL.of_campaign, campaign.workspace_id, campaign.id)
    assert row is not None, "a campaign has its workspace"
    zone: str = row["zone"]
    return zone


async def save(conn: Connection, campaign: Campaign, chosen: Timing) -> None:
    """Of a draft. Raises WrongTiming, WrongState."""
    check(chosen, campaign.send_at)
    await hold_draft(conn, campaign)
    values = (chosen.how, chosen.spread_minutes)
    await conn.execute(SQL.save, campaign.workspace_id, campaign.id, *values)


async def copy(conn: Connection, campaign: Campaign, other: UUID) -> None:
    """The same for another campaign of the workspace."""
    await conn.execute(SQL.copy, campaign.workspace_id, campaign.id, other)


async def timed(conn: Connection, workspace_id: int, run_id: int, now: datetime) -> Timed | None:
    """None: everybody of the run is due at once."""
    row = await conn.fetchrow(SQL.of_run, run_id)
    if row is None:
        return None
    timing = Timing(how=How(row["how"] or How.MOMENT), spread_minutes=row["spread_minutes"])
    habits = await _habits(conn, workspace_id, timing, row["zone"], now)
    return Timed(timing, row["moment"], row["zone"], habits, row["send_hour"])


async def foreseen(conn: Connection, campaign: Campaign, hour: int | None, now: datetime) -> Timed | None:
    """The timing of a campaign whose audience is not taken yet. `hour`: a variant's own. None: everybody is
    due at its moment.
    """
    row = await conn.fetchrow(SQL.of_campaign, campaign.workspace_id, campaign.id)
    assert row is not None, "a campaign has its workspace"
    how = How(row["how"] or How.MOMENT)
    if how is How.MOMENT and hour is None and row["spread_minutes"] is None:
        return None
    timing = Timing(how=how, spread_minutes=row["spread_minutes"])
    habits = await _habits(conn, campaign.workspace_id, timing, row["zone"], now)
    return Timed(timing, campaign.send_at or now, row["zone"], habits, hour)


async def _habits(
    conn: Connection, workspace_id: int, timing: Timing, zone: str, now: datetime
) -> list[float]:
    """Acts of everybody by hour, where they are asked for."""
    habits = [0.0] * 24
    if timing.how is How.BEST:
        for hour, n in await conn.fetch(SQL.habits, workspace_id, zone, now - _HABITS_OF):
            habits[hour] = float(n)
    return habits


async def best_hours(
    conn: Connection, workspace_id: int, contact_ids: Sequence[int], timed: Timed, now: datetime
) -> dict[int, int]:
    """The best hour of each contact."""
    own: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for contact_id, hour, n in await conn.fetch(
        SQL.own_hours, workspace_id, contact_ids, now - _OWN_OF, timed.zone
    ):
        own[contact_id][hour] = n
    usual = best_hour({}, timed.habits)
    return {each: best_hour(own[each], timed.habits) if each in own else usual for each in contact_ids}
