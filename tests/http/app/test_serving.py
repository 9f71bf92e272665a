"""The web role's server: its socket, and how it stops."""

import asyncio
import socket
from pathlib import Path

import httpx
import pytest
from tests.http.conftest import Server

from chappe.app.listening import listening_socket
from chappe.app.serving import run_web
from chappe.config.settings import BadSettings, Settings
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.kit.clock import SystemClock


def test_a_port_in_use_is_told_with_the_remedy(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(BadSettings, match=r"choose another port with --listen") as caught:
            listening_socket(Settings(home=tmp_path, listen=address))
    assert caught.value.field == "listen"


def test_ipv6_is_listened_on(tmp_path: Path) -> None:
    with listening_socket(Settings(home=tmp_path, listen="[::1]:0")) as listener:
        assert listener.family == socket.AF_INET6


async def test_answers_do_not_wait_for_acknowledgements(tmp_path: Path) -> None:
    """Without TCP_NODELAY each answer took 44 ms, 40 of which the other side's kernel kept silent."""
    taken: list[int] = []

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("socket")
        taken.append(peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    listener = listening_socket(Settings(home=tmp_path, listen="127.0.0.1:0"))
    async with await asyncio.start_server(answer, sock=listener):
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        await reader.read()
        writer.close()
    assert taken == [1]


async def test_a_request_under_way_is_answered_before_the_end(
    database: Database, keys: InstanceKeys, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, listen="127.0.0.1:0")
    listener = listening_socket(settings)
    stop = asyncio.Event()
    port = listener.getsockname()[1]
    serving = asyncio.create_task(run_web(settings, database, keys, SystemClock(), listener, stop))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
        assert (await client.get("/healthz")).status_code == 200
        async with database.engine_transaction() as conn:
            # Holds the answer of /readyz until this transaction ends.
            await conn.execute("lock table schema_migration in access exclusive mode")
            waiting = asyncio.create_task(client.get("/readyz"))
            await _blocked(database)
            stop.set()
            done, _ = await asyncio.wait({serving}, timeout=0.3)
            assert not done, "it left while a request was under way"
        assert (await waiting).status_code in (200, 503)
    await serving
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


async def test_the_program_does_not_say_what_it_runs_on(server: Server, client: httpx.AsyncClient) -> None:
    assert "server" not in (await client.get("/healthz")).headers


async def _blocked(database: Database) -> None:
    async with asyncio.timeout(60):
        while not await database.engine.fetchval("select exists (select 1 from pg_locks where not granted)"):
            await asyncio.sleep(0.01)
