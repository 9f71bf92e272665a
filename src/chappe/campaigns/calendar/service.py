"""Which campaigns leave when. Nothing here writes."""

from datetime import UTC, date, datetime

from chappe.campaigns.calendar.model import Entry, check_days
from chappe.campaigns.model import CampaignState
from chappe.campaigns.series import service as series
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.campaigns.calendar")


async def between(conn: Connection, workspace_id: int, first: date, last: date, now: datetime) -> list[Entry]:
    """In order of time, with what series will do from now on; days of the workspace's zone.
    Raises BadDays.
    """
    check_days(first, last)
    rows = await conn.fetch(SQL.between, workspace_id, first, last)
    stored = [
        Entry(row["id"], row["name"], CampaignState(row["state"]), row["at"], row["day"]) for row in rows
    ]
    ahead = await series.coming(conn, workspace_id, first, last, now)
    coming = [Entry(one.id, one.name, None, one.at.astimezone(UTC), one.at.date()) for one in ahead]
    return sorted(stored + coming, key=lambda entry: entry.at)
