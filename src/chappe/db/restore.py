"""`chappe restore FILE`: the installation as it was at the backup, held, with the suppressions made since.

The embedded server restores into a database of another name and renames it when all is done, so an
interrupted restore leaves what was there before. On an external server, where we may not create databases,
the target must be empty, and a mark in the data folder keeps a half-restored one from being started.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chappe.config.secret import decode_key, key_file, secret_key, write_key
from chappe.config.settings import Settings
from chappe.db.archive import Archive, BackupManifest, opened
from chappe.db.cluster import DATABASE, ENGINE_ROLE, prepare_cluster
from chappe.db.dump import load_dump
from chappe.db.embedded import SUPERUSER, PostgresServer
from chappe.db.errors import RestoreRefused
from chappe.db.guard import refuse_unsafe
from chappe.db.home import Home
from chappe.db.instance import SQL, ensure_instance, hold
from chappe.db.kept import KeptChange, KeptLog
from chappe.db.keys import InstanceKeys
from chappe.db.layout import layout_for
from chappe.db.migrations import ensure_web_role, migrate
from chappe.db.number_keys import NumberKeys, add_keys
from chappe.db.open import RESTORING, in_thread
from chappe.db.pool import Connection, connect

_DRAFT = "chappe_restoring"
# A transaction that began before the backup and committed after it carries the time of its beginning.
_LONGEST_TRANSACTION = timedelta(days=1)

Replay = Callable[[Connection, Iterable[KeptChange], InstanceKeys, NumberKeys], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Unsure:
    """What may have left after the backup was made: campaigns that were paused, and groups of single messages
    that are unknown now.
    """

    campaigns: int
    singles: int


Settle = Callable[[Connection], Awaitable[Unsure]]


@dataclass(frozen=True, slots=True)
class _Rooms:
    """What rooms above this one do to a restored database."""

    replay: Replay
    settle: Settle


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored; `replayed` counts the suppressions that came back from the log of the data
    folder, and the persons who were erased again.
    """

    manifest: BackupManifest
    replayed: int
    unsure: Unsure
    replaced_database: str | None


async def restore_backup(
    settings: Settings, file: Path, *, replay: Replay, settle: Settle, replace: bool = False
) -> Restored:
    """Restore `file` into this home, or into the external database of the settings. The result is held.

    `replay` applies the changes kept since the backup and `settle` sees to it that nothing is sent twice, in
    their own rooms' words. With `replace` an embedded
    database that is there is kept under another name. HomeInUse while a program runs; RestoreRefused when the
    target is not empty or the secret key is missing.
    """
    home = Home(settings.home)
    if not await home.claim():
        raise home.in_use()
    try:
        with opened(file, settings.home) as archive:
            key = key_of(archive, settings)
            rooms = _Rooms(replay, settle)
            if settings.database_url is not None:
                return await _restore_external(settings, archive, key, rooms)
            return await _restore_embedded(settings, archive, key, rooms, replace=replace)
    finally:
        home.release()


def key_of(archive: Archive, settings: Settings) -> bytes:
    """The secret key that the backup needs: from it, from the settings, or from the data folder."""
    candidates = []
    if archive.key is not None:
        candidates.append(decode_key(archive.key, "the key of the backup"))
    elif settings.secret_key is not None or key_file(settings.home).exists():
        candidates.append(secret_key(settings))
    for key in candidates:
        if InstanceKeys.derive(key).fingerprint.hex() == archive.manifest.key_fingerprint:
            return key
    raise RestoreRefused(
        "The secret key of this backup is missing: it was given by CHAPPE_SECRET_KEY and is not in the file. "
        "Set CHAPPE_SECRET_KEY to that key, or put it into secret.key in the data folder, and restore again."
    )


