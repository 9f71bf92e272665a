"""Chappe as a peer: `chappe serve` on its embedded database, with the settings that everybody has."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from gateway import FIRST_PHONE, TEXT, Gateway, Outcome, Place

from chappe.bench.ground import Ground, draft_campaign, prepare, send_campaign
from chappe.bench.load import Load
from chappe.config.settings import LogLevel, Settings
from chappe.db.embedded import PostgresServer
from chappe.db.layout import layout_for
from chappe.db.open import open_database
from chappe.db.pool import Database
from chappe.kit.ids import public_id
from chappe.lab.process import LabProcess
from chappe.messages.model import MessageState

_READY_WITHIN = 60.0
_COUNT = "select count(*)::int from message_state where state = $1"
_NUMBERS = "select m.phone from message m join message_state s on s.id = m.id where s.state = $1"


class Chappe(Gateway):
    """The whole process tree, database server included."""

    def __init__(self, place: Place, lab: LabProcess, window: int, people: int = 0) -> None:
        self.name = f"Chappe, window {window}"
        self._lab, self._window, self._people = lab, window, people
        self._settings = Settings(
            home=place.folder / "home", listen="127.0.0.1:0", log_level=LogLevel.WARNING
        )
        self._ground: Ground | None = None
        self._campaign: UUID | None = None
        self._db: Database | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._port = 0
        # Our own look into the ledger of the program that serves.
        self._joined = AsyncExitStack()

    async def start(self) -> None:
        if self._ground is None:
            async with open_database(self._settings, exclusive=True) as db:
                self._ground = await prepare(self._settings, db, self._lab, window=self._window)
                if self._people:
                    self._campaign = await draft_campaign(self._ground, self._people)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "chappe", "serve", "--home", str(self._settings.home), "--listen",
            "127.0.0.1:0", stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "CHAPPE_HOME": str(self._settings.home), "CHAPPE_LOG_LEVEL": "warning"},
        )  # fmt: skip
        assert self._process.stdout is not None
        async with asyncio.timeout(_READY_WITHIN):
            ready = (await self._process.stdout.readline()).decode()
        self._port = int(urlsplit(ready.removeprefix("ready ").strip()).port or 0)
        self._db = await self._joined.enter_async_context(open_database(self._settings))
        async with asyncio.timeout(_READY_WITHIN):
            while not (await self._lab.get("/lab/api/counters"))["bench"]["links"]:
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        assert self._process is not None
        assert self._db is not None
        for pid in _tree(self._process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await self._process.wait()
        self._db.engine.terminate()
        self._db.web.terminate()
        await self._joined.aclose()

    async def stop(self) -> None:
        assert self._process is not None
        await self._joined.aclose()
        if self._process.returncode is None:
            self._process.terminate()
        await self._process.communicate()
        # As root the data lies outside the home.
        PostgresServer(layout_for(self._settings.home)).destroy()

    def pids(self) -> dict[str, int]:
        assert self._process is not None
        return {"chappe": self._process.pid}

    def load(self, messages: int, connections: int) -> Load:
        assert self._ground is not None
        message = {
            "to": f"+{FIRST_PHONE // 10**8}@@@@@@@@",
            "sender_id": public_id("snd", self._ground.sender_id),
            "body": TEXT,
            "purpose": "transactional",
        }
        return Load(
            host="127.0.0.1", port=self._port, key=self._ground.key, path="/v1/messages",
            body=msgspec.json.encode(message).decode(), connections=connections, requests=messages,
        )  # fmt: skip

    async def send_campaign(self) -> None:
        """To `people`, from the draft that `start` made."""
        assert self._ground is not None
        assert self._campaign is not None
        assert self._db is not None
        await send_campaign(self._ground._replace(db=self._db), self._campaign)

    async def received(self, messages: int) -> int:
        assert self._db is not None
        return int(await self._db.engine.fetchval(_COUNT, int(MessageState.DELIVERED)))

    async def outcome(self) -> Outcome:
        assert self._db is not None
        states = (MessageState.DELIVERED, MessageState.UNKNOWN)
        found = [await self._db.engine.fetch(_NUMBERS, int(state)) for state in states]
        return Outcome(*({row["phone"] - FIRST_PHONE for row in rows} for rows in found))


def _tree(pid: int) -> Iterator[int]:
    """A process and all that it started, the database server and its sessions among them; parents first."""
    children = [
        int(child)
        for tasks in Path(f"/proc/{pid}/task").glob("*/children")
        for child in tasks.read_text().split()
    ]
    yield pid
    for child in children:
        yield from _tree(child)
