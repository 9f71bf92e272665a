"""A person goes out of the audiences that are being planned."""

from collections.abc import Sequence

from chappe.campaigns.repo import SQL
from chappe.db.pool import Connection
from chappe.messages.forgetting import NOBODY


async def forget(conn: Connection, workspace_id: int, phones: Sequence[int]) -> None:
    """Their place in each audience stays, without a number: the planner writes it as skipped, since the
    contact is gone. Waits for planners that hold a part of an audience.
    """
    for phone in phones:
        await conn.execute(SQL.forget_in_snapshots, workspace_id, phone, NOBODY)
