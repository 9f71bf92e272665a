"""Statements on what people of a test did."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.messages.answers import STOP_WORDS

SQL = load_statements("chappe.campaigns.results")


class Tried(NamedTuple):
    """A run that tests a variant: its messages are lo ≤ id < lo + total. `left_whole`: all have left."""

    id: int
    letter: str
    lo: int
    total: int
    left_whole: bool

    @property
    def hi(self) -> int:
        return self.lo + self.total


async def tried(conn: Connection, workspace_id: int, campaign_id: UUID) -> list[Tried]:
    return [Tried._make(row) for row in await conn.fetch(SQL.arms, workspace_id, campaign_id)]


async def clicked(conn: Connection, workspace_id: int, run: Tried, within: timedelta) -> int:
    n: int = await conn.fetchval(SQL.clicked, workspace_id, run.lo, run.hi, within, run.id)
    return n


async def replied(conn: Connection, workspace_id: int, run: Tried, within: timedelta) -> int:
    n: int = await conn.fetchval(SQL.replied, workspace_id, run.lo, run.hi, within, STOP_WORDS)
    return n


async def opted_out(conn: Connection, workspace_id: int, run: Tried) -> int:
    n: int = await conn.fetchval(SQL.opted_out, workspace_id, run.lo, run.hi, STOP_WORDS)
    return n


async def still_held(conn: Connection, workspace_id: int, campaign_id: UUID) -> int:
    n: int = await conn.fetchval(SQL.still_held, workspace_id, campaign_id)
    return n
