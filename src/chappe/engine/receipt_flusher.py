"""Applies receipts, and answers them to the carrier once they are committed."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from typing import TypeVar

import structlog

from chappe.db.errors import ServerGone
from chappe.engine.late_receipts import LateReceipts
from chappe.engine.link import Link
from chappe.engine.model import MOST_ROWS, LinkSession, ParkedReceipt
from chappe.engine.receipt_runs import FinalReceipt
from chappe.engine.receipts import ReceiptBatch
from chappe.engine.store import LeaseLost, ResultStore
from chappe.engine.wakes import woken
from chappe.kit.clock import Clock
from chappe.sms.provider_ids import canonical

log = structlog.get_logger()
_AGAIN_AFTER = 0.5
_TURN = 0.25
PARKED_FOR = timedelta(hours=72)
_SWEEP_EVERY = 600.0
_T = TypeVar("_T")
_R = TypeVar("_R")


class ReceiptFlusher:
    def __init__(self, link: Link, store: ResultStore, clock: Clock) -> None:
        self._link = link
        self._receipts = link.receipts
        self._store = store
        self._clock = clock
        self._late = LateReceipts(link, store, clock)
        self._swept = clock.monotonic()

    async def run(self) -> None:
        """Until cancelled or the lease is lost."""
        parking = asyncio.create_task(self._park_late())
        try:
            while not parking.done():
                await self._flush()
            parking.result()
        finally:
            parking.cancel()
            await asyncio.gather(parking, return_exceptions=True)

    async def _park_late(self) -> None:
        """Beside the flushes: a day that is read whole takes seconds, for which the others need not wait."""
        while True:
            if unknown := await self._late.give_up():
                await self._park(unknown)
                self._answer((one.epoch, (one.sequence,)) for one in unknown)
            await asyncio.sleep(_TURN)

    async def _flush(self) -> None:
        receipts = self._receipts
        await woken(self._link.wakes.receipts, _TURN)
        while receipts.waiting or receipts.answerable:
            await self._apply_waiting()
        await self._late.ask_at_once()
        now = self._clock.monotonic()
        if now - self._swept >= _SWEEP_EVERY:
            self._swept = now
            await self._persist(self._store.forget_parked, self._clock.now() - PARKED_FOR)

    async def _apply_waiting(self) -> None:
        """Second copies are answered after the commit of what they are copies of, which waits before them:
        a carrier that repeats a receipt takes one answer for both.
        """
        receipts = self._receipts
        answerable, receipts.answerable = receipts.answerable, []
        waiting = receipts.waiting
        while waiting > 0:
            batch = receipts.gather(MOST_ROWS)
            waiting -= len(batch)
            await self._apply(batch)
        self._answer((epoch, (sequence,)) for sequence, epoch in answerable)

    async def load_parked(self) -> None:
        """At the start: those that an earlier session parked may have their message by now."""
        found = await self._store.parked(self._link.lease.session, self._clock.now() - PARKED_FOR)
        self._receipts.keep_parked(found)

    async def _apply(self, batch: ReceiptBatch) -> None:
        while True:
            try:
                missing = await self._store.apply_receipts(
                    self._link.lease.session, batch.found, self._receipts.runs, self._clock.now()
                )
                break
            except ServerGone as error:
                log.warning("receipts_wait", link=self._link.settings.name, detail=error.detail)
                await asyncio.sleep(_AGAIN_AFTER)
            except LeaseLost:
                self._link.lease.lose()
                raise
        if missing:
            # The map knew an id whose row is not there: never answer what was not applied.
            await self._park(list(batch.receipts_of(set(missing))))
        self._answer(batch.deliveries())

    async def _park(self, receipts: list[FinalReceipt]) -> None:
        mode = self._receipts.map.mode
        rows = [
            ParkedReceipt(0, one.provider_id, canonical(one.provider_id, mode), one.state, one.error, None)
            for one in receipts
            if not one.parked
        ]
        if rows:
            ids = await self._persist(self._store.park, rows)
            self._receipts.keep_parked([row._replace(id=one) for row, one in zip(rows, ids, strict=True)])

    async def _persist(self, call: Callable[[LinkSession, _T], Awaitable[_R]], argument: _T) -> _R:
        """Once the server is back."""
        while True:
            try:
                return await call(self._link.lease.session, argument)
            except ServerGone:
                await asyncio.sleep(_AGAIN_AFTER)

    def _answer(self, deliveries: Iterable[tuple[int, Sequence[int]]]) -> None:
        """(epoch, sequences of it): in one write each."""
        by_epoch: dict[int, list[int]] = defaultdict(list)
        for epoch, sequences in deliveries:
            by_epoch[epoch] += sequences
        for epoch, answered in by_epoch.items():
            if epoch >= 0:
                self._link.transport.acknowledge(answered, epoch=epoch)
