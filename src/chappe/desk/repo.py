"""Functions on a connection; the only reader of the room's `queries.sql`."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from asyncpg import Record

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.desk.analytics import repo as analytics
from chappe.desk.figures import DayEvents, DaySpend, DayState, EventKind
from chappe.desk.periods import Period
from chappe.messages.answers import STOP_WORDS
from chappe.messages.model import MessageState, first_id_of_day

SQL = load_statements("chappe.desk")


async def default_country(conn: Connection, workspace_id: int) -> str | None:
    """In whose way the workspace writes its numbers."""
    country: str | None = await conn.fetchval(SQL.default_country, workspace_id)
    return country


async def counting_alone(conn: Connection) -> bool:
    """Whether this transaction is the one that counts."""
    alone: bool = await conn.fetchval(SQL.counting_alone)
    return alone


async def zones_mark(conn: Connection) -> str:
    mark: str = await conn.fetchval(SQL.zones_mark)
    return mark


async def days_to_count(conn: Connection, first: date, last: date, zones: str) -> list[tuple[date, str]]:
    """Days of the ledger that changed since they were counted, with the mark to note, the latest first."""
    return [(row["day"], row["mark"]) for row in await conn.fetch(SQL.days_to_count, first, last, zones)]


async def count_day(conn: Connection, day: date) -> None:
    lo, hi = first_id_of_day(day), first_id_of_day(day + timedelta(days=1))
    await conn.execute(SQL.forget_day, day, lo)
    await conn.execute(SQL.count_day, day, lo, hi)


async def note_counted(conn: Connection, what: str, mark: str, at: datetime) -> None:
    await conn.execute(SQL.note_counted, what, mark, at)


async def count_events(conn: Connection, zones: str, at: datetime) -> None:
    since = await conn.fetchval(SQL.events_since, zones)
    await conn.execute(SQL.forget_events, since)
    await conn.execute(SQL.count_events, since)
    await conn.execute(SQL.count_people, at)
    await note_counted(conn, "events", zones, at)
    await note_counted(conn, "acts", await analytics.count_acts(conn, zones, at), at)
    if (mark := await analytics.count_conversions(conn, zones)) is not None:
        await note_counted(conn, "conversions", mark, at)


async def miscounted(conn: Connection) -> list[dict[str, object]]:
    """Runs whose days add up to something else than the ledger does: what is counted, and each figure
    twice. Empty when all is well and everything has been counted.
    """
    return [dict(row) for row in await conn.fetch(SQL.miscounted, STOP_WORDS)]


async def figures(
    conn: Connection, workspace_id: int, period: Period
) -> tuple[list[DayState], list[DaySpend], list[DayEvents]]:
    """What was counted of these days."""
    asked = (workspace_id, period.first, period.last)
    states = [
        DayState(day, MessageState(state), n, handed, parts)
        for day, state, n, handed, parts in await conn.fetch(SQL.figures, *asked)
    ]
    spend = [DaySpend(*row) for row in await conn.fetch(SQL.spend, *asked)]
    events = [DayEvents(day, EventKind(kind), n) for day, kind, n in await conn.fetch(SQL.events, *asked)]
    return states, spend, events


async def budget(conn: Connection, workspace_id: int) -> tuple[Decimal, str] | None:
    row = await conn.fetchrow(SQL.budget, workspace_id)
    return None if row is None else (row["amount"], row["currency"])


async def set_budget(conn: Connection, workspace_id: int, amount: Decimal, currency: str) -> None:
    await conn.execute(SQL.set_budget, workspace_id, amount, currency)


async def drop_budget(conn: Connection, workspace_id: int) -> None:
    await conn.execute(SQL.drop_budget, workspace_id)


async def history_from(conn: Connection) -> date | None:
    found: date | None = await conn.fetchval(SQL.history_from)
    return found


async def first_steps(conn: Connection, workspace_id: int) -> Record:
    """One row: see the statement."""
    row = await conn.fetchrow(SQL.first_steps, workspace_id)
    assert row is not None
    return row


async def note_brand(conn: Connection, workspace_id: int) -> None:
    await conn.execute(SQL.note_brand, workspace_id)


async def note_phone(conn: Connection, workspace_id: int, phone: int) -> None:
    await conn.execute(SQL.note_phone, workspace_id, phone)


async def note_message(conn: Connection, workspace_id: int, message_id: int) -> None:
    await conn.execute(SQL.note_message, workspace_id, message_id)


async def leave_first_run(conn: Connection, workspace_id: int) -> None:
    await conn.execute(SQL.leave_first_run, workspace_id)


async def background_work(conn: Connection, workspace_id: int, limit: int) -> list[Record]:
    return await conn.fetch(SQL.background_work, workspace_id, limit)


async def campaigns_of_runs(
    conn: Connection, workspace_id: int, runs: Sequence[int]
) -> dict[int, tuple[UUID, str]]:
    """Key and name of the campaign of each run."""
    rows = await conn.fetch(SQL.campaigns_of_runs, workspace_id, runs)
    return {row["run_id"]: (row["id"], row["name"]) for row in rows}
