"""A connection of the engine's own: reopened when lost, used by one statement at a time, plans pinned.

The hot statements join a batch of values with a partition that may be an hour old and not analysed. The planner
then sometimes prefers to read it whole (2 of 14 measured runs stalled at a tenth of their speed): here it is left
no choice but the primary key.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg

from chappe.db.errors import ServerGone
from chappe.db.pool import Database, OwnConnection

_PINNED = (
    "set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_hashjoin = off; "
    "set enable_mergejoin = off; set jit = off; set enable_bitmapscan = off"
)


class PinnedConnection:
    """`async with pinned.use() as conn`, then `conn.transaction()` where one is wanted."""

    def __init__(self, db: Database, *, pinned: bool = True) -> None:
        self._db = db
        self._pinned = pinned
        self._connection: OwnConnection | None = None
        self._busy = asyncio.Lock()

    @asynccontextmanager
    async def use(self) -> AsyncIterator[OwnConnection]:
        """The connection, alone. ServerGone when the server is lost before or during the block."""
        async with self._busy:
            connection = await self._open()
            try:
                yield connection
            except (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError) as error:
                if not connection.is_closed() and not isinstance(error, OSError):
                    raise
                await self._drop()
                raise _gone(error) from error
            except (
                asyncpg.AdminShutdownError,
                asyncpg.CrashShutdownError,
                asyncpg.CannotConnectNowError,
            ) as error:
                await self._drop()
                raise _gone(error) from error
            except BaseException:
                # Cancelled or failed in mid-statement: what is still under way on the wire is not known.
                if connection.is_in_transaction():
                    await self._drop()
                raise

    async def close(self) -> None:
        if self._connection is not None:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                await self._connection.close(timeout=2)
            self._connection = None

    async def _open(self) -> OwnConnection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._db.connection()
            if self._pinned:
                try:
                    await self._connection.execute(_PINNED)
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                    await self._drop()
                    raise _gone(error) from error
        return self._connection

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()


def _gone(error: BaseException) -> ServerGone:
    return ServerGone(f"The database does not answer ({type(error).__name__}). The engine tries again.")
