"""Statements on what people of a test did."""

from collections.abc import Sequence
from datetime import datetime, timedelta
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


class Did(NamedTuple):
    """How many people did what is counted, what they brought in one currency, and the sum of its squares."""

    people: int = 0
    worth: float = 0.0
    squares: float = 0.0


async def currency(conn: Connection, workspace_id: int, runs: Sequence[int]) -> str:
    """That of most of what they sold; empty where that is nothing."""
    return await conn.fetchval(SQL.currency, workspace_id, runs) or ""


async def sold(conn: Connection, workspace_id: int, run: Tried, within: timedelta, currency: str) -> Did:
    [row] = await conn.fetch(SQL.sold, workspace_id, run.lo, run.hi, within, run.id, currency)
    return Did._make(row)


class Written(NamedTuple):
    """A run that is no longer held: its messages are lo ≤ id < lo + total."""

    id: int
    lo: int
    total: int


async def written(conn: Connection, workspace_id: int, campaign_id: UUID) -> list[Written]:
    return [Written._make(row) for row in await conn.fetch(SQL.written, workspace_id, campaign_id)]


async def bought(
    conn: Connection,
    workspace_id: int,
    campaign_id: UUID,
    since: datetime,
    until: datetime,
    currency: str,
    runs: Sequence[Written],
) -> tuple[Did, Did]:
    """Those who were written to, and those who were held out."""
    bounds = min(run.lo for run in runs), max(run.lo + run.total for run in runs)
    ids = [run.id for run in runs]
    rows = await conn.fetch(SQL.bought, workspace_id, campaign_id, since, until, currency, ids, *bounds)
    found = {held: Did(people, worth, squares) for held, people, worth, squares in rows}
    return found.get(False, Did()), found.get(True, Did())


class Ruled(NamedTuple):
    """A test that a rule looks at."""

    workspace_id: int
    campaign_id: UUID


async def ruled(conn: Connection, now: datetime) -> list[Ruled]:
    return [Ruled._make(row) for row in await conn.fetch(SQL.ruled, now)]


async def lock(conn: Connection, campaign_id: UUID) -> bool:
    """Until this transaction ends; False while another has it, or when it is decided."""
    return await conn.fetchval(SQL.lock, campaign_id) is not None
