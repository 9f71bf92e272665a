"""The command as a person uses it: `python -m chappe …` in a data folder of its own, and its processes."""

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from chappe.accounts import service as accounts
from chappe.accounts.passwords import Passwords
from chappe.carriers import service as carriers
from chappe.carriers.model import SenderKind
from chappe.carriers.settings import SmppSettings
from chappe.config.secret import secret_key
from chappe.config.settings import Secret, Settings
from chappe.contacts import service as contacts
from chappe.db.demo import move_demo_clock
from chappe.db.keys import InstanceKeys
from chappe.db.layout import layout_for
from chappe.db.open import open_database
from chappe.kit.clock import SystemClock
from chappe.kit.ids import public_id
from chappe.signup import service as signup
from chappe.signup.jobs import run_next_import
from chappe.signup.model import NewImport, StatedConsent

# A machine that runs other tests at the same time is slow to start ten processes.
PATIENCE = 90.0
SENDER = "36179"
LIST = "Clients"
_AGREED = StatedConsent(basis="express", source="tests", text="I want offers by SMS.")


class Told(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


@dataclass
class Prepared:
    """What was put into the data folder before the command is tried."""

    key: str
    list_id: str
    sender_id: str
    carrier_id: str


class Installation:
    """One data folder, and the commands that run on it."""

    def __init__(self, home: Path, *, database_url: str | None = None) -> None:
        """`database_url`: a server that runs already, instead of one in the folder."""
        self.home = home
        self.settings = Settings(home=home, database_url=Secret(database_url) if database_url else None)
        # Runs each command, as `nice` and `faketime` do.
        self.through: Sequence[str] = ()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CHAPPE_")}
        self.environment = {**kept, "CHAPPE_HOME": str(home), "COLUMNS": "200"}
        if database_url:
            self.environment["CHAPPE_DATABASE_URL"] = database_url

    async def start(
        self, *arguments: str, stderr: int = asyncio.subprocess.PIPE, **environment: str
    ) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self.through,
            sys.executable,
            "-m",
            "chappe",
            *arguments,
            env={**self.environment, **environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
        )

    async def run(self, *arguments: str, **environment: str) -> Told:
        """The command, run to its end."""
        return await ended(await self.start(*arguments, **environment))

    @asynccontextmanager
    async def serving(self, *arguments: str, key: str = "") -> AsyncIterator["Served"]:
        """`chappe serve`, ready; stopped by SIGTERM at the end unless the test has ended it."""
        process = await self.start("serve", "--listen", "127.0.0.1:0", *arguments, CHAPPE_LOG_LEVEL="error")
        assert process.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE):
                line = (await process.stdout.readline()).decode()
            assert line.startswith("ready http://"), (line, (await ended(process)).err)
            yield Served(self, process, line.removeprefix("ready ").strip(), key)
        finally:
            if process.returncode is None:
                process.terminate()
            await ended(process)

    def processes(self) -> list[int]:
        """Every process of this folder, the database server's included; the lab's is not among them."""
        return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if self._ours(entry)]

    def role_pids(self, *roles: str) -> list[int]:
        """Process ids of these roles, whoever started them."""
        return [pid for pid in self.processes() if _role_of(pid) in roles]

    def kill_everything(self) -> None:
        """kill -9 to all within a millisecond, and to what was being started meanwhile."""
        while pids := self.processes():
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)

    def _ours(self, entry: Path) -> bool:
        try:
            if f"CHAPPE_HOME={self.home}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                return True
            return self._data is not None and os.readlink(entry / "cwd") == str(self._data)
        except OSError:
            return False  # gone meanwhile, or a zombie

    @property
    def _data(self) -> Path | None:
        return layout_for(self.home).data if self.home.exists() else None

    async def prepare(
        self,
        lab: tuple[str, int] | None = None,
        people: int = 0,
        *,
        password: str = "secret",
        simulated: bool = True,
        marketing: bool = False,
        **options: Any,
    ) -> Prepared:
        """A workspace with a key and a short code; with `lab`, a carrier; with `people`, a list of them.

        `marketing`: they have agreed to it, and the gate's clock stands at ten on a Tuesday.
        """
        async with open_database(self.settings) as database:
            async with database.engine_transaction() as conn:
                made = await accounts.first_run(conn, Passwords(), email="owner@localhost")
                assert made is not None
                workspace = made.workspace_id
                key = await accounts.create_key(conn, workspace, "tests")
                sender = await carriers.create_sender(
                    conn, workspace, address=SENDER, kind=SenderKind.SHORT_CODE
                )
                carrier_id = ""
                if lab is not None:
                    carrier = await carriers.create_carrier(
                        conn,
                        InstanceKeys.derive(secret_key(self.settings)),
                        workspace,
                        name="alpha",
                        settings=SmppSettings(
                            host=lab[0], port=lab[1], system_id="alpha", **{"window": 100, **options}
                        ),
                        password=password,
                        simulated=simulated,
                    )
                    carrier_id = public_id("car", carrier.id)
                if marketing:
                    await move_demo_clock(conn, to_tuesday())
                target = await contacts.list_named(conn, workspace, LIST)
                if people:
                    new = NewImport(
                        list_id=target.id,
                        filename="people.csv",
                        default_country="FR",
                        consent=_AGREED if marketing else None,
                        mapping=None,
                    )
                    await signup.open_import(conn, workspace, new, _blocks(people))
            await run_next_import(database, SystemClock())
        return Prepared(key.key, public_id("lst", target.id), public_id("snd", sender.id), carrier_id)

    def destroy(self) -> None:
        """Nothing of the folder stays, neither processes nor what is kept elsewhere for root."""
        self.kill_everything()
        base = layout_for(self.home).base
        shutil.rmtree(base, ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)


