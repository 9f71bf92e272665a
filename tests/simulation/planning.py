"""The planner's store in memory, and planner processes at work on it: `planner_store`, line by line.

A claimed row is locked by a transaction that lives in the server. What is written of it and its deletion take
effect together, when the commit does; the transaction of a killed planner is undone.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from tests.simulation.clock import VirtualClock
from tests.simulation.dispatching import SOURCE
from tests.simulation.loop import OWNER, Host
from tests.simulation.schedule import Person
from tests.simulation.server import Server
from tests.simulation.tables import ROUTE, WORKSPACE, Campaign, Tables

from chappe.campaigns.model import Audience, CampaignState
from chappe.campaigns.runs import Run
from chappe.campaigns.timing.model import Timed
from chappe.db.errors import ServerGone
from chappe.engine.planner import Bounds, Planner, Settled
from chappe.gate.law import Law, cautious
from chappe.gate.model import Group, SenderFacts
from chappe.gate.rulings import FIRST_RULING
from chappe.messages.model import MessageState, NewBlock, NewMessage, Purpose, RunDelta
from chappe.sending.composing import RoutePrices
from chappe.sending.model import Batch
from chappe.sending.planned import Planned
from chappe.sms.options import DEFAULT, TextOptions

CAMPAIGN = "chappe_campaign"
ZONES = "Europe/Paris"
SENDER = SenderFacts(UUID(int=1), SOURCE, False, ROUTE, False)
# What a rule demands of a text stands in the template, whatever the person is written.
_BODY = "{{ text }}STOP"
_ROW = 3
_ACTIVE = 1
_SCOPES = {None: 0, "marketing": 1, "all": 2}
_AGAIN_AFTER = 0.1


@dataclass
class Transaction:
    """A claim of one row by a process. What it wrote takes effect with its commit."""

    host: Host | None
    first: int = -1
    people: Sequence[Person] = ()
    open: bool = True
    written: Planned | None = None


class Facts(NamedTuple):
    """What the gate is told of a person, beside the number."""

    scope: int
    granted: bool = True
    zones: str = ZONES
    country: str | None = None
    basis: str = ""


@dataclass
class Snapshot:
    """A run and what is left to plan of it. `rows`: recipients by the ordinal of the first of them."""

    campaign: Campaign
    people: Sequence[Person]
    run: Run = field(init=False)
    rows: dict[int, Sequence[Person]] = field(default_factory=dict)
    locked: dict[int, Transaction] = field(default_factory=dict)
    planned: bool = False
    law: Law = field(default_factory=cautious)

    def __post_init__(self) -> None:
        self.run = Run(
            self.campaign.run_id, WORKSPACE, self.campaign.id, Purpose.MARKETING, Audience(()), SENDER.id,
            _BODY, None, None, None,
        )  # fmt: skip

    @property
    def taken(self) -> bool:
        return self.run.base_id is not None

    def audience(self) -> Sequence[Person]:
        """Who is in the audience when it is taken."""
        return self.people

    def facts(self, person: Person, tables: Tables) -> Facts:
        """What is known of a person when a row is planned."""
        return Facts(suppressed_scope(person, tables))

    def undo(self, transaction: Transaction) -> None:
        """Its connection broke: what it locked is free, what is still on the way comes to nothing."""
        transaction.open = False
        if self.locked.get(transaction.first) is transaction:
            del self.locked[transaction.first]

    def killed(self, host: Host) -> None:
        """The process is gone, and its connections with it."""
        for transaction in [one for one in self.locked.values() if one.host is host]:
            self.undo(transaction)


def suppressed_scope(person: Person, tables: Tables) -> int:
    """As `Group.suppressed` says it."""
    found = tables.suppressions.get(person.phone)
    return _SCOPES[found.scope if found is not None else None]


class MemoryPlanStore:
    """`chappe.engine.planner.PlanStore` of one process."""

    def __init__(self, server: Server, snapshot: Snapshot) -> None:
        self._ask = server.ask
        self._notify = server.notify
        self._snapshot = snapshot

    async def due_runs(self) -> list[Run]:
        return await self._ask(self._due_runs)

    def _due_runs(self, tables: Tables, now: float) -> list[Run]:
        snapshot = self._snapshot
        due = snapshot.taken or snapshot.campaign.state == "preparing"
        return [snapshot.run] if due and not snapshot.planned else []

    async def take_audience(self, run: Run) -> Run | None:
        return await self._ask(self._take_audience)

    def _take_audience(self, tables: Tables, now: float) -> Run | None:
        snapshot = self._snapshot
        if snapshot.taken or snapshot.campaign.state != "preparing":
            return None
        people = snapshot.audience()
        snapshot.campaign.state, snapshot.campaign.total = "sending", len(people)
        snapshot.rows = {at: people[at : at + _ROW] for at in range(0, len(people), _ROW)}
        snapshot.run = snapshot.run._replace(base_id=snapshot.campaign.lo, total=len(people))
        # A sender that knows the campaign as paused learns that it is being sent.
        self._notify(CAMPAIGN, str(snapshot.campaign.id))
        return snapshot.run

    async def bounds(self, run: Run) -> Bounds:
        return await self._ask(lambda tables, now: Bounds(SENDER, NoPrices(), self._snapshot.law))

    @asynccontextmanager
    async def claim(self, run: Run) -> AsyncIterator["MemoryRow | None"]:
        transaction = Transaction(OWNER.get())
        try:
            if await self._ask(self._lock, transaction):
                yield MemoryRow(self._ask, self._snapshot, transaction)
                await self._ask(self._commit, transaction)
            else:
                yield None
        except BaseException:
            self._snapshot.undo(transaction)
            raise

    def _lock(self, tables: Tables, now: float, transaction: Transaction) -> bool:
        snapshot = self._snapshot
        free = [at for at in snapshot.rows if at not in snapshot.locked]
        if not free or not transaction.open or (transaction.host and not transaction.host.alive):
            return False
        transaction.first, transaction.people = free[0], snapshot.rows[free[0]]
        snapshot.locked[free[0]] = transaction
        return True

    def _commit(self, tables: Tables, now: float, transaction: Transaction) -> None:
        snapshot = self._snapshot
        if snapshot.locked.get(transaction.first) is not transaction:
            raise ServerGone("The transaction was undone.")
        del snapshot.locked[transaction.first]
        del snapshot.rows[transaction.first]
        if transaction.written is not None:
            write(tables, transaction.written)

    async def end_planning(self, run: Run) -> None:
        await self._ask(self._end_planning)

    def _end_planning(self, tables: Tables, now: float) -> None:
        self._snapshot.planned = not self._snapshot.rows

    async def fall_short(self, run: Run) -> None:
        raise AssertionError("nothing here has a budget")

    async def fail(self, run: Run, error: str) -> None:
        raise AssertionError(error)


class NoPrices:
    """The route's carrier has no price list."""

    def of_route(self, route_id: UUID, phones: Sequence[int]) -> list[object | None]:
        return [None] * len(phones)

    def options_of(self, route_id: UUID | None) -> TextOptions:
        return DEFAULT

    def branches(self, route_id: UUID, purpose: str, phones: Sequence[int]) -> None:
        return None


