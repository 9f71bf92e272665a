"""The planner on a store in memory that fails at will: what a simulation of whole campaigns stands on."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import pytest

from chappe.campaigns.model import Audience, CampaignState
from chappe.campaigns.runs import Run
from chappe.campaigns.timing.model import Timed
from chappe.engine.planner import Bounds, Planner, Settled
from chappe.gate.law import Law, cautious
from chappe.gate.model import Group, SenderFacts
from chappe.gate.rulings import FIRST_RULING
from chappe.kit.clock import FakeClock
from chappe.messages.model import Purpose
from chappe.sending.composing import RoutePrices
from chappe.sending.model import Batch
from chappe.sending.planned import Planned
from chappe.sms.options import DEFAULT, TextOptions

SENDER = SenderFacts(UUID(int=1), "38200", False, UUID(int=2), False)
BASE = 1_000


class Crash(Exception):
    """The store is lost in the middle of a transaction."""


class NoPrices:
    def of_route(self, route_id: UUID, phones: list[int]) -> list[object | None]:
        return [None] * len(phones)

    def options_of(self, route_id: UUID | None) -> TextOptions:
        return DEFAULT

    def branches(self, route_id: UUID, purpose: str, phones: Sequence[int]) -> None:
        return None


class MemoryRow:
    def __init__(self, store: "MemoryStore", first: int, group: Group) -> None:
        self.state = store.state
        self.first_id = BASE + first
        self._group = group
        self._store = store
        self.written: list[tuple[int, int]] = []

    async def groups(self, variables: Sequence[str]) -> list[Group]:
        self._store.perhaps_crash()
        return [self._group]

    async def settle(self, batches: Sequence[Batch], law: Law, gate_now: datetime) -> Settled:
        ruled = [batch.decision for batch in batches if batch.decision.rule is not None]
        return Settled(batches, {(one.code, one.rule or ""): FIRST_RULING for one in ruled})

    async def write(self, rows: Planned) -> None:
        self._store.perhaps_crash()
        self.written = [pair for block in rows.blocks for pair in zip(block.ids, block.phones, strict=True)]

    async def best_hours(self, timed: Timed) -> dict[int, int]:
        return {}

    async def afford(self, batches: Sequence[Batch], prices: RoutePrices) -> bool:
        return True

    async def write_canceled(self) -> None:
        self.written = list(enumerate(self._group.phones, self.first_id))


class MemoryStore:
    """One run of `n` recipients in rows of 3; every step may crash."""

    def __init__(self, n: int, seed: int) -> None:
        everybody = Group(1, True, 0, "Europe/Paris", range(n), [33600000000 + each for each in range(n)], {})
        self.rows = {at: everybody.only(range(at, min(at + 3, n))) for at in range(0, n, 3)}
        self.held: set[int] = set()
        self.messages: list[tuple[int, int]] = []
        self.state = CampaignState.PREPARING
        self.planned = False
        self.run = Run(1, 1, UUID(int=5), Purpose.MARKETING, Audience(()), SENDER.id, "Hello", None, None, n)
        self._chance = random.Random(seed)
        self._calm = False

    def perhaps_crash(self) -> None:
        """The first time surely."""
        if not self._calm or self._chance.random() < 0.2:
            self._calm = True
            raise Crash

    async def due_runs(self) -> list[Run]:
        return [] if self.planned else [self.run]

    async def take_audience(self, run: Run) -> Run | None:
        self.perhaps_crash()
        self.run = run._replace(base_id=BASE)
        self.state = CampaignState.SENDING
        return self.run

    async def bounds(self, run: Run) -> Bounds:
        self.perhaps_crash()
        return Bounds(SENDER, NoPrices(), cautious())

    @asynccontextmanager
    async def claim(self, run: Run) -> AsyncIterator[MemoryRow | None]:
        free = [at for at in self.rows if at not in self.held]
        if not free:
            yield None
            return
        at = free[0]
        self.held.add(at)
        try:
            row = MemoryRow(self, at, self.rows[at])
            yield row
            self.perhaps_crash()
            self.messages += row.written
            del self.rows[at]
        finally:
            self.held.discard(at)

    async def end_planning(self, run: Run) -> None:
        self.perhaps_crash()
        self.planned = not self.rows

    async def fall_short(self, run: Run) -> None:
        raise AssertionError("nothing here has a budget")

    async def fail(self, run: Run, error: str) -> None:
        raise AssertionError(error)


@pytest.mark.parametrize("seed", range(40))
async def test_crashes_lose_and_repeat_nobody(seed: int, clock: FakeClock) -> None:
    store = MemoryStore(20, seed)
    crashes = 0
    while not store.planned:
        try:
            await Planner(store, clock, clock, parallel=1 + seed % 3).plan_due_runs()
        except Crash:
            crashes += 1
        if seed % 4 == 0 and len(store.messages) > 8:
            store.state = CampaignState.CANCELED
    assert crashes
    assert sorted(store.messages) == [(BASE + each, 33600000000 + each) for each in range(20)]
