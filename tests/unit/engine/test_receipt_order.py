"""When receipts are answered: never before what they say is on disk."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

from chappe.engine.lease import Lease
from chappe.engine.model import LinkSession, StateRow
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

    async def apply_receipts(self, link, rows, runs, parked, at) -> list[int]:
        self.asked.set()
        await self.committed.wait()
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


async def test_a_copy_is_not_answered_before_its_original_is_committed() -> None:
    clock, wakes, store, carrier = FakeClock(), Wakes(), SlowStore(), Carrier()
    receipts = Receipts(IdMode.AUTO, by_text=False, runs=Runs(), wakes=wakes, clock=clock)
    lease = Lease(LinkSession(1, 1, 1), clock, asked_at=clock.monotonic())
    link = SimpleNamespace(receipts=receipts, wakes=wakes, lease=lease, transport=carrier)
    receipts.committed([StateRow(5, 1, 3, 1, 1, "abc", None, 0, 0, None, NOW, None)])
    receipts.take([delivered(1), delivered(2)], 1)
    task = asyncio.create_task(ReceiptFlusher(link, store, clock).run())
    try:
        async with asyncio.timeout(10):
            await store.asked.wait()
            assert carrier.answered == []
            store.committed.set()
            while len(carrier.answered) < 2:
                await asyncio.sleep(0)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert sorted(carrier.answered) == [1, 2]
