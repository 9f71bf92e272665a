"""A live server on a free port, as `chappe web` runs it, with a key of every scope."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from tests.http.browser import Browser

from chappe.accounts import service as accounts
from chappe.accounts.passwords import Passwords
from chappe.app.listening import listening_socket
from chappe.app.serving import run_web
from chappe.config.settings import Settings
from chappe.db.instance import ensure_instance
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.kit.clock import Clock, SystemClock

# The cheapest parameters: no test here is about passwords.
QUICK = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)


# Nobody here speaks TLS, and a client that reads the machine's authorities takes a test's time to do so.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True, slots=True)
class Server:
    """A running web role: its address, its workspace and a key of every scope."""

    url: str
    workspace_id: int
    key: str
    database: Database

    def client(self, key: str | None = None) -> httpx.AsyncClient:
        """A client with this key (the one of every scope); an empty one sends none."""
        key = self.key if key is None else key
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return httpx.AsyncClient(
            base_url=self.url, headers=headers, verify=NO_TLS, trust_env=False, timeout=60
        )

    async def other_workspace(self) -> str:
        """A key of every scope in a second workspace."""
        async with self.database.engine_transaction() as conn:
            other = await conn.fetchval("insert into workspace (name) values ('other') returning id")
            return (await accounts.create_key(conn, other, "theirs")).key


@pytest.fixture
def web_clock() -> Clock:
    """The server's clock. A real one: expiries of messages are compared with the database's."""
    return SystemClock()


@pytest.fixture
async def server(
    database: Database, keys: InstanceKeys, web_clock: Clock, tmp_path: Path
) -> AsyncIterator[Server]:
    async with serving(Settings(home=tmp_path, listen="127.0.0.1:0"), database, keys, web_clock) as running:
        yield running


@pytest.fixture
async def proxied_server(
    database: Database, keys: InstanceKeys, web_clock: Clock, tmp_path: Path
) -> AsyncIterator[Server]:
    """As `server`, believing the X-Forwarded-For of a proxy on this machine."""
    settings = Settings(home=tmp_path, listen="127.0.0.1:0", trusted_proxies=("127.0.0.1",))
    async with serving(settings, database, keys, web_clock) as running:
        yield running


@pytest.fixture
async def development_server(
    database: Database, keys: InstanceKeys, web_clock: Clock, tmp_path: Path
) -> AsyncIterator[Server]:
    """As `server`, with the pages of those who work on Chappe."""
    settings = Settings(home=tmp_path, listen="127.0.0.1:0", development=True)
    async with serving(settings, database, keys, web_clock) as running:
        yield running


@asynccontextmanager
async def serving(
    settings: Settings, database: Database, keys: InstanceKeys, clock: Clock
) -> AsyncIterator[Server]:
    """A server with a first workspace, until the block ends."""
    async with database.engine_transaction() as conn:
        await ensure_instance(conn, keys)
        made = await accounts.first_run(conn, Passwords(QUICK), password="correct horse battery")
        assert made is not None
        key = (await accounts.create_key(conn, made.workspace_id, "tests")).key
    listener = listening_socket(settings)
    stop = asyncio.Event()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    task = asyncio.create_task(run_web(settings, database, keys, clock, listener, stop))
    try:
        await asyncio.wait({task, asyncio.create_task(_answers(url))}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        yield Server(url, made.workspace_id, key, database)
    finally:
        stop.set()
        await task


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """Asks the live server with the key of every scope."""
    async with server.client() as client:
        yield client


async def _answers(url: str) -> None:
    async with httpx.AsyncClient(verify=NO_TLS, trust_env=False, timeout=60) as probe:
        await probe.get(f"{url}/healthz")


@pytest.fixture
async def browser(server: Server) -> AsyncIterator[Browser]:
    """A browser without scripts that has not logged in."""
    async with httpx.AsyncClient(base_url=server.url, verify=NO_TLS, trust_env=False, timeout=60) as http:
        yield Browser(http)


@pytest.fixture
async def developer(development_server: Server) -> AsyncIterator[Browser]:
    """Somebody who has logged in to a server in development."""
    async with httpx.AsyncClient(base_url=development_server.url, trust_env=False, timeout=60) as http:
        browser = Browser(http)
        await browser.log_in()
        yield browser
