"""Reaching the database of a home: alone, beside another program, after one that was killed, on an
external server.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chappe.config.secret import encode_key
from chappe.config.settings import Settings, load_settings
from chappe.db import migrations
from chappe.db.embedded import PostgresServer
from chappe.db.errors import HomeInUse, SchemaMismatch, ServerGone
from chappe.db.home import Home
from chappe.db.layout import layout_for
from chappe.db.migrations import Migration, known_migrations
from chappe.db.open import BACKUPS, open_database
from chappe.db.pool import Database

PROGRAM = """
import asyncio, sys
from pathlib import Path
from chappe.config.settings import load_settings
from chappe.db.open import open_database

async def serve():
    settings = load_settings({}, overrides={"home": Path(sys.argv[1])})
    async with open_database(settings, exclusive=True) as database:
        await database.engine.execute("insert into workspace (name) values ('before the kill')")
        print("open", flush=True)
        await asyncio.sleep(600)

asyncio.run(serve())
"""


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    home = tmp_path / "home"
    yield load_settings({}, overrides={"home": home})
    PostgresServer(layout_for(home)).destroy()


@asynccontextmanager
async def program(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """Another program that serves from this home; killed at the end if it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, str(settings.home), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        assert await asyncio.wait_for(process.stdout.readline(), 60) == b"open\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_the_second_program_says_so_and_leaves(settings: Settings) -> None:
    async with open_database(settings, exclusive=True):
        Home(settings.home).announce(url="http://127.0.0.1:8080")
        with pytest.raises(HomeInUse, match=rf"process {os.getpid()}, http://127.0.0.1:8080"):
            async with open_database(settings, exclusive=True):
                pass
        run = Home(settings.home).running()
        assert run is not None
        assert run.pid == os.getpid()
    assert Home(settings.home).running() is None


async def test_a_command_uses_the_running_programs_database(settings: Settings) -> None:
    async with program(settings), open_database(settings) as joined:
        assert await joined.engine.fetchval("select name from workspace") == "before the kill"


async def test_the_database_is_not_stopped_under_a_command(settings: Settings) -> None:
    stopping = asyncio.Event()

    async def first() -> None:
        async with open_database(settings):
            opened.set()
            await stopping.wait()

    opened = asyncio.Event()
    holder = asyncio.create_task(first())
    await opened.wait()
    async with open_database(settings) as joined:
        stopping.set()
        while (settings.home / "run.json").exists():
            await asyncio.sleep(0)  # the holder has begun to leave once its file is gone
        assert await joined.engine.fetchval("select 1") == 1
        assert not holder.done()
    await holder


async def test_a_program_that_was_killed_leaves_nothing_in_the_way(settings: Settings) -> None:
    async with program(settings) as killed:
        killed.send_signal(signal.SIGKILL)
        await killed.wait()
        async with open_database(settings, exclusive=True) as database:
            assert await database.engine.fetchval("select name from workspace") == "before the kill"


async def test_a_crash_of_the_server_is_noticed_and_undone(settings: Settings) -> None:
    async with open_database(settings, exclusive=True) as database:
        before = await started_at(database)
        lock = layout_for(settings.home).data / "postmaster.pid"
        os.kill(int(lock.read_text().split("\n", 1)[0]), signal.SIGKILL)
        async with asyncio.timeout(60):
            while await started_at(database) in (None, before):
                await asyncio.sleep(0.05)


async def started_at(database: Database) -> object:
    """When the server that answers was started; None when none answers."""
    try:
        async with database.engine_transaction() as connection:
            return await connection.fetchval("select pg_postmaster_start_time()")
    except ServerGone:
        return None


@pytest.mark.usefixtures("durable")
async def test_an_external_server_is_migrated_and_used(blank_dsn: str, tmp_path: Path) -> None:
    environ = {"CHAPPE_DATABASE_URL": blank_dsn, "CHAPPE_SECRET_KEY": encode_key(bytes(32))}
    settings = load_settings(environ, overrides={"home": tmp_path / "home"})
    for _ in range(2):
        async with open_database(settings, exclusive=True) as database:
            assert await database.engine.fetchval("select count(*) from instance") == 1
            with pytest.raises(HomeInUse):
                async with open_database(settings, exclusive=True):
                    pass
    assert not (tmp_path / "home" / "pg").exists()


async def test_a_newer_program_backs_up_before_it_migrates(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_database(settings):
        pass
    newer = [
        *known_migrations(),
        Migration(len(known_migrations()) + 1, "9999_next", "create table next (n int)"),
    ]
    monkeypatch.setattr(migrations, "known_migrations", lambda: newer)
    async with open_database(settings) as database:
        assert await database.engine.fetchval("select to_regclass('next') is not null")
    (backup,) = backups_of(settings)
    assert backup.startswith("before-9999_next-")
    monkeypatch.undo()
    with pytest.raises(SchemaMismatch, match="newer program"):
        async with open_database(settings):
            pass


def know_one_more(monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    """Make this program a newer one."""
    known = known_migrations()
    newer = [*known, Migration(len(known) + 1, "9999_next", sql)]
    monkeypatch.setattr(migrations, "known_migrations", lambda: newer)


def backups_of(settings: Settings) -> list[str]:
    return [file.name for file in (settings.home / BACKUPS).iterdir()]


async def test_a_command_of_a_newer_program_leaves_the_running_ones_schema_alone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with program(settings):
        know_one_more(monkeypatch, "select 1")
        with pytest.raises(SchemaMismatch, match="Restart it first"):
            async with open_database(settings):
                pass
