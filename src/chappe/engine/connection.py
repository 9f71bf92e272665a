"""A connection of the engine's own: reopened when lost, used by one statement at a time, plans pinned.

The hot statements join a batch of values with a partition that may be an hour old and was never analysed: the
planner takes it for empty. Then it reads a range of states once per value of the batch (25 million
comparisons for 5,000 receipts, measured: 1.8 ms a row instead of 6 µs) or the whole partition. Each
connection leaves it only the joins that cannot go wrong for what it runs.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import StrEnum

import asyncpg

from chappe.db.errors import ServerGone
from chappe.db.pool import Database, OwnConnection

# InternalClientError: the driver was writing a COPY when the connection broke.
_GONE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    # No space on its disk, or no memory: it refuses for now.
    asyncpg.InsufficientResourcesError,
    asyncpg.InternalClientError,
)
_PATIENCE = 60.0

_NAMED = "select set_config('application_name', $1, false)"
_NO_SCANS = "set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set jit = off; "


class Joins(StrEnum):
    """What a connection may join by. PROBES: each row of one side looked up in the other's index. HASHES:
    both sides read once.
    """

    ANY = ""
    PROBES = _NO_SCANS + "set enable_hashjoin = off; set enable_mergejoin = off; set enable_bitmapscan = off"
    HASHES = _NO_SCANS + "set enable_nestloop = off; set enable_mergejoin = off"


class PinnedConnection:
    """`async with pinned.use() as conn`, then `conn.transaction()` where one is wanted."""

    def __init__(self, db: Database, joins: Joins, name: str) -> None:
        self._db = db
        self._joins = joins
        self._name = name
        self._connection: OwnConnection | None = None
        self._busy = asyncio.Lock()

    @asynccontextmanager
    async def use(self) -> AsyncIterator[OwnConnection]:
        """The connection, alone. ServerGone when the server is lost, or silent for a minute."""
        async with self._busy:
            connection = await self._open()
            try:
                async with asyncio.timeout(_PATIENCE):
                    yield connection
            except _GONE as error:
                self._drop()
                raise _gone(error) from error
            except asyncpg.InterfaceError as error:
                # The same class tells of misuse: only a closed connection is the server's doing.
                if not connection.is_closed():
                    raise
                self._drop()
                raise _gone(error) from error
            except BaseException:
                # Cancelled or failed in mid-statement: what is still under way on the wire is not known.
                if connection.is_closed() or connection.is_in_transaction():
                    self._drop()
                raise

    async def close(self) -> None:
        if self._connection is not None:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                await self._connection.close(timeout=2)
            self._connection = None

    async def _open(self) -> OwnConnection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._db.connection()
            try:
                await self._connection.execute(_NAMED, self._name)
                if self._joins:
                    await self._connection.execute(self._joins.value)
            except (
                OSError,
                asyncpg.PostgresError,
                asyncpg.InterfaceError,
                asyncpg.InternalClientError,
            ) as error:
                self._drop()
                raise _gone(error) from error
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()


def _gone(error: BaseException) -> ServerGone:
    return ServerGone(f"The database does not answer ({type(error).__name__}). The engine tries again.")
