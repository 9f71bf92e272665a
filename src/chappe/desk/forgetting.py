"""A person goes out of what the desk remembers."""

from collections.abc import Sequence

from chappe.db.pool import Connection
from chappe.desk.repo import SQL


async def forget(conn: Connection, workspace_id: int, phones: Sequence[int]) -> None:
    """The first contact's number, from the first run."""
    await conn.execute(SQL.forget_first_phone, workspace_id, phones)
