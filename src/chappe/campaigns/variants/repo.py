"""Statements on variants."""

from typing import Final
from uuid import UUID

from chappe.campaigns.variants.model import LETTERS, Difference
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.campaigns.variants")
_COLUMNS: Final = Difference.__struct_fields__


async def variants(conn: Connection, workspace_id: int, campaign_id: UUID) -> dict[str, Difference]:
    """By letter, without A."""
    rows = await conn.fetch(SQL.variants, workspace_id, campaign_id)
    return {row["letter"]: Difference(**{name: row[name] for name in _COLUMNS}) for row in rows}


async def add(conn: Connection, workspace_id: int, campaign_id: UUID, said: Difference) -> str | None:
    """Its letter; None when all are taken."""
    values = (getattr(said, name) for name in _COLUMNS)
    letter: str | None = await conn.fetchval(SQL.add, workspace_id, campaign_id, LETTERS[1:], *values)
    return letter


async def change(
    conn: Connection, workspace_id: int, campaign_id: UUID, letter: str, said: Difference
) -> bool:
    values = (getattr(said, name) for name in _COLUMNS)
    return await conn.fetchval(SQL.change, workspace_id, campaign_id, letter, *values) is not None


async def remove(conn: Connection, workspace_id: int, campaign_id: UUID, letter: str) -> bool:
    return await conn.fetchval(SQL.remove, workspace_id, campaign_id, letter) is not None


async def copy(conn: Connection, workspace_id: int, campaign_id: UUID, other: UUID) -> None:
    await conn.execute(SQL.copy, workspace_id, campaign_id, other)
