"""Fixtures for every kind of test: a fake clock, instance keys, and a fresh database per test.

One embedded server is started per test session, and the schema migrated once into a template; each test
gets a clone of it (CREATE DATABASE … TEMPLATE). What depends on the server's version runs a second time on
Debian's own, started here from its binaries: the system's service is not touched. Every statement of every
room is prepared on both (tests/db/db/test_statements.py).
"""

import asyncio
import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests.installation import Installation

from chappe.db.cluster import ENGINE_ROLE, prepare_cluster
from chappe.db.embedded import SUPERUSER, PostgresServer
from chappe.db.keys import InstanceKeys
from chappe.db.layout import HOME_OF_DATA, ROOT_STORE, Layout, layout_for
from chappe.db.migrations import migrate
from chappe.db.number_keys import NumberKeys
from chappe.db.pool import Database, connect
from chappe.kit.clock import FakeClock

DEBIAN_SERVERS = Path("/usr/lib/postgresql")
TEMPLATE = "chappe_template"
# A database is a thousand small files: made in memory they are there in 30 ms, on a busy disk in a second.
MEMORY = Path("/dev/shm")
ROOM = 3 << 30
# Of tests/db: migrations, policies, locks and plans, partitions, COPY, the statements of the sending path.
ON_BOTH_SERVERS = ("db", "engine", "messages", "consent", "gate")
# Several test sessions share a machine: each server takes what a small one would.
SERVER_MEMORY = 1 << 30
_numbers = itertools.count(1)

