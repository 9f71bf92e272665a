"""A whole campaign, end to end: planned, gated, rendered, submitted over one bind, every receipt durable.

The roles run as they do under `chappe serve`, each in its process; the carrier is the lab in another. The
clock starts with the send command and stops when the last receipt is committed and counted. fsync and
synchronous_commit are on.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import uvloop

from chappe.accounts import service as accounts
from chappe.accounts.passwords import Passwords
from chappe.bench.usage import Usage, parent_of, usage_of
from chappe.campaigns import service as campaigns
from chappe.campaigns.model import Audience, NewCampaign
from chappe.carriers import service as carriers
from chappe.carriers.model import SenderKind
from chappe.carriers.settings import SmppSettings
from chappe.config.secret import secret_key
from chappe.config.settings import LogLevel, Settings
from chappe.contacts import service as contacts
from chappe.db.demo import gate_clock, move_demo_clock
from chappe.db.keys import InstanceKeys
from chappe.db.open import open_database
from chappe.db.pool import Database
from chappe.kit.clock import Clock, SystemClock
from chappe.kit.errors import Problem
from chappe.lab import checks
from chappe.lab.loading import parse_scenario
from chappe.lab.process import LabProcess
from chappe.messages.model import MessageState, Purpose
from chappe.signup import service as signup
from chappe.signup.jobs import run_next_import
from chappe.signup.model import NewImport, StatedConsent

PEOPLE = 200_000
_WITHIN = 600.0
# Random ids of 36 characters, as carriers give; receipts a tenth of a second later.
_CARRIER = """
[[carriers]]
name = "bench"
ids = { answer = "uuid", receipt = "uuid", bits = 128 }
receipts = { delay = 0.1, window = 5000 }
"""
_BODY = "{{ first_name | default: 'Bonjour' }}, 20 % sur tout le magasin de {{ city }} jusqu'à samedi."


def run(people: int = PEOPLE, *, window: int = 1_000) -> dict[str, Any]:
    """Figures of one campaign of `people` contacts; the lab's log shows what was lost or sent twice."""
    return uvloop.run(_run(people, window))


class RoleEnded(Problem):
    code = "role_ended"
    status = 500
    title = "A role did not start"


async def _run(people: int, window: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="chappe-bench-") as folder:
        # As root the embedded server runs as another user, who must be able to enter.
        os.chmod(folder, 0o755)  # noqa: S103 (nothing in it but what the benchmark makes)
        settings = Settings(home=Path(folder) / "home", log_level=LogLevel.WARNING)
        lab = LabProcess(parse_scenario(_CARRIER), directory=Path(folder))
        async with open_database(settings, exclusive=True) as db, lab:
            campaign = await _prepare(settings, db, lab, people, window)
            async with _role("worker", settings) as worker, _role("sender", settings) as sender:
                await _until_bound(db, sender)
                pids = {
                    "sender": sender.pid,
                    "worker": worker.pid,
                    "lab": lab.pid,
                    "database": await _server(db),
                }
                before = usage_of(**pids)
                seconds = await _send(db, campaign, people)
                after = usage_of(**pids)
            states = await _states(db, campaign)
        return _figures(people, seconds, states, before, after, lab.log)


