"""Millions of messages without a receipt, then all of them at once: memory stays, none is lost."""

import asyncio
import hashlib
import os
from collections.abc import Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from time import monotonic
from uuid import UUID

from tests.ground import until

from chappe.bench.usage import peak_of, usage_of
from chappe.engine.worker import run_worker
from chappe.kit.clock import SystemClock
from chappe.lab.receipts import ReceiptWriter
from chappe.smpp.constants import MessageState as SmppState
from chappe.smpp.pdu import Answer
from chappe.smpp.server import IgnoringServerHandler, ServerSession, SmppServer
from chappe.smpp.settings import ServerSettings

WINDOW = 5_000
_MEGABYTE = 1 << 20
# What a start and a batch take, beside the messages in memory: these take 250 bytes each.
_MARGIN = 40 * _MEGABYTE
_PER_MESSAGE = 300

# A day's messages as the sender would have left them. The id is a digest, so that the carrier of this test
# knows it without a list of five million.
_SENT = """
insert into message_state (id, workspace_id, state, parts, carrier_number, provider_id, submitted_at)
select $1 + n, $2, 3, 1, $3, md5(n::text)::uuid::text, now() from generate_series($4::bigint, $5::bigint) as n
"""
_STATES = "select state, count(*) as n from message_state group by state"


class SilentForLong(IgnoringServerHandler):
    """A carrier that has answered `count` submits, and sends their receipts once it is told to."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.answered = 0
        self.refused = 0
        self.began = 0.0
        self._sent = 0
        self._session: ServerSession | None = None
        self._writer = ReceiptWriter(text=True, tlvs=False)

    def bound(self, session: ServerSession) -> None:
        self._session = session

    @property
    def is_bound(self) -> bool:
        return self._session is not None

    def begin(self) -> None:
        self.began = monotonic()
        assert self._session is not None
        self.ready(self._session, self._session.room())

    def ready(self, session: ServerSession, room: int) -> None:
        if not self.began or self._sent >= self.count:
            return
        numbers = range(self._sent, min(self._sent + room, self.count))
        self._sent = numbers.stop
        session.deliver_all(list(numbers), self._receipts(numbers))

    def answers(self, session: ServerSession, batch: Sequence[Answer]) -> None:
        self.answered += len(batch)
        self.refused += sum(status != 0 for _, status, *_ in batch)

    def _receipts(self, numbers: range) -> list[bytes]:
        facts = [
            (
                provider_id(n).encode(),
                b"\1\x0133600000000\0",
                b"\0\x0136180\0",
                b"2611221000",
                int(SmppState.DELIVERED),
                b"",
            )
            for n in numbers
        ]
        return self._writer.bodies(facts, datetime.now(UTC))


def provider_id(n: int) -> str:
    return str(UUID(hashlib.md5(b"%d" % n, usedforsecurity=False).hexdigest()))


async def test_receipts_of_messages_that_memory_has_forgotten(ground, scale, record) -> None:
    """In memory are a quarter or a fifth of them: the others are found in the ledger, where the worker builds
    an index of the day because the sender asked.
    """
    count = scale.pick(40_000, int(os.environ.get("LATE_RECEIPTS", "5000000")))
    in_memory = scale.pick(10_000, 1_000_000)
    carrier = SilentForLong(count)
    server = SmppServer(carrier, settings=ServerSettings(window=WINDOW, response_timeout=300.0))
    await ground.add_carrier("late", ("127.0.0.1", await server.listen()))
    await fill(ground, count)
    async with working(ground):
        began = monotonic()
        sender = await ground.start_process(receipts_in_memory=in_memory)
        try:
            await until(lambda: carrier.is_bound, 60, "the link")
            ready = monotonic() - began
            before = usage_of(sender=sender.pid)["sender"]
            carrier.begin()
            await until(lambda: carrier.answered == count, scale.pick(120, 3_600), "every receipt's answer")
            seconds = monotonic() - carrier.began
            after, peak = usage_of(sender=sender.pid)["sender"], peak_of(sender.pid)
        finally:
            sender.terminate()
            await sender.wait()
            await server.stop()
    states = {row["state"]: row["n"] for row in await ground.db.engine.fetch(_STATES)}
    assert states == {4: count}
    assert carrier.refused == 0
    assert await ground.db.engine.fetchval("select count(*) from receipt_parked") == 0
    assert await ground.db.engine.fetchval(
        "select bool_or(indexed) from receipt_days(current_date - 1, current_date)"
    )
    assert peak < before.resident + _MARGIN
    assert before.resident < 2 * _MARGIN + in_memory * _PER_MESSAGE
    record(
        "late_receipts",
        receipts=count,
        seconds=round(seconds, 1),
        per_second=round(count / seconds),
        bound_after_seconds=round(ready, 1),
        resident_mb=round(before.resident / _MEGABYTE),
        peak_resident_mb=round(peak / _MEGABYTE),
        sender_microseconds_each=round((after.cpu - before.cpu) * 1e6 / count, 1),
    )


async def fill(ground, count: int) -> None:
    """States of messages of today, sent and not receipted."""
    carrier = ground.numbers["late"]
    lo = await ground.db.engine.fetchval("select allocate_message_ids($1)", count)
    for start in range(0, count, 100_000):
        last = min(start + 100_000, count) - 1
        await ground.db.engine.execute(_SENT, lo, ground.workspace, carrier, start, last)


@asynccontextmanager
async def working(ground):
    """The worker role beside the test."""
    stop = asyncio.Event()
    task = asyncio.create_task(run_worker(ground.settings(), ground.db, ground.keys, SystemClock(), stop))
    try:
        yield
    finally:
        stop.set()
        with suppress(asyncio.CancelledError):
            async with asyncio.timeout(40):
                await task
