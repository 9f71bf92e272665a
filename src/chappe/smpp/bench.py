"""How fast one bind is on this machine: the real client against the real server, in two processes.

`chappe bench smpp` prints what `measure` returns. Each submit is encoded, answered and decoded; with
receipts, each message also comes back as a deliver_sm, which is decoded and acknowledged.
"""

import asyncio
import multiprocessing
import time
from multiprocessing.connection import Connection as Pipe

import msgspec
import uvloop

from chappe.smpp.client import SmppClient
from chappe.smpp.constants import EsmClass
from chappe.smpp.link import IgnoringHandler
from chappe.smpp.pdu import Answer, Message
from chappe.smpp.receipt_runs import ReceiptRun
from chappe.smpp.server import IgnoringServerHandler, ServerSession, SmppServer
from chappe.smpp.settings import LinkSettings, ServerSettings
from chappe.smpp.submits import Submits
from chappe.smpp.template import MessageTemplate, SubmitTemplate

_TEXT = b"Hello Claude, your order 10232 is on its way. Reply STOP to opt out."
_RECEIPT = (
    b"id:%010d sub:001 dlvrd:001 submit date:2611221500 done date:2611221500 stat:DELIVRD err:000 text:"
)


class SmppFigures(msgspec.Struct, frozen=True):
    """Rates per second over the whole run, from the first submit to the last answer or receipt."""

    messages: int
    window: int
    receipts: bool
    seconds: float
    submits_per_second: int
    receipts_per_second: int


def measure(messages: int = 200_000, window: int = 100, *, receipts: bool = False) -> SmppFigures:
    """Run it. RuntimeError when the carrier process does not come up."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    carrier = context.Process(target=_carry, args=(theirs, window, receipts), daemon=True)
    carrier.start()
    try:
        if not ours.poll(30):
            raise RuntimeError("the carrier process did not start within 30 s")
        port = ours.recv()
        return uvloop.run(_drive(port, messages, window, receipts))
    finally:
        carrier.terminate()
        carrier.join()


class _Sender(IgnoringHandler):
    """Keeps the window full until all is sent, and waits for what comes back."""

    def __init__(self, messages: int, receipts: bool) -> None:
        self.client: SmppClient | None = None
        self.done = asyncio.Event()
        self.started = 0.0
        self._left = messages
        self._unanswered = messages
        self._receipts_due = messages if receipts else 0
        self._template = SubmitTemplate(b"CHAPPE", source_ton=5, source_npi=0)

    def ready(self, room: int) -> None:
        assert self.client is not None
        self.started = self.started or time.perf_counter()
        count = min(room, self._left)
        body, left = self._template.body, self._left
        if count:
            self.client.submit(
                [(left - one, body(b"33612%06d" % (one % 1_000_000), _TEXT)) for one in range(count)]
            )
            self._left -= count

    def answers(self, batch: list[Answer]) -> None:
        self._unanswered -= len(batch)
        self._check()

    def receipts_read(self, run: ReceiptRun) -> None:
        assert self.client is not None
        self.client.acknowledge(run.sequences)
        self._receipts_due -= len(run.sequences)
        self._check()

    def deliveries(self, batch: list[Message]) -> None:
        assert self.client is not None
        self.client.acknowledge([message.sequence for message in batch])
        self._receipts_due -= len(batch)
        self._check()

    def _check(self) -> None:
        if self._unanswered == 0 and self._receipts_due == 0:
            self.done.set()


async def _drive(port: int, messages: int, window: int, receipts: bool) -> SmppFigures:
    sender = _Sender(messages, receipts)
    settings = LinkSettings(host="127.0.0.1", port=port, system_id="bench", password="", window=window)
    client = sender.client = SmppClient(settings, sender)
    client.start()
    await sender.done.wait()
    seconds = time.perf_counter() - sender.started
    await client.stop()
    rate = round(messages / seconds)
    return SmppFigures(messages, window, receipts, round(seconds, 3), rate, rate if receipts else 0)


class _Carrier(IgnoringServerHandler):
    """Answers at once; receipts wait for room in the window of deliveries."""

    def __init__(self, receipts: bool) -> None:
        self._receipts = receipts
        self._due: list[int] = []
        self._template = MessageTemplate(b"33612000000", source_ton=1, source_npi=1, registered_delivery=0)

    def submits(self, session: ServerSession, batch: Submits) -> None:
        sequences = batch.sequences
        session.answer([(one, 0, b"%010d" % one) for one in sequences])
        if self._receipts:
            self._due.extend(sequences)

    def ready(self, session: ServerSession, room: int) -> None:
        now, self._due = self._due[:room], self._due[room:]
        body = self._template.body
        session.deliver_all(now, [body(b"CHAPPE", _RECEIPT % one, esm_class=EsmClass.RECEIPT) for one in now])


def _carry(pipe: Pipe, window: int, receipts: bool) -> None:
    """The other process."""

    async def serve() -> None:
        server = SmppServer(_Carrier(receipts), settings=ServerSettings(window=window))
        pipe.send(await server.listen())
        await asyncio.Event().wait()

    uvloop.run(serve())
