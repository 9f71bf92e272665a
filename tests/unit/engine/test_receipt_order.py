"""When receipts are answered: never before what they say is on disk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

from chappe.engine.lease import Lease
from chappe.engine.model import Accepted, Found, LinkSession, Results
from chappe.engine.receipt_flusher import ReceiptFlusher
from chappe.engine.receipts import Receipts
from chappe.engine.runs import Runs
from chappe.engine.wakes import Wakes
from chappe.kit.clock import FakeClock
from chappe.smpp.pdu import Message
from chappe.sms.provider_ids import IdMode

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)


class SlowStore:
    """Commits when it is let."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.committed = asyncio.Event()

    async def apply_receipts(self, link, found, runs, at) -> list[int]:
        self.asked.set()
        await self.committed.wait()
        return []


class LedgerOf:
    """Knows no message while it is asked; its commit comes before the receipt is parked."""

    def __init__(self, receipts: Receipts) -> None:
        self._receipts = receipts
        self.applied: list[tuple[int, list[int]]] = []

    async def find_sent(self, link, provider_ids, since, until, *, ask) -> Found:
        return Found([], everywhere=True)

    async def park(self, link, rows) -> list[int]:
        self._receipts.committed(Results(accepted=[Accepted(1, NOW, [5], [b"abc"])]))
        return [9]

    async def apply_receipts(self, link, found, runs, at) -> list[int]:
        self.applied += [(row.id, list(found.parked)) for row in found.rows]
        return []


class Carrier:
    epoch = 1

    def __init__(self) -> None:
        self.answered: list[int] = []

    def acknowledge(self, sequences, status: int = 0, *, epoch: int | None = None) -> None:
        self.answered += sequences


def delivered(sequence: int) -> Message:
    text = b"id:abc sub:001 dlvrd:001 submit date:2603101000 done date:2603101001 stat:DELIVRD err:000 text:"
    head = (5, sequence, b"", 1, 1, b"33600000000", 0, 0, b"36180", 4)
    return Message(*head, 0, 0, b"", b"", 0, 0, 0, 0, text, ())


class Ground:
    """A flusher at work on a store."""

    def __init__(self) -> None:
        self.clock, self.carrier, wakes = FakeClock(), Carrier(), Wakes()
        self.receipts = Receipts(IdMode.AUTO, by_text=False, runs=Runs(), wakes=wakes, clock=self.clock)
        lease = Lease(LinkSession(1, 1, 1), self.clock, asked_at=self.clock.monotonic())
        self.link = SimpleNamespace(
            receipts=self.receipts, wakes=wakes, lease=lease, transport=self.carrier, settings=None
        )

    @asynccontextmanager
    async def flushing(self, store: object) -> AsyncIterator[None]:
        task = asyncio.create_task(ReceiptFlusher(self.link, store, self.clock).run())
        try:
            async with asyncio.timeout(30):
                yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_a_copy_is_not_answered_before_its_original_is_committed() -> None:
    ground, store = Ground(), SlowStore()
    ground.receipts.committed(Results(accepted=[Accepted(1, NOW, [5], [b"abc"])]))
    ground.receipts.take([delivered(1), delivered(2)], 1)
    async with ground.flushing(store):
        await store.asked.wait()
        assert ground.carrier.answered == []
        store.committed.set()
        while len(ground.carrier.answered) < 2:
            await asyncio.sleep(0)
    assert sorted(ground.carrier.answered) == [1, 2]


async def test_a_receipt_parked_while_its_submit_was_committed_is_applied() -> None:
    """The ledger was asked before the commit, the receipt parked after it: nothing would match it later."""
    ground = Ground()
    store = LedgerOf(ground.receipts)
    ground.receipts.take([delivered(1)], 1)
    ground.clock.advance(2)
    async with ground.flushing(store):
        while not store.applied:
            await asyncio.sleep(0)
    assert store.applied == [(5, [9])]
    assert ground.carrier.answered == [1]