async def _restore_external(settings: Settings, archive: Archive, key: bytes, rooms: _Rooms) -> Restored:
    assert settings.database_url is not None
    dsn = settings.database_url.reveal()
    mark = settings.home / RESTORING
    connection = await connect(dsn)
    try:
        if await connection.fetchval(SQL.has_tables):
            raise RestoreRefused("The database is not empty. Restore into a new, empty one.")
    finally:
        await connection.close()
    mark.touch()
    replayed, unsure = await _fill(dsn, settings, archive, key, rooms)
    _install_key(settings, key)
    _install_number_keys(settings, archive)
    mark.unlink()
    return Restored(archive.manifest, replayed, unsure, None)


async def _restore_embedded(
    settings: Settings, archive: Archive, key: bytes, rooms: _Rooms, *, replace: bool
) -> Restored:
    async with _server(settings) as server:
        await prepare_cluster(server)
        await _refuse_full(server, replace=replace)
        await _as_superuser(
            server,
            f"drop database if exists {_DRAFT} with (force)",
            f"create database {_DRAFT} owner {ENGINE_ROLE}",
        )
        dsn = server.dsn(_DRAFT, ENGINE_ROLE)
        replayed, unsure = await _fill(dsn, settings, archive, key, rooms)
        kept_as = f"{DATABASE}_until_{datetime.now(UTC):%Y%m%d_%H%M%S}" if replace else None
        _install_key(settings, key)
        _install_number_keys(settings, archive)
        away = f"alter database {DATABASE} rename to {kept_as}" if kept_as else f"drop database {DATABASE}"
        await _as_superuser(server, away, f"alter database {_DRAFT} rename to {DATABASE}")
        return Restored(archive.manifest, replayed, unsure, kept_as)


async def _fill(
    dsn: str, settings: Settings, archive: Archive, key: bytes, rooms: _Rooms
) -> tuple[int, Unsure]:
    """Load the dump, bring the schema up to date, hold, settle what may have left since the backup, and play
    back what was kept since.
    """
    connection = await connect(dsn)
    try:
        await refuse_unsafe(connection)
        await ensure_web_role(connection)
        await asyncio.to_thread(load_dump, dsn, archive.dump)
        await migrate(connection)
        await ensure_instance(connection, InstanceKeys.derive(key))
        since = archive.manifest.created_at - _LONGEST_TRANSACTION
        async with connection.transaction():
            await hold(
                connection, f"restored from the backup of {archive.manifest.created_at:%Y-%m-%d %H:%M} UTC"
            )
            kept = (change for change in KeptLog(settings.home).read() if change.at >= since)
            unsure = await rooms.settle(connection)
            keys = InstanceKeys.derive(key)
            numbers = NumberKeys.of(settings, keys)
            return await rooms.replay(connection, kept, keys, numbers), unsure
    finally:
        await connection.close()


def _install_key(settings: Settings, key: bytes) -> None:
    """Put the key into the data folder, unless the settings give it; another key there is kept beside it."""
    path = key_file(settings.home)
    if settings.secret_key is not None or (path.exists() and secret_key(settings) == key):
        return
    if path.exists():
        path.rename(path.with_name(f"{path.name}.until_{datetime.now(UTC):%Y%m%d_%H%M%S}"))
    write_key(path, key)


def _install_number_keys(settings: Settings, archive: Archive) -> None:
    """Put the backup's keys of numbers behind those of the data folder: hashes of both times are told."""
    if archive.number_keys is not None:
        add_keys(settings.home, archive.number_keys)


@asynccontextmanager
async def _server(settings: Settings) -> AsyncIterator[PostgresServer]:
    server = PostgresServer(layout_for(settings.home))
    try:
        await in_thread(server.start)
        yield server
    finally:
        await in_thread(server.stop)


async def _refuse_full(server: PostgresServer, *, replace: bool) -> None:
    connection = await connect(server.dsn(DATABASE, ENGINE_ROLE))
    try:
        full = await connection.fetchval(SQL.has_tables)
    finally:
        await connection.close()
    if full and not replace:
        raise RestoreRefused(
            "The data folder holds a database already. Restore into a new folder (--home DIR), or give "
            "--replace: the present database is then kept under another name."
        )


async def _as_superuser(server: PostgresServer, *statements: str) -> None:
    connection = await connect(server.dsn("postgres", SUPERUSER))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
