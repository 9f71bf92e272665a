"""Which campaigns leave when. Nothing here writes."""

from datetime import date

from chappe.campaigns.calendar.model import Entry, check_days
from chappe.campaigns.model import CampaignState
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.campaigns.calendar")


async def between(conn: Connection, workspace_id: int, first: date, last: date) -> list[Entry]:
    """In order of time; days of the workspace's zone. Raises BadDays."""
    check_days(first, last)
    rows = await conn.fetch(SQL.between, workspace_id, first, last)
    return [Entry(row["id"], row["name"], CampaignState(row["state"]), row["at"], row["day"]) for row in rows]