@dataclass
class Served:
    """A program that serves."""

    installation: Installation
    process: asyncio.subprocess.Process
    url: str
    key: str = ""

    def roles(self) -> dict[str, int]:
        """Process ids by role, of the processes that the supervisor started."""
        pids = self.installation.processes()
        return {role: pid for pid in pids if pid != self.process.pid and (role := _role_of(pid))}

    async def get(self, path: str) -> httpx.Response:
        return await self._ask("GET", path)

    async def post(self, path: str, body: Any = None) -> dict[str, Any]:
        return await self._change("POST", path, body)

    async def patch(self, path: str, body: Any) -> dict[str, Any]:
        return await self._change("PATCH", path, body)

    async def _change(self, method: str, path: str, body: Any) -> dict[str, Any]:
        response = await self._ask(method, f"/v1{path}", body)
        assert response.is_success, response.text
        return dict(response.json())

    async def _ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        # No TLS: reading the machine's authorities takes longer than the request.
        async with httpx.AsyncClient(
            base_url=self.url, trust_env=False, verify=False, timeout=PATIENCE
        ) as client:
            return await client.request(method, path, json=body, headers=headers)


def _role_of(pid: int) -> str | None:
    """`sender` of `python -m chappe sender …`; None of another program, or of one that is gone."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return words[words.index(b"chappe") + 1].decode()
    except (OSError, ValueError):
        return None


async def ended(process: asyncio.subprocess.Process, within: float = PATIENCE) -> Told:
    """Wait for the end of a process; it is killed, and the test fails, when that takes too long."""
    try:
        async with asyncio.timeout(within):
            out, err = await process.communicate()
    except TimeoutError:
        process.kill()
        out, err = await process.communicate()
        raise AssertionError(f"it did not end within {within} s: {out.decode()} {err.decode()}") from None
    return Told(process.returncode or 0, out.decode(), err.decode())


def to_tuesday() -> timedelta:
    """From now to ten in the morning, in Paris, of a Tuesday."""
    now = datetime.now(UTC)
    day = now.date() + timedelta(days=(1 - now.weekday()) % 7)
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC) - now


async def until(
    condition: Callable[[], Awaitable[Any]] | Callable[[], Any], what: str, within: float = PATIENCE
) -> Any:
    """What the condition gives once it is true."""
    try:
        async with asyncio.timeout(within):
            while True:
                found = condition()
                if found := (await found if isinstance(found, Awaitable) else found):
                    return found
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"within {within} s it did not come that {what}") from None


def phones(count: int) -> Sequence[str]:
    return [f"+336123{n:05}" for n in range(count)]


async def _blocks(people: int) -> AsyncIterator[bytes]:
    yield "\n".join(["phone", *phones(people)]).encode()
