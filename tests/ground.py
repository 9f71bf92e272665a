"""Carriers in the lab, campaigns straight in the ledger, and the sender role beside the test."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from chappe.carriers import routing
from chappe.carriers import service as carriers
from chappe.carriers.model import SenderKind
from chappe.carriers.settings import SmppSettings
from chappe.config.settings import Secret, Settings
from chappe.db.instance import ensure_instance
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.engine.sender import run_sender
from chappe.kit.clock import SystemClock
from chappe.kit.ids import uuid7
from chappe.lab.lab import Lab
from chappe.lab.loading import parse_scenario
from chappe.messages import service as messages
from chappe.messages.model import MessageState, NewChunk, NewMessage, Purpose, RunDelta

SECRET = b"chappe test secret key, 32 bytes"
FIRST_PHONE = 33_600_000_000
SHORT_CODE = "36180"


async def until(
    condition: Callable[[], Awaitable[bool]] | Callable[[], bool], seconds: float = 20.0, what: str = "it"
) -> None:
    """Wait for a condition, with a bound."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                found = condition()
                if await found if isinstance(found, Awaitable) else found:
                    return
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"{what} did not come within {seconds} s") from None


@dataclass(frozen=True)
class Run:
    """A campaign in the ledger: message ids `lo ≤ id < hi`, phones from `first_phone` on."""

    campaign: UUID
    run: int
    lo: int
    hi: int
    first_phone: int


