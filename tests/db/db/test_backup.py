"""Backup and restore: the data, the key, the hold, and the suppressions that came after the backup."""

import tarfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chappe.config.secret import encode_key, secret_key
from chappe.config.settings import Settings, load_settings
from chappe.consent import service as consent
from chappe.consent.model import NewSuppression, SuppressionScope
from chappe.db.backup import write_backup
from chappe.db.dump import load_dump
from chappe.db.embedded import PostgresServer
from chappe.db.errors import BackupRefused, HomeInUse, RestoreRefused, WrongSecretKey
from chappe.db.instance import SQL, release
from chappe.db.kept import KeptChange, KeptLog, keep_committed
from chappe.db.keys import InstanceKeys
from chappe.db.layout import layout_for
from chappe.db.open import RESTORING, open_database
from chappe.db.pool import Database
from chappe.db.restore import restore_backup
from chappe.engine.restored import settle_restored
from chappe.persons.replay import replay

STOP = {"reason": "stop", "source": "inbound"}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "home"
    yield folder
    PostgresServer(layout_for(folder)).destroy()


@asynccontextmanager
async def opened(home: Path) -> AsyncIterator[Database]:
    async with open_database(settings_of(home)) as database:
        yield database


def settings_of(home: Path, **environ: str) -> Settings:
    return load_settings(environ, overrides={"home": home})


async def add_workspace(database: Database, name: str) -> int:
    number = await database.engine.fetchval("insert into workspace (name) values ($1) returning id", name)
    assert isinstance(number, int)
    return number


async def suppress(database: Database, workspace: int, *phones: int) -> None:
    wanted = [NewSuppression(phone=phone, scope=SuppressionScope.MARKETING, **STOP) for phone in phones]
    async with database.transaction(workspace) as connection:
        await consent.suppress(connection, workspace, wanted)


ROOMS = {"replay": replay, "settle": settle_restored}


async def suppressed(database: Database) -> list[int]:
    rows = await database.engine.fetch("select phone from suppression where lifted_at is null order by phone")
    return [row["phone"] for row in rows]


async def lift(database: Database, workspace: int, phone: int) -> None:
    number = await database.engine.fetchval("select id from suppression where phone = $1", phone)
    async with database.transaction(workspace) as connection:
        await consent.lift(connection, workspace, number, by="test")


