"""The planner's store on PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from chappe.campaigns import runs
from chappe.campaigns.model import CampaignState
from chappe.campaigns.runs import Run, SnapshotRow
from chappe.carriers import service as carriers
from chappe.db.pool import Connection, Database
from chappe.engine.planner import ROW_SIZE
from chappe.gate import service as gates
from chappe.gate.model import Code, Recipient, SenderFacts
from chappe.kit.clock import Clock
from chappe.messages import counts
from chappe.messages import service as messages
from chappe.messages.model import MessageState, RunDelta
from chappe.sending.composing import RoutePrices
from chappe.sending.rows import Rows

_LEASE: Final = timedelta(seconds=5)
"""Renewed with every row. A row takes some 20 ms; this leaves room for a stalled disk."""


class _AudienceChanged(Exception):
    """Undoes the taking of an audience that is not wanted any more."""


class PostgresPlanStore:
    """`PlanStore` on the engine's role. `owner` names this program: started again, it takes its leases back
    at once.
    """

    def __init__(self, db: Database, clock: Clock, owner: str, row_size: int = ROW_SIZE) -> None:
        self._db = db
        self._clock = clock
        self._owner = owner
        self._row_size = row_size

    async def due_runs(self) -> list[Run]:
        async with self._db.engine_transaction() as conn:
            return await runs.due_runs(conn)

    async def lease(self, run: Run) -> int | None:
        async with self._db.engine_transaction() as conn:
            return await runs.take_lease(conn, _lease_name(run), self._owner, _LEASE)

    async def release(self, run: Run, token: int) -> None:
        async with self._db.engine_transaction() as conn:
            await runs.drop_lease(conn, _lease_name(run), token)

    async def take_audience(self, run: Run) -> Run | None:
        try:
            async with self._db.engine_transaction() as conn:
                total = await runs.take_snapshot(conn, run, self._row_size)
                # Last, because every taker of ids waits for the day's row until this commits.
                base_id = await messages.allocate_ids(conn, total)
                if not await runs.start_run(conn, run.id, base_id, total):
                    raise _AudienceChanged
                await runs.notify(conn, run.campaign_id)
                return await runs.run_by_id(conn, run.id)
        except (_AudienceChanged, runs.SnapshotTaken):
            return None

    async def sender(self, run: Run) -> tuple[SenderFacts, RoutePrices]:
        async with self._db.engine_transaction() as conn:
            facts = await gates.sender_facts(conn, run.workspace_id, [run.sender_id])
            return facts[run.sender_id], await carriers.load_prices(conn, run.workspace_id)

    @asynccontextmanager
    async def claim(self, run: Run, number: int, token: int) -> AsyncIterator["PostgresRow | None"]:
        async with self._db.engine_transaction() as conn:
            lease = (_lease_name(run), token)
            state = await runs.advance(conn, run, number, lease, _LEASE, self._row_size)
            if state is None:
                yield None
                return
            snapshot = await runs.snapshot_row(conn, run.id, number)
            yield PostgresRow(conn, run, number, snapshot, state, self._clock)
            if snapshot.lo + len(snapshot.contacts) == run.total:
                await runs.drop_snapshot(conn, run.id)

    async def fail(self, run: Run, error: str) -> None:
        async with self._db.engine_transaction() as conn:
            await runs.fail(conn, run, error)
            await runs.notify(conn, run.campaign_id)


class PostgresRow:
    """A claimed row, inside its transaction."""

    def __init__(
        self,
        conn: Connection,
        run: Run,
        number: int,
        snapshot: SnapshotRow,
        state: CampaignState,
        clock: Clock,
    ) -> None:
        assert run.base_id is not None  # rows are claimed of runs that have their ids
        self.state = state
        self.first_id = run.base_id + snapshot.lo
        self._conn = conn
        self._run = run
        self._number = number
        self._snapshot = snapshot
        self._clock = clock

    async def recipients(self, *, attributes: bool) -> list[Recipient]:
        row = self._snapshot
        return await gates.recipients_of_contacts(
            self._conn, self._run.workspace_id, row.contacts, row.phones, attributes=attributes
        )

    async def write(self, rows: Rows) -> None:
        await messages.copy(self._conn, rows.messages, rows.states, rows.chunks)
        await counts.record(self._conn, rows.deltas)
        if rows.chunks:
            await messages.notify(self._conn, "")

    async def write_canceled(self) -> None:
        run, state = self._run, MessageState.CANCELED
        n = await runs.cancel_row(self._conn, run, self._number, Code.CANCELED, state, self._clock.now())
        await counts.record(
            self._conn, [RunDelta(run.workspace_id, run.id, state, Code.CANCELED.reason, n, 0)]
        )


def _lease_name(run: Run) -> str:
    return f"planner:{run.id}"
