"""The planner: a campaign's audience, taken once, becomes rows of the ledger.

    preparing ──take_audience──▶ sending ──claim a row, write it──▶ … ──▶ planned

The audience is taken by one statement, in the transaction that gives the run its block of message ids. Then
each row of it (5,000 recipients) is claimed, judged, rendered and written in one transaction; the claim takes
the row away when that commits. A planner killed at any instant leaves whole rows or nothing. So no
recipient is planned twice and none is forgotten, with any number of planners, and none of them ever waits for
another's lease to end.

Memory does not grow with the audience: a planner holds one row. Planning may run ahead of sending as far as
it likes, since what is planned is on disk.

The planner knows the store as a protocol, so that a simulation can run this very class on a store in memory.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from itertools import groupby
from typing import Final, NamedTuple, Protocol
from uuid import UUID

import structlog

from chappe.campaigns.model import CampaignState
from chappe.campaigns.runs import Run
from chappe.campaigns.timing.grouping import by_hour
from chappe.campaigns.timing.model import Timed
from chappe.consent.preference_links import PreferenceLinks
from chappe.content.service import Template
from chappe.gate.law import Law
from chappe.gate.model import Group, SenderFacts, Subject
from chappe.gate.rulings import Numbers
from chappe.gate.service import Asked, Gate
from chappe.kit.clock import Clock
from chappe.kit.errors import Problem
from chappe.offers.coding import CodedBody, Codes
from chappe.sending.coding import needing, within
from chappe.sending.composing import Composer, RoutePrices
from chappe.sending.model import Batch
from chappe.sending.planned import Planned, planned
from chappe.sending.rows import Common
from chappe.tracking.bodies import Filling

log = structlog.get_logger()

ROW_SIZE: Final = 5_000
"""Recipients a row. It bounds what a planner holds. A transaction's ten round trips are paid once a row: with
1,000 they were half of what planning a message costs."""


_NO_HOURS: Final[Mapping[int, int]] = {}


class Settled(NamedTuple):
    """What is to become of a row for good, and how decisions that rest on a rule are stored."""

    batches: Sequence[Batch]
    numbers: Numbers


class Giving(NamedTuple):
    """The offer whose codes a run gives, of `length` characters each."""

    offer_id: UUID
    length: int


class Bounds(NamedTuple):
    """The sender of a run with the prices of its routes, the law of its workspace, what puts the codes of its
    short links into texts, where it has any, and the offer that it gives codes of.
    """

    sender: SenderFacts
    prices: RoutePrices
    law: Law
    filling: Filling | None = None
    giving: Giving | None = None
    timed: Timed | None = None


class ClaimedRow(Protocol):
    """A row of the audience inside the transaction that will write it."""

    state: CampaignState
    first_id: int

    async def groups(self, variables: Sequence[str]) -> list[Group]:
        """The recipients of the row with their facts, and their values of these variables (but `phone`, which
        is a fact), as they are in this transaction.
        """
        ...

    async def best_hours(self, timed: Timed) -> Mapping[int, int]:
        """By contact of the row, the hour at which they act most."""
        ...

    async def settle(self, batches: Sequence[Batch], law: Law, gate_now: datetime) -> "Settled":
        """Reserve what the batches would send; whom a cap refuses is skipped."""
        ...

    async def codes(self, giving: Giving, body: CodedBody, n: int) -> Codes:
        """At most `n` codes of the offer: this transaction's, and back in the pool if it does not commit."""
        ...

    async def afford(self, batches: Sequence[Batch], prices: "RoutePrices") -> bool:
        """Reserve what they cost under every budget that the campaign draws on; False where one does not
        reach: then this transaction is undone.
        """
        ...

    async def write(self, rows: Planned) -> None:
        """With whose the codes are that were taken."""
        ...

    async def write_canceled(self) -> None:
        """Write every recipient of the row as canceled."""
        ...


class PlanStore(Protocol):
    """Where runs are kept. Each call is a transaction; a claimed row is one from its claim to its writing."""

    async def due_runs(self) -> list[Run]: ...

    async def take_audience(self, run: Run) -> Run | None:
        """The run with its ids. None: the campaign was paused or canceled, or another planner was first."""
        ...

    async def bounds(self, run: Run) -> "Bounds":
        """What the run's decisions rest on, beside its recipients."""
        ...

    def claim(self, run: Run) -> AbstractAsyncContextManager[ClaimedRow | None]:
        """The next row that no other planner holds; None when there is none."""
        ...

    async def end_planning(self, run: Run) -> None:
        """Note that the run is planned, unless another planner still holds a row of it."""
        ...

    async def fail(self, run: Run, error: str) -> None:
        """Pause the campaign and show the error."""
        ...

    async def fall_short(self, run: Run) -> None:
        """The run waits until there is money for it. What is written leaves."""
        ...


class OverBudget(Exception):
    """A budget does not reach for a row: what its transaction took is given back."""


