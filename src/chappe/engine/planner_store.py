"""The planner's store on PostgreSQL."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from chappe.campaigns import runs
from chappe.campaigns.approvals import service as approvals
from chappe.campaigns.approvals.model import NotApproved
from chappe.campaigns.budgets import service as budgets
from chappe.campaigns.experiments import parting
from chappe.campaigns.experiments.model import Role
from chappe.campaigns.goals import service as goals
from chappe.campaigns.links.service import linking_of
from chappe.campaigns.offers import service as campaign_offers
from chappe.campaigns.runs import ClaimedAudience, Run
from chappe.campaigns.timing import service as timing
from chappe.campaigns.timing.model import Timed
from chappe.carriers import routing
from chappe.consent.service import recognise_all
from chappe.db.pool import Connection, Database
from chappe.engine.planner import ROW_SIZE, Bounds, Giving, Settled
from chappe.engine.statements import SQL
from chappe.gate import promises, rulings
from chappe.gate import service as gates
from chappe.gate.law import Law, law_of
from chappe.gate.model import Code, Group, Subject
from chappe.gate.promises import Claim
from chappe.gate.rulings import Rulings
from chappe.kit.clock import Clock
from chappe.messages import counts
from chappe.messages import service as messages
from chappe.messages.model import MessageState, RunDelta
from chappe.offers import service as offers
from chappe.offers.coding import CodedBody, Codes
from chappe.sending.capping import within_caps
from chappe.sending.composing import RoutePrices, costs_of
from chappe.sending.model import Batch
from chappe.sending.planned import Planned
from chappe.tracking.conversions import service as conversions
from chappe.tracking.runs import Shortening, filling_of, link_run

_ROW_OF_BUDGET: Final = 50
_ROW_OF_SPREAD: Final = 100


class _NotWanted(Exception):
    """Undoes the taking of an audience: the campaign was paused or canceled, or it is taken already."""


class PostgresPlanStore:
    """`PlanStore` in the engine's role."""

    def __init__(
        self, db: Database, clock: Clock, row_size: int = ROW_SIZE, shortening: Shortening | None = None
    ) -> None:
        """`shortening`: how addresses in texts become short links; None: they stay as they are written."""
        self._db = db
        self._clock = clock
        self._row_size = row_size
        self._shortening = shortening
        self._rulings = Rulings(db)

    async def due_runs(self) -> list[Run]:
        async with self._db.engine_transaction() as conn:
            return await runs.due_runs(conn)

    async def take_audience(self, run: Run) -> Run | None:
        async with self._db.engine_transaction() as conn:
            await messages.make_today(conn)
        try:
            async with self._db.engine_transaction() as conn:
                if not await runs.lock_audience(conn, run.id):
                    return None
                await (self._take_rest(conn, run) if run.role is Role.REST else self._take(conn, run))
                await runs.notify(conn, run.campaign_id)
                return await runs.run_by_id(conn, run.id)
        except (_NotWanted, runs.SnapshotTaken):
            return None
        except NotApproved as error:
            async with self._db.engine_transaction() as conn:
                await runs.await_approval(conn, run, error.detail)
            return None

    async def _take(self, conn: Connection, run: Run) -> None:
        """The whole audience; of a test, a run for each of its arms. Raises NotApproved."""
        now = self._clock.now()
        parts = await parting.parts(
            conn, run.workspace_id, run.campaign_id, run.id, run.body, run.sender_id, now
        )
        size = self._row_size
        if await budgets.is_limited(conn, run.workspace_id, run.campaign_id):
            # A budget stops between two rows.
            size = min(size, _ROW_OF_BUDGET)
        if (await timing.timing_of(conn, run.workspace_id, run.campaign_id)).spread_minutes is not None:
            # People of one row are due together.
            size = min(size, _ROW_OF_SPREAD)
        totals = await runs.take_snapshot(conn, run, size, now, parts)
        # After the rules were read: what is changed from here on comes too late.
        await approvals.check_segments(conn, run.workspace_id, run.campaign_id, run.audience)
        started = [(run.id, totals[run.id])] if parts is None else parts.started(totals)
        if parts is not None and parts.held is not None:
            await runs.hold(conn, parts.held, totals.get(parts.held, 0))
        # Last, because every taker of ids waits for the day's row until this commits.
        base_id = await messages.allocate_ids(conn, sum(total for _, total in started))
        (first, total), *others = started
        if not await runs.start_run(conn, first, base_id, total):
            raise _NotWanted
        await runs.start_arms(conn, others, base_id + total)
        await self._begin(conn, run, [run_id for run_id, _ in started])

    async def _take_rest(self, conn: Connection, run: Run) -> None:
        assert run.total is not None  # counted when the audience was taken
        base_id = await messages.allocate_ids(conn, run.total)
        if not await runs.start_rest(conn, run.id, base_id):
            raise _NotWanted
        await self._begin(conn, run, [run.id])

    async def _begin(self, conn: Connection, run: Run, started: Sequence[int]) -> None:
        """What runs that have their ids take from their campaign, as it is now."""
        await self._link(conn, run, started)
        await campaign_offers.begin_runs(conn, started)
        word = await goals.word_of(conn, run.workspace_id, run.campaign_id)
        if word is None:
            return
        for run_id in started:
            await conversions.begin_run(conn, run.workspace_id, run_id, word)

    async def _link(self, conn: Connection, run: Run, started: Sequence[int]) -> None:
        """The short links of runs that have their ids."""
        if self._shortening is None:
            return
        linking = await linking_of(conn, run.workspace_id, run.campaign_id, self._shortening.base)
        if linking is None:
            return
        for run_id in started:
            ready = await runs.run_by_id(conn, run_id)
            await link_run(conn, linking, ready.workspace_id, run_id, run.campaign_id, ready.body, ready.ids)

    async def bounds(self, run: Run) -> Bounds:
        workspace_id = run.workspace_id
        await recognise_all(self._db, workspace_id)
        async with self._db.engine_transaction() as conn:
            facts = await gates.sender_facts(conn, workspace_id, [run.sender_id])
            prices = await routing.load_prices(conn, workspace_id, coming=True)
            filling = None
            if self._shortening is not None:
                filling = await filling_of(conn, run.id, run.body, self._shortening.codes)
            law = await law_of(conn, workspace_id)
            found = await campaign_offers.offer_of_run(conn, workspace_id, run.id, run.body)
            giving = None if found is None else Giving(found.id, found.length)
            timed = await timing.timed(conn, workspace_id, run.id, self._clock.now())
            return Bounds(facts[run.sender_id], prices, law, filling, giving, timed)

    @asynccontextmanager
    async def claim(self, run: Run) -> AsyncIterator["PostgresRow | None"]:
        async with self._db.engine_transaction() as conn:
            row = await runs.claim_row(conn, run.id)
            yield None if row is None else PostgresRow(conn, run, row, self._clock, self._rulings)

    async def end_planning(self, run: Run) -> None:
        async with self._db.engine_transaction() as conn:
            if await runs.end_planning(conn, run.id, self._clock.now()):
                await runs.notify(conn, run.campaign_id)

    async def fall_short(self, run: Run) -> None:
        async with self._db.engine_transaction() as conn:
            if await budgets.fall_short(conn, run.id, self._clock.now()):
                await runs.notify(conn, run.campaign_id)

    async def fail(self, run: Run, error: str) -> None:
        async with self._db.engine_transaction() as conn:
            await runs.fail(conn, run, error)
            await runs.notify(conn, run.campaign_id)


