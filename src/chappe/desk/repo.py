"""The few things that the desk reads by itself."""

from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.desk")


async def default_country(conn: Connection, workspace_id: int) -> str | None:
    country: str | None = await conn.fetchval(SQL.default_country, workspace_id)
    return country
