"""What the worker does for campaigns and the ledger, beside sending.

There is no job queue here, and pgqueuer, which the house uses off the sending path, is not used for it: what
waits is already a row (a run that is not wholly planned, a chunk past its expiry, a delta not folded), and a
queue entry beside it could only disagree with it, after a crash or a restore. Each job looks for such rows,
woken by NOTIFY and, since a notice can be missed, by the clock; each step is one transaction that any number
of workers may run at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from chappe.campaigns import costs, runs
from chappe.campaigns.budgets import service as budgets
from chappe.campaigns.model import CHANGED
from chappe.consent.preference_links import PreferenceLinks
from chappe.db.pool import Connection, Database
from chappe.engine.planner import Planner
from chappe.engine.planner_store import PostgresPlanStore
from chappe.engine.told.reading import read_words
from chappe.engine.wakes import woken
from chappe.gate import promises
from chappe.gate.law import law_of, next_hours
from chappe.kit.backoff import full_jitter
from chappe.kit.clock import Clock
from chappe.messages import answers, counts, phone_index, receipt_index, upkeep
from chappe.tracking.runs import Shortening

log = structlog.get_logger()

CHUNK_DONE: Final = "chappe_chunk_done"
"""Channel on which senders say that a chunk is finished."""

_SOON: Final = 1.0
_REST: Final = 0.25
"""Between two looks for runs that have ended: at full speed a chunk does so every twentieth of a second."""
_NOW_AND_THEN: Final = 60.0
_SELDOM: Final = 3600.0
_ENOUGH_DAYS: Final = 2
_BATCHES: Final = 20
_PATIENCE_FOR_MONEY: Final = timedelta(minutes=10)

Step = Callable[[], Awaitable[object]]


def worker_jobs(
    db: Database,
    *,
    clock: Clock,
    gate_clock: Clock,
    links: PreferenceLinks | None = None,
    shortening: Shortening | None = None,
) -> list[tuple[str, Coroutine[object, object, None]]]:
    """The jobs by name. Each runs until it is cancelled, at any instant, and outlives the absence of the
    server.
    """
    planner = Planner(PostgresPlanStore(db, clock, shortening=shortening), clock, gate_clock, links=links)
    upkeep_jobs = Upkeep(db, clock, gate_clock)
    planning, ending, indexing, ended = (asyncio.Event() for _ in range(4))

    heard = {CHANGED: (planning, ending, ended), CHUNK_DONE: (ending,), receipt_index.ASKED: (indexing,)}

    async def plan() -> None:
        await upkeep_jobs.start_due()
        await planner.plan_due_runs()

    async def carriers_words() -> None:
        await read_words(db, clock)

    return [
        ("notices", _listen(db, heard)),
        ("planning", _repeat("planning", plan, _SOON, planning)),
        ("ending", _repeat("ending", upkeep_jobs.end_runs, _SOON, ending, rest=_REST)),
        ("waiting", _repeat("waiting", upkeep_jobs.end_waiting, _SOON)),
        ("counts", _repeat("counts", upkeep_jobs.fold_counts, _SOON)),
        ("answers", _repeat("answers", upkeep_jobs.match_answers, _SOON)),
        ("costs", _repeat("costs", upkeep_jobs.price_runs, _NOW_AND_THEN, ended)),
        ("days", _repeat("days", upkeep_jobs.make_days, _SELDOM)),
        ("phone_index", _repeat("phone_index", upkeep_jobs.index_phones, _SELDOM)),
        ("receipts", _repeat("receipts", upkeep_jobs.close_without_receipt, _SELDOM)),
        ("carriers_words", _repeat("carriers_words", carriers_words, _SOON)),
        ("receipt_index", _repeat("receipt_index", upkeep_jobs.index_receipts, _NOW_AND_THEN, indexing)),
    ]


class Upkeep:
    """The steps of the jobs: each does a bounded amount, and says by its docstring what it leaves true."""

    def __init__(self, db: Database, clock: Clock, gate_clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._gate_clock = gate_clock

    async def start_due(self) -> int:
        """Campaigns whose time has come are preparing."""
        async with self._db.engine_transaction() as conn:
            started = await runs.start_due(conn, self._gate_clock.now(), self._clock.now())
        for campaign_id in started:
            log.info("campaign_started", campaign=str(campaign_id))
        return len(started)

    async def end_runs(self) -> None:
        """Waiting messages of canceled campaigns are canceled; campaigns with nothing left are finished."""
        async with self._db.engine_transaction() as conn:
            canceled = await runs.canceled_runs(conn)
        for run_id, topic_id in canceled:
            await self._repeatedly(
                lambda conn, now, run=run_id, topic=topic_id: _cancel(conn, run, topic, now)
            )
        async with self._db.engine_transaction() as conn:
            now = self._clock.now()
            for campaign_id in [*await runs.finish_runs(conn, now), *await runs.finish_canceled(conn, now)]:
                await runs.notify(conn, campaign_id)
                log.info("campaign_ended", campaign=str(campaign_id))

    async def end_waiting(self) -> None:
        """Nothing waits past its expiry, nor for hours that are over."""
        await self._repeatedly(upkeep.expire_chunks)
        async with self._db.engine_transaction() as conn:

            async def next_window(
                workspace_id: int, zones: str, gate_now: datetime
            ) -> tuple[datetime, datetime | None] | None:
                hours = next_hours(zones, gate_now, await law_of(conn, workspace_id))
                if hours.never:
                    return None
                return max(hours.opens_at or gate_now, gate_now), hours.closes_at

            await upkeep.move_to_next_windows(conn, self._gate_clock.now(), self._clock.now(), next_window)

    async def fold_counts(self) -> None:
        """The deltas of this moment are in the counts."""
        for _ in range(_BATCHES):
            async with self._db.engine_transaction() as conn:
                if await counts.fold(conn) == 0:
                    return

    async def match_answers(self) -> None:
        """The texts that came in know which message they answer."""
        await self._repeatedly(lambda conn, _: answers.match(conn))

    async def price_runs(self) -> None:
        """Runs of which nothing is submitted any more have their cost; who waits for money looks again."""
        async with self._db.engine_transaction() as conn:
            await budgets.look_again(conn, self._clock.now() - _PATIENCE_FOR_MONEY)
        for run in await self._unpriced():
            async with self._db.engine_transaction() as conn:
                await costs.price(conn, run)
                await runs.notify(conn, run.campaign_id)

    async def _unpriced(self) -> list[costs.Ended]:
        async with self._db.engine_transaction() as conn:
            return await costs.ended(conn)

    async def make_days(self) -> None:
        """The ledger has partitions for the week to come, or the log says that it will stop."""
        today = self._clock.now().date()
        async with self._db.engine_transaction() as conn:
            made = await upkeep.make_days(conn, today)
            ahead = await upkeep.days_ahead(conn, today)
        if made:
            log.info("partitions_made", days=made)
        if ahead < _ENOUGH_DAYS:
            log.error("partitions_missing", days_ahead=ahead)

    async def close_without_receipt(self) -> None:
        """What was sent and can have no receipt any more is final."""
        await self._repeatedly(upkeep.close_without_receipt)

    async def index_receipts(self) -> None:
        """Days whose receipts come late are indexed by the carriers' ids."""
        conn = await self._db.connection()
        try:
            while day := await receipt_index.build_next(conn, self._clock.now().date()):
                log.info("receipts_indexed", day=day.isoformat())
        finally:
            await conn.close()

    async def index_phones(self) -> None:
        """The messages of the days that are over are indexed by number."""
        conn = await self._db.connection()
        try:
            while day := await phone_index.build_next(conn, self._clock.now().date()):
                log.info("phones_indexed", day=day.isoformat())
        finally:
            await conn.close()

    async def _repeatedly(self, step: "_Batch") -> None:
        """Short transactions until there is nothing left; what comes after many is left to the next round."""
        for _ in range(_BATCHES):
            async with self._db.engine_transaction() as conn:
                if await step(conn, self._clock.now()) == 0:
                    return


