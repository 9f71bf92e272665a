"""What people choose. Nothing here commits."""

from datetime import date, datetime
from uuid import UUID

from chappe.campaigns.model import Campaign
from chappe.campaigns.series.model import (
    Coming,
    Every,
    NoSeries,
    Rule,
    Series,
    SeriesState,
    WrongSeries,
    between,
)
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.campaigns.series")


async def series_of(conn: Connection, workspace_id: int, campaign_id: UUID) -> Series | None:
    row = await conn.fetchrow(SQL.series, workspace_id, campaign_id)
    if row is None:
        return None
    rule = Rule(every=Every(row["every"]), step=row["step"], until=row["until"])
    return Series(rule, SeriesState(row["state"]), row["made"], row["next_at"], row["error"])


async def save(conn: Connection, campaign: Campaign, rule: Rule | None) -> None:
    """Of a campaign with a time; None: of a draft, that it does not come again. Raises WrongSeries."""
    if rule is None:
        await conn.execute(SQL.remove, campaign.workspace_id, campaign.id)
        return
    if campaign.send_at is None and campaign.started_at is None:
        raise WrongSeries("Choose the day and the time of the first one.", field="send_at")
    if not 1 <= rule.step <= 52:
        raise WrongSeries("Let it come every 1 to 52 days, weeks or months.", field="step")
    values = (rule.every, rule.step, rule.until)
    await conn.execute(SQL.save, campaign.workspace_id, campaign.id, *values)


async def stop(conn: Connection, campaign: Campaign) -> None:
    """Copies that are scheduled already stay. Raises NoSeries."""
    if await conn.fetchval(SQL.stop, campaign.workspace_id, campaign.id) is None:
        raise NoSeries("The campaign does not come again, or was stopped before.")


async def coming(conn: Connection, workspace_id: int, first: date, last: date, now: datetime) -> list[Coming]:
    """What series will do from now on, on the days from `first` to `last`: no copy of it is made yet."""
    found = []
    for row in await conn.fetch(SQL.coming, workspace_id):
        rule = Rule(every=Every(row["every"]), step=row["step"], until=row["until"])
        for at in between(row["first_at"], rule, row["made"], row["zone"], first, last):
            if at > max(now, row["last_at"] or now):
                found.append(Coming(row["campaign_id"], row["name"], at))
    return found
