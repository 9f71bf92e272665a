"""What measurements of the whole program stand on: a fresh data folder, a carrier of the lab, people with
consent, and the roles, each in its process as `chappe serve` runs it.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from chappe.accounts import service as accounts
from chappe.accounts.passwords import Passwords
from chappe.bench.place import place
from chappe.bench.usage import parent_of, usage_of
from chappe.campaigns import service as campaigns
from chappe.campaigns.experiments import service as experiments
from chappe.campaigns.experiments.model import Settings as Test
from chappe.campaigns.links import service as links
from chappe.campaigns.links.model import LinkSettings
from chappe.campaigns.model import Audience, NewCampaign
from chappe.campaigns.variants import service as variants
from chappe.campaigns.variants.model import Difference
from chappe.carriers import service as carriers
from chappe.carriers.model import SenderKind
from chappe.carriers.settings import SmppSettings
from chappe.config.secret import secret_key
from chappe.config.settings import Settings
from chappe.contacts import service as contacts
from chappe.db.demo import gate_clock, move_demo_clock
from chappe.db.keys import InstanceKeys
from chappe.db.open import open_database
from chappe.db.pool import Database
from chappe.kit.clock import Clock, SystemClock
from chappe.kit.errors import Problem
from chappe.lab.loading import parse_scenario
from chappe.lab.process import LabProcess
from chappe.messages.model import Purpose
from chappe.signup import service as signup
from chappe.signup.jobs import run_next_import
from chappe.signup.model import NewImport, StatedConsent

# Random ids of 36 characters, as carriers give; receipts a tenth of a second later.
CARRIER = """
[[carriers]]
name = "bench"
ids = { answer = "uuid", receipt = "uuid", bits = 128 }
receipts = { delay = 0.1, window = 5000 }
"""
_PAUSE = 1.0
_BODY = (
    "Chappe : {{ first_name | default: 'Bonjour' }}, 20 % sur tout le magasin de {{ city }} jusqu'à samedi. "
    "STOP 36180"
)


class RoleEnded(Problem):
    code = "role_ended"
    status = 500
    title = "A role did not start"


class Ground(NamedTuple):
    """One workspace with a carrier `bench`, a short code that uses it, and a key of every scope."""

    settings: Settings
    db: Database
    lab: LabProcess
    workspace_id: int
    sender_id: UUID
    key: str


@asynccontextmanager
async def ground(
    *, window: int = 1_000, parts_per_second: float | None = None, scenario: str = CARRIER
) -> AsyncIterator[Ground]:
    """For the length of the block; nothing of it stays."""
    with place() as settings:
        lab = LabProcess(parse_scenario(scenario), directory=settings.home.parent)
        async with open_database(settings, exclusive=True) as db, lab:
            yield await prepare(settings, db, lab, window=window, parts_per_second=parts_per_second)


async def prepare(
    settings: Settings, db: Database, lab: LabProcess, *, window: int, parts_per_second: float | None = None
) -> Ground:
    """A data folder that was just made, on a lab that runs."""
    host, port = lab.address("bench")
    link = SmppSettings(
        host=host, port=port, system_id="bench", window=window, parts_per_second=parts_per_second
    )
    clock = SystemClock()
    keys = InstanceKeys.derive(secret_key(settings))
    async with db.engine_transaction() as conn:
        await accounts.first_run(conn, Passwords())
        workspace = await accounts.default_workspace(conn)
        key = await accounts.create_key(conn, workspace, "bench")
        await carriers.create_carrier(
            conn,
            keys,
            workspace,
            name="bench",
            settings=link,
            password="bench",  # noqa: S106 (the lab's, which takes any)
            simulated=True,
        )
        await move_demo_clock(conn, _tuesday(clock) - clock.now())
        sender = await carriers.create_sender(conn, workspace, address="36180", kind=SenderKind.SHORT_CODE)
    return Ground(settings, db, lab, workspace, sender.id, key.key)


def _tuesday(clock: Clock) -> datetime:
    """Ten in the morning of the next Tuesday: marketing is allowed."""
    now = clock.now()
    day = now.date() + timedelta(days=(1 - now.weekday()) % 7)
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


async def draft_campaign(on: Ground, people: int, body: str = _BODY) -> UUID:
    """A campaign to that many contacts, imported with their consent: two variables and a default."""
    async with on.db.engine_transaction() as conn:
        audience = await contacts.create_list(conn, on.workspace_id, "bench")
        consent = StatedConsent(basis="express", source="bench", text="I want offers by SMS.")
        new = NewImport(
            list_id=audience.id, filename="bench.csv", default_country="FR", consent=consent, mapping=None
        )
        await signup.open_import(conn, on.workspace_id, new, _people(people))
    clock = SystemClock()
    await run_next_import(on.db, clock)
    async with on.db.engine_transaction() as conn:
        draft = NewCampaign(
            name="bench",
            purpose=Purpose.MARKETING,
            audience=Audience(include=(audience.id,), exclude=()),
            sender_id=on.sender_id,
            body=body,
        )
        return (await campaigns.create(conn, on.workspace_id, draft, clock)).id


def linked(letter: str) -> str:
    """The text of a variant, with two addresses."""
    return (
        "Chappe : {{ first_name | default: 'Bonjour' }}, -20 % a {{ city }} "
        f"https://shop.example.com/{letter} https://shop.example.com/carte STOP 36180"
    )


async def try_texts(on: Ground, campaign: UUID) -> None:
    """The campaign tries three texts with two short links each, and holds one in twenty out."""
    async with on.db.engine_transaction() as conn:
        draft = await campaigns.get(conn, on.workspace_id, campaign)
        for letter in ("B", "C"):
            await variants.add(conn, draft, Difference(name=letter, body=linked(letter)))
        await experiments.save(conn, draft, Test(holdout_percent=5))
        await links.save(conn, draft, LinkSettings(shorten=True, utm={"source": "sms"}))


async def _people(count: int) -> AsyncIterator[bytes]:
    yield b"phone;first_name;city\n"
    for start in range(0, count, 10_000):
        rows = [
            f"+336{10_000_000 + n};Prenom{n % 997};Ville{n % 89}"
            for n in range(start, min(start + 10_000, count))
        ]
        yield ("\n".join(rows) + "\n").encode()


async def after_upkeep(on: Ground) -> None:
    """Returns when the server has nothing left to do for the import: autovacuum would pass over its tables
    at some moment of the minute that follows, within a measurement of seconds or not.
    """
    async with on.db.engine.acquire() as conn:
        await conn.execute("vacuum analyze", timeout=1_800)


async def send_campaign(on: Ground, campaign: UUID) -> None:
    clock = SystemClock()
    async with on.db.engine_transaction() as conn:
        now = await gate_clock(conn, clock)
        await campaigns.send(conn, on.workspace_id, campaign, clock=clock, gate_clock=now)


@asynccontextmanager
async def role(
    name: str, settings: Settings, *arguments: str, descriptors: Sequence[int] = (), program: str = "chappe"
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A role as `chappe serve` runs it, if `program` is this one."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", program, name, "--home", str(settings.home), *arguments,
        env={**os.environ, "CHAPPE_LOG_LEVEL": "warning"}, pass_fds=tuple(descriptors),
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def until_bound(on: Ground, sender: asyncio.subprocess.Process) -> None:
    """Returns when the link is up. RoleEnded when the sender is not."""
    async with asyncio.timeout(60):
        while True:
            if sender.returncode is not None:
                raise RoleEnded("The sender ended at its start: what it said is above.")
            async with on.db.engine.acquire() as conn:
                links = await carriers.link_statuses(conn)
            if any(link.state == "bound" for link in links):
                return
            await asyncio.sleep(0.1)


async def until_calm(process: asyncio.subprocess.Process) -> None:
    """Returns when the role has nothing to do: its start is not what is measured. RoleEnded when it ended."""
    async with asyncio.timeout(60):
        used, calm = usage_of(role=process.pid), False
        while not calm:
            if process.returncode is not None:
                raise RoleEnded("A role ended at its start: what it said is above.")
            await asyncio.sleep(_PAUSE)
            before, used = used, usage_of(role=process.pid)
            calm = used["role"].cpu - before["role"].cpu < _PAUSE / 30


async def database_server(db: Database) -> int:
    """The process id of the database server, when it runs on this machine: the parent of our backend."""
    async with db.engine.acquire() as conn:
        return parent_of(conn.get_server_pid())