class MemoryRow:
    """A claimed row, inside its transaction."""

    def __init__(self, ask: Any, snapshot: Snapshot, transaction: Transaction) -> None:
        self.state = CampaignState(snapshot.campaign.state)
        self.first_id = snapshot.campaign.lo + transaction.first
        self._ask = ask
        self._snapshot = snapshot
        self._people = transaction.people
        self._transaction = transaction
        self._run_id = snapshot.campaign.run_id

    async def groups(self, variables: Sequence[str]) -> list[Group]:
        return await self._ask(self._groups)

    def _groups(self, tables: Tables, now: float) -> list[Group]:
        by_facts: defaultdict[Facts, list[Person]] = defaultdict(list)
        for person in self._people:
            by_facts[self._snapshot.facts(person, tables)].append(person)
        return [
            Group(
                _ACTIVE, facts.granted, facts.scope, facts.zones, [one.phone for one in people],
                [one.phone for one in people], {"text": [one.body for one in people]}, facts.country,
                facts.basis,
            )
            for facts, people in by_facts.items()
        ]  # fmt: skip

    async def settle(self, batches: Sequence[Batch], law: Law, gate_now: datetime) -> Settled:
        ruled = [batch.decision for batch in batches if batch.decision.rule is not None]
        return Settled(batches, {(one.code, one.rule or ""): FIRST_RULING for one in ruled})

    async def write(self, rows: Planned) -> None:
        await self._ask(self._write, rows)

    async def best_hours(self, timed: Timed) -> dict[int, int]:
        return {}

    async def afford(self, batches: Sequence[Batch], prices: RoutePrices) -> bool:
        return True

    async def write_canceled(self) -> None:
        phones, state = [one.phone for one in self._people], MessageState.CANCELED
        block = NewBlock(
            self.first_id, WORKSPACE, self._run_id, int(Purpose.MARKETING), 0, 0, 0, None, phones, phones,
            None, state.label,
        )  # fmt: skip
        change = RunDelta(WORKSPACE, self._run_id, state, state.label, len(phones), 0)
        await self._ask(self._write, Planned([block], [], [change], None))

    def _write(self, tables: Tables, now: float, rows: Planned) -> None:
        self._transaction.written = rows


def write(tables: Tables, rows: Planned) -> None:
    """`messages.copy_blocks`, and the counts."""
    for block in rows.blocks:
        bodies = block.bodies or [None] * len(block.phones)
        made = [
            NewMessage(
                number, WORKSPACE, phone, None, block.run_id, None, block.purpose, block.encoding,
                block.parts, block.decision, body, None, block.expires_at,
            )
            for number, phone, body in zip(block.ids, block.phones, bodies, strict=True)
        ]  # fmt: skip
        for message in made:
            if message.id in tables.messages:
                raise ServerGone(f"message {message.id} is there already")
            tables.messages[message.id] = message
        if block.reason is not None:
            canceled = block.reason == MessageState.CANCELED.label
            tables.end(made, MessageState.CANCELED if canceled else MessageState.SKIPPED, rows.at)
    for chunk in rows.chunks:
        tables.add_chunk(
            run_id=chunk.run_id, lane=chunk.lane, lo=chunk.lo, hi=chunk.hi, due_at=chunk.due_at,
            window_end=chunk.window_end, zones=chunk.zones, expires_at=chunk.expires_at,
        )  # fmt: skip
    tables.deltas += rows.deltas


async def plan(server: Server, snapshot: Snapshot, clock: VirtualClock, parallel: int) -> None:
    """A planner's life, until all is planned."""
    planner = Planner(MemoryPlanStore(server, snapshot), clock, clock, parallel)
    while not snapshot.planned:
        with suppress(ServerGone):
            await planner.plan_due_runs()
        await asyncio.sleep(_AGAIN_AFTER)
