"""Statements on goals and conversions."""

from collections.abc import Sequence

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.tracking.conversions.model import Conversion, Goal, Sold

SQL = load_statements("chappe.tracking.conversions")


async def goals(conn: Connection, workspace_id: int) -> list[Goal]:
    rows = await conn.fetch(SQL.goals, workspace_id)
    return [
        Goal(event=event, refund=refund, click_days=days, delivery_hours=hours)
        for event, refund, days, hours in rows
    ]


async def save(conn: Connection, workspace_id: int, goal: Goal) -> None:
    values = (goal.event, goal.refund, goal.click_days, goal.delivery_hours)
    await conn.execute(SQL.save_goal, workspace_id, *values)


async def remove(conn: Connection, workspace_id: int, event: str) -> bool:
    return await conn.fetchval(SQL.remove_goal, workspace_id, event) is not None


async def keep_word(conn: Connection, workspace_id: int, run_id: int, reply_word: str) -> None:
    await conn.execute(SQL.keep_word, run_id, workspace_id, reply_word)


async def sold(conn: Connection, workspace_id: int, runs: Sequence[int]) -> list[Sold]:
    return [Sold._make(row) for row in await conn.fetch(SQL.sold, workspace_id, runs)]


async def of_contact(conn: Connection, workspace_id: int, contact_id: int, limit: int) -> list[Conversion]:
    rows = await conn.fetch(SQL.of_contact, workspace_id, contact_id, limit)
    return [Conversion._make(row) for row in rows]


async def miscounted(conn: Connection) -> list[dict[str, object]]:
    """Runs whose sums their conversions do not confirm: run_id, goal, and each figure twice."""
    return [dict(row) for row in await conn.fetch(SQL.recount)]