async def test_a_restore_is_held_and_what_was_stopped_since_the_backup_stays_stopped(
    home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "today.backup"
    async with opened(home) as database:
        workspace = await database.engine.fetchval(
            "insert into workspace (name) values ('shop') returning id"
        )
        await suppress(database, workspace, 33600000001)
        manifest = await write_backup(settings_of(home), file)  # beside the running program
        await suppress(database, workspace, 33600000002, 33600000003)
        await lift(database, workspace, 33600000003)
        newer = await add_workspace(database, "new")
        await suppress(database, newer, 33600000004)
        assert await keep_committed(database, KeptLog(home)) == 5
        assert await keep_committed(database, KeptLog(home)) == 0
    assert manifest.key_included
    assert file.stat().st_mode & 0o777 == 0o600

    with pytest.raises(RestoreRefused, match="--replace"):
        await restore_backup(settings_of(home), file, **ROOMS)
    restored = await restore_backup(settings_of(home), file, **ROOMS, replace=True)

    assert restored.replayed == 1
    async with opened(home) as database:
        assert await database.engine.fetch("select name from workspace") == [("shop",)]
        assert await suppressed(database) == [33600000001, 33600000002]
        row = await database.engine.fetchrow(SQL.instance)
        assert row is not None
        assert row["held_at"] is not None
        assert "restored from the backup" in row["held_reason"]
        async with database.engine_transaction() as connection:
            assert await release(connection)
            assert not await release(connection)
        kept = await database.engine.fetchval(
            "select count(*) from pg_database where datname = $1", restored.replaced_database
        )
        assert kept == 1


async def test_a_backup_moves_to_a_new_home_with_its_key(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "move.backup"
    async with opened(home):
        await write_backup(settings_of(home), file)
    with pytest.raises(BackupRefused, match="exists"):
        await write_backup(settings_of(home), file)
    other = tmp_path / "other"
    try:
        await restore_backup(settings_of(other), file, **ROOMS)
        assert secret_key(settings_of(other)) == secret_key(settings_of(home))
        async with opened(other) as database:
            assert await database.engine.fetchval("select held_at is not null from instance")
    finally:
        PostgresServer(layout_for(other)).destroy()


async def test_a_key_from_the_settings_is_named_as_missing(home: Path, tmp_path: Path) -> None:
    file, key = tmp_path / "keyless.backup", encode_key(bytes(range(32)))
    manifest = await write_backup(settings_of(home, CHAPPE_SECRET_KEY=key), file)
    assert not manifest.key_included
    with tarfile.open(file) as tar:
        assert tar.getnames() == ["manifest.json", "database.dump"]
    with pytest.raises(RestoreRefused, match="CHAPPE_SECRET_KEY"):
        await restore_backup(settings_of(home), file, **ROOMS, replace=True)
    await restore_backup(
        settings_of(home, CHAPPE_SECRET_KEY=key),
        file,
        replay=replay,
        settle=settle_restored,
        replace=True,
    )
    with pytest.raises(WrongSecretKey):
        async with opened(home):
            pass


async def test_a_restore_waits_for_no_one_and_takes_no_other_file(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "not.backup"
    file.write_text("no tar")
    with pytest.raises(BackupRefused, match="not a backup"):
        await restore_backup(settings_of(home), file, **ROOMS)
    async with opened(home):
        with pytest.raises(HomeInUse):
            await restore_backup(settings_of(home), file, **ROOMS)


@pytest.mark.usefixtures("durable")
async def test_an_external_server_takes_a_backup_into_an_empty_database(
    database: Database, keys: InstanceKeys, home: Path, tmp_path: Path
) -> None:
    file, key = tmp_path / "external.backup", encode_key(b"chappe test secret key, 32 bytes")
    external = settings_of(home, CHAPPE_DATABASE_URL=database.dsn, CHAPPE_SECRET_KEY=key)
    await write_backup(external, file)
    with pytest.raises(RestoreRefused, match="not empty"):
        await restore_backup(external, file, **ROOMS)
    (home / RESTORING).touch()
    with pytest.raises(RestoreRefused, match="did not come to its end"):
        async with open_database(external):
            pass
    (home / RESTORING).unlink()
    await database.engine.execute("drop schema public cascade; create schema public")
    await restore_backup(external, file, **ROOMS)
    async with open_database(external) as restored:
        assert await restored.engine.fetchval("select key_fingerprint from instance") == keys.fingerprint
        assert await restored.engine.fetchval("select held_at is not null from instance")
    assert not (home / RESTORING).exists()


def test_the_log_passes_over_a_line_torn_by_a_crash(tmp_path: Path) -> None:
    kept = KeptLog(tmp_path)
    assert list(kept.read()) == []
    change = KeptChange(
        workspace_id=1, kind="lifted", body={"phone": 1, "scope": "all"}, at=datetime.now(UTC)
    )
    kept.append([change])
    with open(kept.path, "ab") as file:
        file.write(b'{"workspace_id":2,"ki')
    kept.append([change, change])
    assert list(kept.read()) == [change] * 3
    assert kept.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("durable")
async def test_half_a_dump_loads_nothing(
    database: Database, keys: InstanceKeys, home: Path, tmp_path: Path
) -> None:
    file, key = tmp_path / "whole.backup", encode_key(b"chappe test secret key, 32 bytes")
    external = settings_of(home, CHAPPE_DATABASE_URL=database.dsn, CHAPPE_SECRET_KEY=key)
    async with open_database(external) as opened_database:
        await opened_database.engine.execute(
            "insert into workspace (name) select md5(n::text) from generate_series(1, 100000) n"
        )
    await write_backup(external, file)
    whole = tmp_path / "database.dump"
    write(whole, dump_in(file))

    with pytest.raises(BackupRefused, match="already exists"):
        load_dump(database.dsn, whole)
    await database.engine.execute("drop schema public cascade; create schema public")
    torn = tmp_path / "torn.dump"
    content = read(whole)
    write(torn, content[: len(content) // 2])
    with pytest.raises(BackupRefused, match="pg_restore failed"):
        load_dump(database.dsn, torn)
    assert not await database.engine.fetchval("select to_regclass('workspace') is not null")


def dump_in(file: Path) -> bytes:
    with tarfile.open(file) as tar:
        dump = tar.extractfile("database.dump")
        assert dump is not None
        return dump.read()


def read(file: Path) -> bytes:
    return file.read_bytes()


def write(file: Path, content: bytes) -> None:
    file.write_bytes(content)
