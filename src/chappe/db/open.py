"""Reach the database, whatever it takes: an external server, the running program's, or the embedded one
started here.

    async with open_database(settings) as db: ...
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import structlog

from chappe.config.secret import secret_key
from chappe.config.settings import Settings
from chappe.db.archive import write_archive
from chappe.db.cluster import prepare_cluster
from chappe.db.embedded import PostgresServer
from chappe.db.errors import RestoreRefused, SchemaMismatch, ServerFailed, ServerGone
from chappe.db.guard import refuse_unsafe
from chappe.db.home import Home
from chappe.db.instance import ensure_instance
from chappe.db.keys import InstanceKeys
from chappe.db.layout import layout_for
from chappe.db.migrations import migrate, pending
from chappe.db.number_keys import NumberKeys
from chappe.db.pool import Database, OwnConnection, connect
from chappe.kit.backoff import full_jitter

log = structlog.get_logger(__name__)

# How long a server of the operator's may take to come up beside us (one machine booting, one Compose file).
_EXTERNAL_PATIENCE = 60.0
# How long a program that holds the home may take to announce its database: recovery after a crash included.
_JOIN_PATIENCE = 120.0
# A program that serves waits this long for commands on its database before it stops it.
_LEAVE_PATIENCE = 10.0
_WATCH_INTERVAL = 0.5
# In the data folder while `restore` fills an external database; it goes when that one may be started.
RESTORING = "restoring"
BACKUPS = "backups"


@asynccontextmanager
async def open_database(settings: Settings, *, exclusive: bool = False) -> AsyncIterator[Database]:
    """A migrated database, open until the block ends.

    With `exclusive` (the program that serves) the home is held, and HomeInUse raised when another program
    holds it. Without, the server of a running program is used as it is; only when none runs is one
    started, and stopped after. Problems: BadSettings, HomeInUse, UnsafeServer, ServerGone, ServerFailed,
    SchemaMismatch, WrongSecretKey, MissingRight: the message of each says what to do.
    """
    if (settings.home / RESTORING).exists():
        raise RestoreRefused(
            "A restore did not come to its end. Empty the database and run chappe restore again, or remove "
            f"{settings.home / RESTORING} if you know that the database is whole."
        )
    if settings.database_url is not None:
        opened = _open_external(settings, settings.database_url.reveal(), exclusive=exclusive)
    else:
        opened = _open_home(settings, exclusive=exclusive)
    async with opened as database:
        yield database


@asynccontextmanager
async def _open_external(settings: Settings, dsn: str, *, exclusive: bool) -> AsyncIterator[Database]:
    home = Home(settings.home)
    if exclusive and not await home.claim():
        raise home.in_use()
    try:
        await prepare_schema(dsn, settings, patience=_EXTERNAL_PATIENCE)
        async with _pools(dsn, settings) as database:
            yield database
    finally:
        home.release()


@asynccontextmanager
async def _open_home(settings: Settings, *, exclusive: bool) -> AsyncIterator[Database]:
    home = Home(settings.home)
    deadline = time.monotonic() + _JOIN_PATIENCE
    while not await home.claim(patience=1.0 if exclusive else 0.0):
        if exclusive or time.monotonic() > deadline:
            raise home.in_use()
        if run := home.join():
            try:
                await _refuse_older_program(run.dsn)
                async with _pools(run.dsn, settings) as database:
                    yield database
            finally:
                home.release()
            return
        await asyncio.sleep(_WATCH_INTERVAL / 5)
    try:
        async with _own_server(settings, home, exclusive=exclusive) as database:
            yield database
    finally:
        home.release()


@asynccontextmanager
async def _own_server(settings: Settings, home: Home, *, exclusive: bool) -> AsyncIterator[Database]:
    server = PostgresServer(layout_for(settings.home))
    patience: float | None = _LEAVE_PATIENCE if exclusive else None
    watch: asyncio.Task[None] | None = None
    try:
        await in_thread(server.start)
        watch = asyncio.create_task(_restart_when_crashed(server))
        dsn = await prepare_cluster(server)
        await prepare_schema(dsn, settings)
        home.announce(dsn=dsn)
        async with _pools(dsn, settings) as database:
            yield database
    except BaseException:
        patience = 0.0
        raise
    finally:
        await home.leave(patience=patience)
        if watch is not None:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
        await in_thread(server.stop)


async def in_thread(call: Callable[[], None]) -> None:
    """Run to its end even when cancelled meanwhile: a server started by an abandoned thread would be
    nobody's.
    """
    running = asyncio.ensure_future(asyncio.to_thread(call))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        with suppress(ServerFailed):
            await running
        raise


async def prepare_schema(dsn: str, settings: Settings, *, patience: float = 0.0) -> list[int]:
    """Check the server, migrate, and check the key. The numbers of the migrations applied.

    An embedded database that has data is backed up first, into home/backups; an external one is its
    operator's.
    """
    keys = InstanceKeys.derive(secret_key(settings))
    connection = await _connect_patiently(dsn, patience)
    try:
        await refuse_unsafe(connection)
        missing = await pending(connection)
        if missing and settings.database_url is None and missing[0].number > 1:
            name = f"before-{missing[0].name}-{datetime.now(UTC):%Y%m%d-%H%M%S}.backup"
            await write_archive(dsn, settings, settings.home / BACKUPS / name)
        applied = await migrate(connection)
        await ensure_instance(connection, keys)
    finally:
        await connection.close()
    return applied


async def _refuse_older_program(dsn: str) -> None:
    """A command of a newer program must not change the schema under the older one that runs."""
    connection = await connect(dsn)
    try:
        if missing := await pending(connection):
            raise SchemaMismatch(
                f"The running program is older than this one (it lacks {missing[0].name}). Restart it first."
            )
    finally:
        await connection.close()


async def _connect_patiently(dsn: str, patience: float) -> OwnConnection:
    deadline = time.monotonic() + patience
    attempt = 0
    while True:
        try:
            return await connect(dsn)
        except ServerGone:
            if time.monotonic() >= deadline:
                raise
            log.warning("database_not_ready", attempt=attempt)
            await asyncio.sleep(full_jitter(attempt, base=0.2, cap=5.0))
            attempt += 1


@asynccontextmanager
async def _pools(dsn: str, settings: Settings) -> AsyncIterator[Database]:
    keys = NumberKeys.of(settings, InstanceKeys.derive(secret_key(settings)))
    database = await Database.connect(dsn, number_keys=keys)
    try:
        yield database
    finally:
        await database.close()


async def _restart_when_crashed(server: PostgresServer) -> None:
    """The server's end is noticed and undone; meanwhile callers meet ServerGone and try again."""
    attempt = 0
    while True:
        await asyncio.sleep(_WATCH_INTERVAL)
        status = server.exit_status()
        if status is None:
            attempt = 0
            continue
        log.error("database_server_ended", status=status)
        await asyncio.sleep(full_jitter(attempt, base=0.5, cap=30.0))
        attempt += 1
        try:
            await in_thread(server.start)
        except ServerFailed as failure:
            log.error("database_server_restart_failed", reason=failure.detail)
        else:
            log.info("database_server_restarted")