class Planner:
    """Plans the runs that are due, one after the other.

    `parallel` rows at a time: while one is being written by the server, the next is rendered here.
    """

    def __init__(
        self,
        store: PlanStore,
        clock: Clock,
        gate_clock: Clock,
        parallel: int = 2,
        links: PreferenceLinks | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._gate_clock = gate_clock
        self._parallel = parallel
        self._links = links

    async def plan_due_runs(self) -> int:
        """Plan what is due and not held by other planners; the number of rows written."""
        rows = 0
        for _, of_campaign in groupby(await self._store.due_runs(), lambda run: run.campaign_id):
            rows += await self._plan(list(of_campaign))
        return rows

    async def _plan(self, runs: Sequence[Run]) -> int:
        """The runs of one campaign."""
        try:
            ready = await self._with_ids(runs)
            written = await self._write_rows(ready)
        except (Problem, ValueError, ArithmeticError, KeyError, TypeError) as error:
            # A run that cannot be planned must not keep the others from being planned, again and again.
            if isinstance(error, Problem) and error.status >= 500:
                raise
            log.exception("plan_failed", run=runs[0].id, campaign=str(runs[0].campaign_id))
            await self._store.fail(runs[0], f"Planning failed: {error}")
            return 0
        for run in ready:
            await self._store.end_planning(run)
        return written

    async def _with_ids(self, runs: Sequence[Run]) -> list[Run]:
        """Those that have their ids, or get them now; with the arms that come of taking an audience."""
        waiting = [run for run in runs if run.base_id is None]
        taken = [run for run in waiting if await self._store.take_audience(run) is not None]
        if taken:
            runs = [run for run in await self._store.due_runs() if run.campaign_id == runs[0].campaign_id]
        return [run for run in runs if run.base_id is not None]

    async def _write_rows(self, runs: Sequence[Run]) -> int:
        plans = [await self._row_plan(run) for run in runs]
        try:
            async with asyncio.TaskGroup() as group:
                writers = [group.create_task(self._write_while(plans)) for _ in range(self._parallel)]
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return sum(writer.result() for writer in writers)

    async def _write_while(self, plans: Sequence["RowPlan"]) -> int:
        """Write rows while there are any, of each run in turn: were an arm of a test to leave before another,
        they would be compared at different hours. How many.
        """
        written, turns = 0, deque(plans)
        while turns:
            plan = turns[0]
            try:
                async with self._store.claim(plan.run) as row:
                    if row is None:
                        turns.popleft()
                        continue
                    await self._write_row(plan, row)
            except OverBudget:
                await self._store.fall_short(plan.run)
                turns.popleft()
                continue
            written += 1
            turns.rotate(-1)
        return written

    async def _write_row(self, plan: "RowPlan", row: ClaimedRow) -> None:
        """Raises OverBudget."""
        if row.state is CampaignState.CANCELED:
            await row.write_canceled()
            return
        groups = await row.groups(plan.variables)
        hours = await row.best_hours(plan.timed) if plan.timed and plan.timed.by_person else {}
        judged = plan.judged(groups, row.first_id, hours)
        settled = await row.settle(judged, plan.law, plan.gate_now())
        codes = None
        if plan.giving is not None and plan.coded is not None:
            codes = await row.codes(plan.giving, plan.coded, needing(plan.coded, settled.batches))
            settled = settled._replace(batches=within(plan.coded, settled.batches, codes.left))
        if not await row.afford(settled.batches, plan.prices):
            raise OverBudget
        await row.write(plan.rows(settled, row.first_id, codes))

    async def _row_plan(self, run: Run) -> "RowPlan":
        return RowPlan(run, await self._store.bounds(run), self._clock, self._gate_clock, self._links)


class RowPlan:
    """How a run's recipients become rows: the template is read once, the hour with each row."""

    def __init__(
        self, run: Run, bounds: Bounds, clock: Clock, gate_clock: Clock, links: PreferenceLinks | None
    ) -> None:
        self._filling = bounds.filling
        self.timed = bounds.timed
        self.giving = bounds.giving
        source = run.body if bounds.filling is None else bounds.filling.body.source
        self.coded = CodedBody(source, bounds.giving.length) if bounds.giving is not None else None
        template = Template(source if self.coded is None else self.coded.source)
        self.variables = template.variables
        self._composer = Composer(template, links and links.addressing(run.workspace_id, clock.now()))
        self.run = run
        self._sender, self.prices, self.law, *_ = bounds
        self._says = self.law.says(run.body, self._sender.form)
        self._clock = clock
        self._gate_clock = gate_clock
        self._common = Common(
            run.workspace_id,
            run.id,
            None,
            self._sender.address,
            self._sender.route_id,
            run.purpose,
            run.expires_at,
        )

    def gate_now(self) -> datetime:
        """The hour by which recipients are judged."""
        return self._gate_clock.now()

    def judged(
        self, groups: Sequence[Group], first_id: int = 0, hours: Mapping[int, int] = _NO_HOURS
    ) -> list[Batch]:
        """What would become of these recipients, by the clock of now, or of when they are due. `hours`: the
        best one of each contact, where they are wanted.
        """
        if self.timed is None:
            return self._judged(groups, self.gate_now())
        now = self.gate_now()
        before = (first_id - (self.run.base_id or 0)) / max(1, self.run.total or 1)
        later = self.timed.later(before)
        due: dict[datetime, list[Group]] = {}
        for group in groups:
            for best, part in by_hour(group, hours):
                due.setdefault(self.timed.due(part.zones, now, best) + later, []).append(part)
        return [batch for at in sorted(due) for batch in self._judged(due[at], at)]

    def _judged(self, groups: Sequence[Group], at: datetime) -> list[Batch]:
        """As they will be judged at a moment of the gate's clock."""
        gate = Gate(
            Asked(
                self.run.purpose,
                self._sender,
                gate_now=at,
                real_now=self._clock.now() + (at - self.gate_now()),
                expires_at=self.run.expires_at,
                to_contacts=True,
                until_left=Subject.of(self.run.topic_id, self.run.purpose).until_left,
                says=self._says,
            ),
            self.law,
        )
        return self._composer.compose(groups, gate, self.prices)

    def rows(self, settled: Settled, first_id: int, codes: Codes | None = None) -> Planned:
        """Rows for these recipients, with ids from `first_id` on."""
        now = self._clock.now()
        fillings = [each for each in (self._filling, codes) if each is not None]
        return planned(settled.batches, self._common, first_id, now, settled.numbers, fillings)
