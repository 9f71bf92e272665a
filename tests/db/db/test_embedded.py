"""The embedded server's life: made, started, stopped, killed, orphaned, and refused."""

import os
import signal
from pathlib import Path

import pytest

from chappe.db import layout as layouts
from chappe.db.cluster import prepare_cluster
from chappe.db.embedded import SUPERUSER, PostgresServer
from chappe.db.errors import ServerFailed
from chappe.db.layout import layout_for
from chappe.db.pool import connect

MEMORY = 1 << 30


async def ask(server: PostgresServer, question: str) -> object:
    connection = await connect(server.dsn("postgres", SUPERUSER))
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_what_is_written_is_there_after_a_stop(fresh_server: PostgresServer) -> None:
    fresh_server.start()
    await ask(fresh_server, "create table kept as select 7 as n")
    fresh_server.stop()
    assert fresh_server.exit_status() is None
    fresh_server.start()
    assert await ask(fresh_server, "select n from kept") == 7


async def test_the_server_is_closed_to_others_and_durable(fresh_server: PostgresServer) -> None:
    fresh_server.start()
    layout = fresh_server.layout
    for folder in (layout.base, layout.data, layout.socket_dir):
        assert folder.stat().st_mode & 0o777 == 0o700
        assert folder.stat().st_uid == layout.owner()[0]
    shown = {
        name: await ask(fresh_server, f"show {name}")
        for name in ("fsync", "full_page_writes", "synchronous_commit", "listen_addresses", "data_checksums")
    }
    assert shown == {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "listen_addresses": "",
        "data_checksums": "on",
    }


async def test_the_engines_role_is_no_superuser(fresh_server: PostgresServer) -> None:
    fresh_server.start()
    connection = await connect(await prepare_cluster(fresh_server))
    assert await connection.fetchval("select rolsuper from pg_roles where rolname = current_user") is False
    await connection.close()
    await prepare_cluster(fresh_server)  # a second start finds everything made


async def test_a_killed_server_is_noticed_and_recovers(fresh_server: PostgresServer) -> None:
    fresh_server.start()
    await ask(fresh_server, "create table kept as select 7 as n")
    assert fresh_server.pid is not None
    os.kill(fresh_server.pid, signal.SIGKILL)
    fresh_server.wait()
    assert fresh_server.exit_status() == -signal.SIGKILL
    fresh_server.start()
    assert await ask(fresh_server, "select n from kept") == 7


async def test_an_orphan_is_stopped_and_its_sessions_with_it(fresh_server: PostgresServer) -> None:
    fresh_server.start()
    successor = PostgresServer(fresh_server.layout, memory=MEMORY)
    successor.start()
    try:
        fresh_server.wait()
        assert fresh_server.exit_status() == 0
        assert await ask(successor, "select 1") == 1
    finally:
        successor.stop()


async def test_a_lock_file_with_a_number_given_to_another_process(fresh_server: PostgresServer) -> None:
    fresh_server.start()
    lock = fresh_server.layout.data / "postmaster.pid"
    left = lock.read_text().split("\n", 1)[1]
    assert fresh_server.pid is not None
    os.kill(fresh_server.pid, signal.SIGKILL)
    fresh_server.wait()
    socket_lock = fresh_server.layout.socket_dir / ".s.PGSQL.5432.lock"
    assert socket_lock.exists()
    for file in (lock, socket_lock):
        file.write_text(f"1\n{left}")  # process 1 lives, and is no server on this folder
    fresh_server.start()
    assert await ask(fresh_server, "select 1") == 1


async def test_a_folder_half_made_is_made_again(fresh_server: PostgresServer) -> None:
    half = fresh_server.layout.base / "data.new"
    fresh_server.start()
    fresh_server.destroy()
    prepare_half_made(half)
    fresh_server.start()
    assert await ask(fresh_server, "select 1") == 1


def prepare_half_made(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "PG_VERSION").write_text("")


async def test_a_folder_of_another_version_is_refused(fresh_server: PostgresServer) -> None:
    fresh_server.start()
    fresh_server.stop()
    version = fresh_server.layout.data / "PG_VERSION"
    version.write_text("9\n")
    with pytest.raises(ServerFailed, match="PostgreSQL 9"):
        fresh_server.start()


async def test_the_servers_own_words_say_why_it_does_not_start(fresh_server: PostgresServer) -> None:
    fresh_server.start()
    fresh_server.stop()
    (fresh_server.layout.data / "local.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(ServerFailed, match="no_such_setting"):
        fresh_server.start()


def test_a_long_home_has_a_short_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = os.geteuid() or 12345
    monkeypatch.setattr(layouts.os, "geteuid", lambda: user)
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    first, second = (layout_for(tmp_path / ("x" * 90) / name) for name in "ab")
    assert len(str(first.socket_dir / ".s.PGSQL.5432.lock")) < 104
    assert first.socket_dir != second.socket_dir
    assert first.run_as is None
    assert first.base == tmp_path / ("x" * 90) / "a" / "pg"


def test_a_socket_folder_taken_by_someone_else_is_refused(
    fresh_server: PostgresServer, tmp_path: Path
) -> None:
    target = tmp_path / "elsewhere"
    target.mkdir()
    fresh_server.layout.base.mkdir(parents=True)
    fresh_server.layout.socket_dir.symlink_to(target)
    with pytest.raises(ServerFailed, match="belongs to another user"):
        fresh_server.start()
