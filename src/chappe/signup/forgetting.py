"""A person goes out of what imports keep."""

from collections.abc import Sequence

from chappe.db.pool import Connection
from chappe.signup.repo import SQL


async def forget(conn: Connection, workspace_id: int, endings: Sequence[str]) -> None:
    """Rows that were not taken and have digits that end a person's number, however it was spelled."""
    await conn.execute(SQL.forget_rejections, workspace_id, [f"%{ending}%" for ending in endings])
