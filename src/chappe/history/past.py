"""The database while its past is written: what it calls "now" is the past's.

Rows say when they were made by `default now()`, statements by `now()`, and ids of messages carry the day. For
as long as a history is made, connections with `past` in their search path find another function of that name,
and the defaults of columns call it. Leases are taken over other connections: they are of the real time.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from chappe.db.pool import Connection, Database
from chappe.db.statements import load_statements
from chappe.history.clock import PastClock

SQL = load_statements("chappe.history")

# `past` before the server's own functions; tables are made in the first, `public`.
_PATH = "search_path=public%2Cpast%2Cpg_catalog"


class Past:
    """The past's clock, in the program (`clock`) and in the database (`db`)."""

    def __init__(self, db: Database, clock: PastClock) -> None:
        self.db = db
        self.clock = clock

    async def go_to(self, moment: datetime, speed: float) -> None:
        """As `PastClock.go_to`, and the database with it."""
        self.clock.go_to(moment, speed)
        await self._tell()

    async def hurry(self, speed: float) -> None:
        self.clock.hurry(speed)
        await self._tell()

    async def _tell(self) -> None:
        async with self.db.engine_transaction() as conn:
            await conn.execute(_now_from(self.clock.now(), self.clock.speed))


@asynccontextmanager
async def in_the_past(database: Database, start: datetime) -> AsyncIterator[Past]:
    """For the length of the block. The caller has the data folder alone."""
    clock = PastClock(start)
    async with database.engine_transaction() as conn:
        await conn.execute(SQL.begin_past)
        await conn.execute(_now_from(start, 0))
        await conn.execute(SQL.let_web_look)
        await _fill_with(conn, "now()", "past.now()")
    separator = "&" if "?" in database.dsn else "?"
    dsn = f"{database.dsn}{separator}{_PATH}"
    past = await Database.connect(dsn, number_keys=database.number_keys)
    try:
        yield Past(past, clock)
    finally:
        await past.close()
        await return_to_now(database)


async def return_to_now(database: Database) -> None:
    """The database's clock is its own again; also after a history that was interrupted."""
    async with database.engine_transaction() as conn:
        await _fill_with(conn, "past.now()", "now()")
        await conn.execute(SQL.end_past)


async def _fill_with(conn: Connection, before: str, after: str) -> None:
    for name, column in await conn.fetch(SQL.columns_of_now, before):
        # Names come from the catalogue, quoted by the server.
        await conn.execute(f"alter table {name} alter column {column} set default {after}")


def _now_from(moment: datetime, speed: float) -> str:
    # Simple enough for the server to put it in place of the call: a row costs no function call.
    real = datetime.now(UTC)
    return f"""
        create or replace function past.now() returns timestamptz language sql stable as $$
            select timestamptz '{moment.isoformat()}'
                 + greatest(pg_catalog.now() - timestamptz '{real.isoformat()}', interval '0')
                   * {speed}::float8 $$
    """