_Batch = Callable[..., Awaitable[int]]


async def _cancel(conn: Connection, run_id: int, topic_id: UUID | None, now: datetime) -> int:
    """What waits and will not leave takes nobody's place under a cap."""
    await promises.release_run(conn, run_id, topic_id)
    return await upkeep.cancel_run(conn, run_id, now)


async def _repeat(
    name: str, step: Step, seconds: float, wake: asyncio.Event | None = None, *, rest: float = 0.0
) -> None:
    """Run the step for ever, with the pause in between (`rest` of it even when woken); after a failure, a
    growing one.
    """
    wake = wake or asyncio.Event()
    failures = 0
    while True:
        try:
            await step()
            failures = 0
        except Exception as error:
            # A job must outlive whatever one step meets: the row is still there for the next one.
            failures += 1
            log.warning("job_failed", job=name, failures=failures, error=str(error), exc_info=failures == 1)
            await asyncio.sleep(full_jitter(failures, cap=30.0))
        else:
            await asyncio.sleep(rest)
            await woken(wake, seconds)


async def _listen(db: Database, channels: dict[str, tuple[asyncio.Event, ...]]) -> None:
    """Set the events of a channel at each notice, for ever, over as many connections as it takes."""

    def heard(connection: object, pid: int, channel: str, payload: object) -> None:
        for event in channels[channel]:
            event.set()

    async def listen() -> None:
        connection = await db.connection()
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: lost.set())
            for channel in channels:
                await connection.add_listener(channel, heard)
            for events in channels.values():
                for event in events:
                    event.set()  # what was said while nobody listened
            await lost.wait()
        finally:
            await connection.close()

    await _repeat("notices", listen, 0.0)