class PostgresRow:
    """A claimed row, inside its transaction."""

    def __init__(
        self, conn: Connection, run: Run, row: ClaimedAudience, clock: Clock, known: Rulings
    ) -> None:
        assert run.base_id is not None  # rows are claimed of runs that have their ids
        self.state = row.state
        self.first_id = run.base_id + row.lo
        self._conn = conn
        self._run = run
        self._subject = Subject.of(run.topic_id, run.purpose)
        self._row = row
        self._clock = clock
        self._rulings = known
        self._taken: tuple[Giving, Codes] | None = None

    async def groups(self, variables: Sequence[str]) -> list[Group]:
        # After a large import nothing is analysed yet, and PostgreSQL takes the tables for empty: it joins
        # a thousand contacts by a million comparisons (measured: 100 ms instead of 7).
        await self._conn.execute(SQL.join_by_hash)
        return await gates.groups_of_contacts(
            self._conn,
            self._run.workspace_id,
            self._row.contacts,
            self._row.phones,
            variables,
            self._subject,
        )

    async def best_hours(self, timed: Timed) -> Mapping[int, int]:
        here, now = self._run.workspace_id, self._clock.now()
        contact_ids = [int(each) for each in self._row.contacts.strip("{}").split(",")]
        return await timing.best_hours(self._conn, here, contact_ids, timed, now)

    async def settle(self, batches: Sequence[Batch], law: Law, gate_now: datetime) -> Settled:
        workspace_id = self._run.workspace_id

        async def ask(claims: Sequence[Claim]) -> list[dict[int, str]]:
            return await promises.reserve(self._conn, workspace_id, claims, gate_now)

        kept = await within_caps(batches, self._subject, law.limits, ask)
        return Settled(kept, await self._rulings.numbers((batch.decision for batch in kept), law))

    async def codes(self, giving: Giving, body: CodedBody, n: int) -> Codes:
        spans, codes = await offers.take(self._conn, self._run.workspace_id, giving.offer_id, n)
        taken = Codes(body, spans, codes)
        self._taken = giving, taken
        return taken

    async def afford(self, batches: Sequence[Batch], prices: RoutePrices) -> bool:
        run = self._run
        limits = await budgets.limits_of(self._conn, run.workspace_id, run.campaign_id, self._clock.now())
        if not limits:
            return True
        costs = costs_of(batches, prices)
        return await budgets.reserve(self._conn, run.workspace_id, run.id, limits, costs)

    async def write(self, rows: Planned) -> None:
        if self._taken is not None:
            giving, codes = self._taken
            here = self._run.workspace_id
            await offers.give(self._conn, here, giving.offer_id, self._run.id, codes.given)
        await messages.copy_blocks(self._conn, rows.blocks, rows.chunks, rows.at)
        await counts.record(self._conn, rows.deltas)
        decided: Counter[int] = Counter()
        for block in rows.blocks:
            decided[block.decision] += len(block.phones)
        await rulings.note(self._conn, self._run.workspace_id, self._run.id, decided)
        if rows.chunks:
            await messages.notify(self._conn, "")

    async def write_canceled(self) -> None:
        run, row, state = self._run, self._row, MessageState.CANCELED
        await runs.cancel_row(
            self._conn, run, row, decision=Code.CANCELED, state=state, now=self._clock.now()
        )
        change = RunDelta(run.workspace_id, run.id, state, Code.CANCELED.reason, row.n, 0)
        await counts.record(self._conn, [change])
        await rulings.note(self._conn, run.workspace_id, run.id, {Code.CANCELED: row.n})
