"""Statements on offers and their codes."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from asyncpg import Record

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.offers.model import BLOCK, CodeTold, Given, Low, Offer, Span

SQL = load_statements("chappe.offers")


async def add(
    conn: Connection,
    workspace_id: int,
    offer_id: UUID,
    name: str,
    pattern: str | None,
    length: int,
    warn_below: int,
) -> bool:
    """Whether its name was free."""
    values = (offer_id, workspace_id, name, pattern, length, warn_below)
    return await conn.fetchval(SQL.add_offer, *values) is not None


async def offers(conn: Connection, workspace_id: int, offer_id: UUID | None = None) -> list[Offer]:
    return [Offer(**dict(row)) for row in await conn.fetch(SQL.offers, workspace_id, offer_id)]


async def change(conn: Connection, workspace_id: int, offer_id: UUID, name: str, warn_below: int) -> bool:
    return await conn.fetchval(SQL.change, workspace_id, offer_id, name, warn_below) is not None


async def archive(conn: Connection, workspace_id: int, offer_id: UUID, *, archived: bool) -> bool:
    return await conn.fetchval(SQL.archive, workspace_id, offer_id, archived) is not None


async def lock(conn: Connection, workspace_id: int, offer_id: UUID) -> Record | None:
    """size, length, archived_at."""
    return await conn.fetchrow(SQL.lock, workspace_id, offer_id)


async def add_codes(
    conn: Connection, workspace_id: int, offer_id: UUID, size: int, codes: Sequence[str]
) -> int:
    """How many were new; their numbers begin at `size`. The offer must be locked."""
    done = await conn.execute(SQL.add_codes, workspace_id, offer_id, size, codes)
    added = int(done.split()[-1])
    if added:
        await conn.execute(SQL.free_codes, workspace_id, offer_id, size, size + added, BLOCK)
        await conn.execute(SQL.grown, workspace_id, offer_id, size + added)
    return added


async def take(conn: Connection, workspace_id: int, offer_id: UUID, n: int, *, waiting: bool) -> list[Span]:
    """At most `n` free codes. `waiting` for those who have some locked: alone, by `wait`."""
    statement = SQL.take_waiting if waiting else SQL.take
    # Rows that were cut short stand among whole ones.
    rows = None if waiting else n // BLOCK + 16
    return [Span._make(row) for row in await conn.fetch(statement, workspace_id, offer_id, n, rows)]


async def wait(conn: Connection, offer_id: UUID) -> None:
    await conn.execute(SQL.alone, offer_id)


async def codes(conn: Connection, offer_id: UUID, spans: Sequence[Span]) -> list[str]:
    los, his = [span.lo for span in spans], [span.hi for span in spans]
    return [row[0] for row in await conn.fetch(SQL.codes, offer_id, los, his)]


async def give(
    conn: Connection, workspace_id: int, offer_id: UUID, run_id: int | None, given: Sequence[Given]
) -> None:
    await conn.execute(SQL.give, workspace_id, offer_id, run_id, *map(list, zip(*given, strict=True)))


async def told(conn: Connection, workspace_id: int, words: Sequence[str]) -> list[CodeTold]:
    """`words` in capitals."""
    return [CodeTold._make(row) for row in await conn.fetch(SQL.told, workspace_id, words)]


async def use(conn: Connection, workspace_id: int, used: Sequence[tuple[UUID, int, datetime]]) -> list[str]:
    """The codes that had no use before."""
    columns = map(list, zip(*used, strict=True))
    return [row[0] for row in await conn.fetch(SQL.use, workspace_id, *columns)]


async def note_use(
    conn: Connection,
    workspace_id: int,
    code: CodeTold,
    at: datetime,
    amount: Decimal,
    currency: str,
    order_id: str | None,
) -> None:
    await conn.execute(SQL.note_use, workspace_id, code.offer_id, code.n, at, amount, currency, order_id)


async def take_uses(conn: Connection, limit: int) -> list[Record]:
    return list(await conn.fetch(SQL.take_uses, limit))


async def uses_wait(conn: Connection) -> bool:
    waits: bool = await conn.fetchval(SQL.waiting_uses)
    return waits


async def of_message(conn: Connection, workspace_id: int, message_id: int) -> str | None:
    code: str | None = await conn.fetchval(SQL.of_message, workspace_id, message_id)
    return code


async def low(conn: Connection, workspace_id: int) -> list[Low]:
    return [Low._make(row) for row in await conn.fetch(SQL.low, workspace_id)]


async def warn(conn: Connection, now: datetime) -> list[Record]:
    """workspace_id, workspace, language, offer_id, name, free: of those who are told now."""
    return list(await conn.fetch(SQL.warn, now))