# A slow machine is not a failed property: examples are counted, not timed.
settings.register_profile("counted", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("counted")


@dataclass(frozen=True, slots=True)
class TestServer:
    """A running server with the migrated template on it."""

    __test__ = False

    server: PostgresServer

    async def clone(self) -> tuple[str, str]:
        """A fresh database: its name and the engine's address."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        await self.as_superuser(f'create database "{name}" template {TEMPLATE} owner {ENGINE_ROLE}')
        return name, self.server.dsn(name, ENGINE_ROLE)

    async def blank(self) -> tuple[str, str]:
        """As `clone`, of a database that was never migrated."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        await self.as_superuser(f'create database "{name}" owner {ENGINE_ROLE}')
        return name, self.server.dsn(name, ENGINE_ROLE)

    async def drop(self, name: str) -> None:
        await self.as_superuser(f'drop database if exists "{name}" with (force)')

    async def as_superuser(self, statement: str) -> None:
        connection = await connect(self.server.dsn("postgres", SUPERUSER))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def wait_for_disk(self, wait: bool) -> None:
        """Whether a commit waits for the disk. No test here outlives its machine, and many thousand small
        files are made and dropped: without waiting a database is there in a third of the time.
        """
        word = "on" if wait else "off"
        connection = await connect(self.server.dsn("postgres", SUPERUSER))
        try:
            await connection.execute(f"alter system set fsync = {word}")
            # In memory what is written twice is held twice.
            await connection.execute("alter system set max_wal_size = '256MB'")
            await connection.execute("select pg_reload_conf()")
            async with asyncio.timeout(20):
                while await connection.fetchval("show fsync") != word:
                    await asyncio.sleep(0.01)
        finally:
            await connection.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of tests/faults, known wherever pytest is started."""
    group = parser.getgroup("faults", "tests of faults")
    group.addoption("--faults", choices=("short", "long"), default="short", help="how much of each is tried")
    group.addoption("--figures", metavar="FILE", help="append what was counted, a JSON object a line")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Some tests run on both servers, the others on the embedded one."""
    if "server_kind" in metafunc.fixturenames:
        folder = metafunc.definition.path.parent
        both = folder in [Path(__file__).parent / "db" / room for room in ON_BOTH_SERVERS]
        both = both or metafunc.definition.get_closest_marker("both_servers") is not None
        metafunc.parametrize("server_kind", ["embedded", "debian"] if both else ["embedded"], scope="session")


@pytest.fixture
def clock() -> FakeClock:
    """A Tuesday in March 2026, 10:00 UTC; it moves when the test says so."""
    return FakeClock()


@pytest.fixture(scope="session")
def keys() -> InstanceKeys:
    """Keys of a fixed secret: the ids of a failing test are the same at the next run."""
    return InstanceKeys.derive(b"chappe test secret key, 32 bytes")


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A folder with a short path that the server's user can enter, in memory where there is room."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    with tempfile.TemporaryDirectory(prefix="chappe-test-", dir=MEMORY if roomy else None) as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@pytest.fixture(scope="session", autouse=True)
def no_data_left_behind(tmp_path_factory: pytest.TempPathFactory, server_folder: Path) -> Iterator[None]:
    """As root a home's data lies outside the home: what this session's homes had goes with them."""
    yield
    ours = (str(tmp_path_factory.getbasetemp()), str(server_folder))
    for pointer in (ROOT_STORE / "data").glob(f"*/{HOME_OF_DATA}"):
        if pointer.read_text(encoding="utf-8").startswith(ours):
            shutil.rmtree(pointer.parent, ignore_errors=True)


@pytest.fixture(scope="session")
def running_servers(server_folder: Path) -> Iterator[dict[str, TestServer]]:
    started: dict[str, TestServer] = {}
    yield started
    for test_server in started.values():
        test_server.server.destroy()


@pytest.fixture(scope="session")
def pg_server(server_kind: str, server_folder: Path, running_servers: dict[str, TestServer]) -> TestServer:
    """The server of this kind, started at its first use."""
    if server_kind not in running_servers:
        server = PostgresServer(server_layout(server_kind, server_folder / server_kind), memory=SERVER_MEMORY)
        server.start()
        running_servers[server_kind] = TestServer(server)
        asyncio.run(_make_template(server))
        asyncio.run(running_servers[server_kind].wait_for_disk(False))
    return running_servers[server_kind]


@pytest.fixture
async def durable(pg_server: TestServer) -> AsyncIterator[None]:
    """The server waits for the disk during this test: the program refuses one that does not."""
    await pg_server.wait_for_disk(True)
    yield
    await pg_server.wait_for_disk(False)


@pytest.fixture
async def database(pg_server: TestServer) -> AsyncIterator[Database]:
    """A database of this test's own, migrated and empty."""
    name, dsn = await pg_server.clone()
    db = await Database.connect(dsn, number_keys=NumberKeys(last=b"numbers of tests".ljust(32)))
    try:
        yield db
    finally:
        await db.close()
        await pg_server.drop(name)


@pytest.fixture
async def blank_dsn(pg_server: TestServer) -> AsyncIterator[str]:
    """The address of a database with nothing in it, as the engine's role."""
    name, dsn = await pg_server.blank()
    yield dsn
    await pg_server.drop(name)


@pytest.fixture(scope="session", autouse=True)
def _interrupts_are_heard() -> None:
    """A shell starts what runs in its background with SIGINT ignored, and every process below inherits that:
    commands that a test interrupts would never hear of it.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def fresh() -> Iterator[Callable[..., Installation]]:
    """Makes installations, in short paths that the database's user can enter."""
    made: list[Installation] = []

    def make(*, database_url: str | None = None) -> Installation:
        home = Path(tempfile.mkdtemp(prefix="chappe-cli-")) / "home"
        made.append(Installation(home, database_url=database_url))
        return made[-1]

    yield make
    for installation in made:
        installation.destroy()
        shutil.rmtree(installation.home.parent, ignore_errors=True)


@pytest.fixture
def installation(fresh: Callable[..., Installation]) -> Installation:
    return fresh()


@pytest.fixture
def fresh_server(server_kind: str, server_folder: Path) -> Iterator[PostgresServer]:
    """A server of this test's own, made and started by the test."""
    base = server_folder / f"{server_kind}-{next(_numbers)}"
    server = PostgresServer(server_layout(server_kind, base), memory=SERVER_MEMORY)
    yield server
    server.destroy()


def server_layout(kind: str, base: Path) -> Layout:
    """Where a test's server lives. As root it runs as nobody, as the program's own does."""
    embedded = layout_for(base / "home")
    binaries = embedded.binaries if kind == "embedded" else debian_binaries()
    return Layout(binaries=binaries, base=base / "pg", socket_dir=base / "pg" / "run", run_as=embedded.run_as)


def debian_binaries() -> Path:
    """The newest server that Debian's packages installed. Its absence fails the test: nothing is skipped."""
    found = sorted(DEBIAN_SERVERS.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise FileNotFoundError("Debian's PostgreSQL server is missing. Run: apt-get install postgresql")
    return found[-1].parent


async def _make_template(server: PostgresServer) -> None:
    connection = await connect(await prepare_cluster(server, TEMPLATE))
    try:
        await migrate(connection)
    finally:
        await connection.close()