async def _prepare(settings: Settings, db: Database, lab: LabProcess, people: int, window: int) -> UUID:
    clock = SystemClock()
    keys = InstanceKeys.derive(secret_key(settings))
    host, port = lab.address("bench")
    async with db.engine_transaction() as conn:
        await accounts.first_run(conn, Passwords())
        workspace = await accounts.default_workspace(conn)
        await carriers.create_carrier(
            conn,
            keys,
            workspace,
            name="bench",
            settings=SmppSettings(host=host, port=port, system_id="bench", window=window),
            password="bench",  # noqa: S106 (the lab's, which takes any)
            simulated=True,
        )
        await move_demo_clock(conn, _tuesday(clock) - clock.now())
        sender = await carriers.create_sender(conn, workspace, address="36180", kind=SenderKind.SHORT_CODE)
        audience = await contacts.create_list(conn, workspace, "bench")
        await signup.open_import(
            conn,
            workspace,
            NewImport(
                list_id=audience.id,
                filename="bench.csv",
                default_country="FR",
                consent=StatedConsent(basis="express", source="bench", text="I want offers by SMS."),
                mapping=None,
            ),
            _people(people),
        )
    await run_next_import(db, clock)
    async with db.engine_transaction() as conn:
        new = NewCampaign(
            name="bench",
            purpose=Purpose.MARKETING,
            audience=Audience(include=(audience.id,), exclude=()),
            sender_id=sender.id,
            body=_BODY,
        )
        campaign = await campaigns.create(conn, workspace, new, clock)
        return campaign.id


def _tuesday(clock: Clock) -> datetime:
    """Ten in the morning of the next Tuesday: marketing is allowed."""
    now = clock.now()
    day = now.date() + timedelta(days=(1 - now.weekday()) % 7)
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


async def _people(count: int) -> AsyncIterator[bytes]:
    yield b"phone;first_name;city\n"
    for start in range(0, count, 10_000):
        rows = [
            f"+336{10_000_000 + n};Prenom{n % 997};Ville{n % 89}"
            for n in range(start, min(start + 10_000, count))
        ]
        yield ("\n".join(rows) + "\n").encode()


@asynccontextmanager
async def _role(name: str, settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """A role as `chappe serve` runs it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chappe", name, "--home", str(settings.home),
        env={**os.environ, "CHAPPE_LOG_LEVEL": "warning"},
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _until_bound(db: Database, sender: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(60):
        while True:
            if sender.returncode is not None:
                raise RoleEnded("The sender ended at its start: what it said is above.")
            async with db.engine.acquire() as conn:
                links = await carriers.link_statuses(conn)
            if any(link.state == "bound" for link in links):
                return
            await asyncio.sleep(0.1)


async def _send(db: Database, campaign: UUID, people: int) -> float:
    """Seconds from the command to the last receipt."""
    clock = SystemClock()
    started = time.perf_counter()
    async with db.engine_transaction() as conn:
        workspace = await accounts.default_workspace(conn)
        await campaigns.send(conn, workspace, campaign, clock=clock, gate_clock=await gate_clock(conn, clock))
    async with asyncio.timeout(_WITHIN):
        while (await _states(db, campaign)).get(MessageState.DELIVERED, 0) < people:
            await asyncio.sleep(0.05)
    return time.perf_counter() - started


async def _states(db: Database, campaign: UUID) -> dict[MessageState, int]:
    async with db.engine_transaction() as conn:
        workspace = await accounts.default_workspace(conn)
        progress = await campaigns.progress(conn, workspace, campaign)
    found: dict[MessageState, int] = {}
    for count in progress.counts:
        found[count.state] = found.get(count.state, 0) + count.n
    return {state: n for state, n in found.items() if n}


async def _server(db: Database) -> int:
    """The process id of the database server, when it runs on this machine: the parent of our backend."""
    async with db.engine.acquire() as conn:
        return parent_of(conn.get_server_pid())


def _figures(
    people: int,
    seconds: float,
    states: dict[MessageState, int],
    before: dict[str, Usage],
    after: dict[str, Usage],
    log: Path,
) -> dict[str, Any]:
    submitted = checks.submits_per_part(log)
    return {
        "messages": people,
        "seconds": round(seconds, 2),
        "messages_per_second": round(people / seconds),
        "states": {state.label: n for state, n in states.items()},
        "lost": people - len(submitted),
        "twice": sum(1 for n in submitted.values() if n > 1),
        "microseconds_per_message": {
            name: round((after[name].cpu - before[name].cpu) * 1e6 / people, 1) for name in after
        },
        "resident_mb": {name: round(after[name].resident / 1e6) for name in after},
    }