@dataclass
class Ground:
    """One workspace. `numbers`: carrier name → number of its link."""

    db: Database
    keys: InstanceKeys
    home: Path
    workspace: int
    sender: UUID
    route: UUID | None = None
    numbers: dict[str, int] = field(default_factory=dict)
    carrier_ids: dict[str, UUID] = field(default_factory=dict)

    until = staticmethod(until)

    async def add_carrier(self, name: str, address: tuple[str, int], **settings: Any) -> int:
        """A carrier of the lab; the first makes the default route, others join it as next choices."""
        options = SmppSettings(
            host=address[0], port=address[1], system_id=name, **{"window": 100, **settings}
        )
        async with self.db.engine_transaction() as conn:
            carrier = await carriers.create_carrier(
                conn,
                self.keys,
                self.workspace,
                name=name,
                settings=options,
                password="secret",
                simulated=True,
            )
            self.numbers[name] = carrier.number
            self.carrier_ids[name] = carrier.id
            self.route = await conn.fetchval("select id from route where is_default")
            if len(self.numbers) > 1:
                await routing.change_route(
                    conn, self.workspace, self.route, carriers=list(self.carrier_ids.values())
                )
        return carrier.number

    async def add_run(
        self,
        count: int,
        *,
        body: str | Callable[[int], str] = "Bonjour, 20 % chez Chappe.",
        purpose: Purpose = Purpose.MARKETING,
        chunk: int = 1_000,
        rate: int | None = None,
        first_phone: int = FIRST_PHONE,
        window_end: datetime | None = None,
        expires_at: datetime | None = None,
        parts: int = 1,
    ) -> Run:
        """A campaign that is being sent, its messages planned."""
        now = datetime.now(UTC)
        async with self.db.engine_transaction() as conn:
            campaign = uuid7()
            await conn.execute(
                "insert into campaign (id, workspace_id, name, purpose, state, audience, sender_id, body,"
                " parts_per_second) values ($1, $2, $3, $4, 'sending', '{}', $5, 'text', $6)",
                campaign, self.workspace, str(campaign), int(purpose), self.sender, rate,
            )  # fmt: skip
            lo = await messages.allocate_ids(conn, count)
            run = await conn.fetchval(
                "insert into campaign_run (workspace_id, campaign_id, base_id, total, planned_at)"
                " values ($1, $2, $3, $4, now()) returning id",
                self.workspace, campaign, lo, count,
            )  # fmt: skip
            rows = [
                NewMessage(
                    lo + n, self.workspace, first_phone + n, None, run, None, int(purpose), 0, parts, 0,
                    body if isinstance(body, str) else body(n), None, expires_at,
                )
                for n in range(count)
            ]  # fmt: skip
            chunks = [
                NewChunk(
                    self.workspace, run, self.route, SHORT_CODE, int(purpose), lo + at,
                    lo + min(at + chunk, count),
                    now - timedelta(seconds=1), window_end, "Europe/Paris", expires_at,
                )
                for at in range(0, count, chunk)
            ]  # fmt: skip
            await messages.copy(conn, rows, [], chunks)
            await conn.copy_records_to_table(
                "run_delta",
                records=[RunDelta(self.workspace, run, 1, "", count, count * parts)],
                columns=RunDelta._fields,
            )
            await messages.notify(conn, str(int(purpose)))
        return Run(campaign, run, lo, lo + count, first_phone)

    async def set_campaign(self, run: Run, state: str) -> None:
        async with self.db.engine_transaction() as conn:
            await conn.execute("update campaign set state = $2 where id = $1", run.campaign, state)
            await conn.execute("select pg_notify('chappe_campaign', $1)", str(run.campaign))

    async def states(self, run: Run) -> Counter[MessageState | None]:
        """Messages by state; None: no row yet."""
        rows = await self.db.engine.fetch(
            "select s.state, count(*) as n from message m left join message_state s on s.id = m.id"
            " and s.id >= $1 and s.id < $2 where m.id >= $1 and m.id < $2 group by 1", run.lo, run.hi
        )  # fmt: skip
        return Counter(
            {row["state"] if row["state"] is None else MessageState(row["state"]): row["n"] for row in rows}
        )

    async def counts(self, run: Run) -> dict[MessageState, int]:
        """As the run's deltas sum up."""
        rows = await self.db.engine.fetch(
            "select state, sum(n) as n from run_delta where run_id = $1 group by 1 having sum(n) <> 0",
            run.run,
        )
        return {MessageState(row["state"]): row["n"] for row in rows}

    async def all_in(self, run: Run, state: MessageState) -> bool:
        return (await self.states(run))[state] == run.hi - run.lo

    async def until_state(self, run: Run, state: MessageState, seconds: float = 20.0) -> None:
        """Wait until every message of the run is in this state."""
        try:
            async with asyncio.timeout(seconds):
                while not await self.all_in(run, state):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"not all {state.name}: {await self.states(run)}") from None

    async def chunks(self, run: Run) -> int:
        return int(await self.db.engine.fetchval("select count(*) from chunk where run_id = $1", run.run))

    def settings(self) -> Settings:
        return Settings(home=self.home, database_url=Secret(self.db.dsn))

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[asyncio.Event]:
        """The sender role beside the test; drained at the end."""
        stop = asyncio.Event()
        task = asyncio.create_task(run_sender(self.settings(), self.db, self.keys, SystemClock(), stop))
        try:
            yield stop
        finally:
            stop.set()
            async with asyncio.timeout(40):
                await task

    async def start_process(self, home: Path | None = None, **settings: object) -> asyncio.subprocess.Process:
        """The sender role in a process of its own, with these settings."""
        given = {f"CHAPPE_{name.upper()}": str(value) for name, value in settings.items()}
        return await asyncio.create_subprocess_exec(
            sys.executable, "-c", _PROCESS,
            env={**os.environ, **given, "TEST_HOME": str(home or self.home), "TEST_DSN": self.db.dsn},
        )  # fmt: skip


_PROCESS = """
import asyncio, os
from chappe.config.settings import load_settings
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.engine.sender import run_sender
from chappe.engine.supervisor import stop_event
from chappe.kit.clock import SystemClock

async def main():
    db = await Database.connect(os.environ["TEST_DSN"])
    given = {"home": os.environ["TEST_HOME"], "database_url": os.environ["TEST_DSN"]}
    settings = load_settings(overrides=given)
    keys = InstanceKeys.derive(b"chappe test secret key, 32 bytes")
    await run_sender(settings, db, keys, SystemClock(), stop_event({}))

asyncio.run(main())
"""


async def new_ground(db: Database, keys: InstanceKeys, home: Path) -> Ground:
    """A workspace with a short code for sender; carriers and campaigns are the test's own."""
    async with db.engine_transaction() as conn:
        await ensure_instance(conn, keys)
        workspace = await conn.fetchval("insert into workspace (name) values ('Chappe') returning id")
        sender = await carriers.create_sender(conn, workspace, address=SHORT_CODE, kind=SenderKind.SHORT_CODE)
    return Ground(db, keys, home, workspace, sender.id)


def lab_in(scenario: str, folder: Path) -> Lab:
    """The lab of a scenario, in this process; its log is `lab.log` in the folder, complete at the end."""
    return Lab(parse_scenario(scenario), log=folder / "lab.log")
