"""The two ways into the database: as the engine, which owns the tables, and as the web, which row-level
security binds to one workspace.

Values of json and jsonb columns are given and received as Python values. The codec is binary, because COPY
has no text form in the driver.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self, TypeAlias

import asyncpg
import msgspec

from chappe.db.errors import ServerGone
from chappe.db.number_keys import NO_KEYS, NumberKeys

WEB_ROLE = "chappe_web"
# Enough for every statement of the program: a prepared plan is kept as long as its connection.
_STATEMENT_CACHE = 1024
_CLOSE_PATIENCE = 10.0
_SESSION = {"application_name": "chappe", "timezone": "UTC"}
# A process that is stopped in the middle of a transaction must not hold its locks for as long as it lives. No
# transaction of a pool waits for anything but the server.
_POOL = {"idle_in_transaction_session_timeout": "10s"}

OwnConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Connection: TypeAlias = "OwnConnection | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

# What the driver raises when the server restarts, is stopped, crashes or is full.
_GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    # Too many connections, no space on its disk, no memory: it refuses for now.
    asyncpg.InsufficientResourcesError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
# While a connection is being made there is nothing to misuse: these too tell that the server left it.
_BROKEN = (asyncpg.InterfaceError, asyncpg.InternalClientError)


class Database:
    """The pools of one program. `open_database` builds it; `Database.connect` does when the address is
    known.
    """

    def __init__(self, dsn: str, engine: Pool, web: Pool, number_keys: NumberKeys = NO_KEYS) -> None:
        """`number_keys`: what numbers are hashed under that are known here by their hash alone."""
        self.dsn = dsn
        self.engine = engine
        self.web = web
        self.number_keys = number_keys

    @classmethod
    async def connect(
        cls, dsn: str, *, engine_size: int = 16, web_size: int = 16, number_keys: NumberKeys = NO_KEYS
    ) -> Self:
        """Pools on a migrated database; connections are made when first needed."""
        engine = await _make_pool(dsn, engine_size, {})
        web = await _make_pool(dsn, web_size, {"role": WEB_ROLE})
        return cls(dsn, engine, web, number_keys)

    async def close(self) -> None:
        """Wait a little for the connections in use, then close all."""
        for pool in (self.web, self.engine):
            try:
                await asyncio.wait_for(pool.close(), _CLOSE_PATIENCE)
            except TimeoutError:
                pool.terminate()

    @asynccontextmanager
    async def transaction(self, workspace_id: int) -> AsyncIterator[Connection]:
        """One transaction as the web role: only this workspace's rows are seen and written."""
        async with _transaction(self.web) as connection:
            await connection.execute("select set_config('chappe.workspace', $1, true)", str(workspace_id))
            yield connection

    @asynccontextmanager
    async def engine_transaction(self) -> AsyncIterator[Connection]:
        """One transaction as the owner of the tables: statements name the workspace they mean."""
        async with _transaction(self.engine) as connection:
            yield connection

    async def connection(self) -> OwnConnection:
        """A connection of the caller's own (LISTEN, a long-held lock), as the engine. The caller closes
        it.
        """
        return await connect(self.dsn)


async def connect(dsn: str) -> OwnConnection:
    """One connection outside the pools. ServerGone when the server does not answer."""
    try:
        connection: OwnConnection = await asyncpg.connect(dsn, server_settings=_SESSION)
    except (OSError, TimeoutError, *_GONE) as error:
        raise ServerGone(_no_answer(error)) from error
    try:
        await _prepare_connection(connection)
    except (OSError, *_GONE, *_BROKEN) as error:
        connection.terminate()
        raise ServerGone(_no_answer(error)) from error
    return connection


@asynccontextmanager
async def _transaction(pool: Pool) -> AsyncIterator[Connection]:
    try:
        connection = await pool.acquire()
    except (OSError, TimeoutError, *_GONE, *_BROKEN) as error:
        raise ServerGone(_no_answer(error)) from error
    try:
        async with connection.transaction():
            yield connection
    except _GONE as error:
        raise ServerGone(_no_answer(error)) from error
    except asyncpg.InterfaceError as error:
        # The same class tells of misuse: only a lost connection is the server's doing.
        if not _is_lost(connection):
            raise
        raise ServerGone(_no_answer(error)) from error
    except asyncpg.InternalClientError as error:
        # A farewell of the server that arrives while nothing was asked leaves the driver's protocol in a
        # state no statement gets out of, and the socket open a moment longer: such a connection is lost.
        connection.terminate()
        raise ServerGone(_no_answer(error)) from error
    finally:
        await pool.release(connection)


def _is_lost(connection: Connection) -> bool:
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True  # the pool took it back by itself, as it does when the server breaks the connection


async def _make_pool(dsn: str, size: int, settings: dict[str, str]) -> Pool:
    return await asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=size,
        init=_prepare_connection,
        reset=_as_it_is,
        statement_cache_size=_STATEMENT_CACHE,
        max_cached_statement_lifetime=0,
        max_inactive_connection_lifetime=0,
        # As a start-up setting the role holds however the session is reset: RESET ROLE returns to it.
        server_settings=_SESSION | _POOL | settings,
    )


async def _as_it_is(connection: Connection) -> None:
    """Nothing to undo after a use: settings are made for a transaction, and what outlives one (LISTEN, locks)
    has a connection of its own. The driver's own reset would be one more round to the server each time.
    """


async def _prepare_connection(connection: Connection) -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", format="binary", encoder=_encode_jsonb, decoder=_decode_jsonb
    )
    await connection.set_type_codec(
        "json", schema="pg_catalog", format="binary", encoder=msgspec.json.encode, decoder=msgspec.json.decode
    )


def _encode_jsonb(value: object) -> bytes:
    return b"\x01" + msgspec.json.encode(value)  # the version byte of jsonb's wire format (jsonb_recv)


def _decode_jsonb(wire: bytes) -> object:
    return msgspec.json.decode(memoryview(wire)[1:])


def _no_answer(error: BaseException) -> str:
    # Not the error's text: the driver may quote the address, and with it a password.
    return f"The database does not answer ({type(error).__name__}). Try again shortly."
