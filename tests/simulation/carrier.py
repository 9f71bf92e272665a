"""A carrier in memory: reads with the SMPP core's own carrier side, answers and reports as its mood has it,
and keeps the log that the promises are checked against.
"""

import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from tests.simulation.loop import Host, VirtualLoop
from tests.simulation.network import Connection

from chappe.smpp.constants import BindKind, CommandStatus, EsmClass
from chappe.smpp.events import Answers, BindRequested, Closed, Event, Messages
from chappe.smpp.lifecycle import SessionLimits, Side
from chappe.smpp.pdu import Message
from chappe.smpp.session import Session
from chappe.smpp.template import MessageTemplate
from chappe.sms.receipt import ReceiptState

_UDHI = int(EsmClass.UDHI)
_WORDS = {
    ReceiptState.DELIVERED: "DELIVRD",
    ReceiptState.UNDELIVERABLE: "UNDELIV",
    ReceiptState.EXPIRED: "EXPIRED",
    ReceiptState.REJECTED: "REJECTD",
    ReceiptState.ENROUTE: "ENROUTE",
}
_FAILURES = (ReceiptState.UNDELIVERABLE, ReceiptState.EXPIRED, ReceiptState.REJECTED)


@dataclass(frozen=True)
class Mood:
    """Shares and seconds. `refusals`: (command_status, share of submits)."""

    slowest_answer: float = 0.05
    in_order: bool = True
    refusals: tuple[tuple[int, float], ...] = ()
    silent: float = 0.0
    slowest_receipt: float = 0.3
    early: float = 0.0
    failed: float = 0.1
    twice: float = 0.0
    contradictory: float = 0.0
    unreported: float = 0.0
    disguised: bool = False
    window: int = 20


@dataclass(slots=True)
class Submit:
    """A part at the socket, and at the carrier when `read`. `status` None: it was never answered."""

    phone: int
    part: int
    host: str
    written_at: float
    read: bool = False
    status: int | None = None
    id: str = ""


@dataclass(slots=True)
class Receipt:
    """What the carrier reports of a part; `acked` once the process has accepted it."""

    id: str
    phone: int
    part: int
    state: ReceiptState
    acked: bool = False


class Carrier:
    """`log` holds every part that was written, in order. `watch` is told of writes, reads and accepted
    receipts as they happen.
    """

    def __init__(self, loop: VirtualLoop, mood: Mood, watch: "Watch") -> None:
        self.loop = loop
        self.mood = mood
        self.accepting = True
        self.log: list[Submit] = []
        self.receipts: list[Receipt] = []
        self.watch = watch
        self.lines: list[Line] = []
        self.due: deque[Receipt] = deque()
        self.expected = 0
        self._ids = random.Random(loop.chance.random())
        self._template = MessageTemplate(b"", source_ton=1, source_npi=1)

    def accept(self, connection: Connection) -> "Line | None":
        if not self.accepting:
            return None
        line = Line(self, connection)
        self.lines.append(line)
        return line

    @property
    def quiet(self) -> bool:
        """Every receipt has been accepted, and nothing more is to be answered."""
        return not self.expected and not self.due and not any(line.busy for line in self.lines)

    def new_id(self) -> str:
        return f"{self._ids.getrandbits(40) + (1 << 40):x}"

    def named_in_receipts(self, provider_id: str) -> str:
        return str(int(provider_id, 16)) if self.mood.disguised else provider_id

    def close_all(self, *, reset: bool) -> None:
        """Every connection is cut."""
        for line in list(self.lines):
            line.cut(reset=reset)

    # Receipts

    def report(self, submit: Submit, answered_in: float) -> None:
        """Decide what will be said of an accepted part, and when."""
        chance, mood = self.loop.chance.random, self.mood
        if chance() < mood.unreported:
            return
        first = ReceiptState.DELIVERED
        if chance() < mood.failed:
            first = _FAILURES[int(chance() * len(_FAILURES))]
        states = [first]
        if chance() < mood.twice:
            states.append(first)
        if chance() < mood.contradictory:
            states.append(_FAILURES[0] if first is ReceiptState.DELIVERED else ReceiptState.DELIVERED)
        at = answered_in * chance() if chance() < mood.early else answered_in
        for state in states:
            at += mood.slowest_receipt * chance()
            self.expected += 1
            self.loop.outside(at, self._due, Receipt(submit.id, submit.phone, submit.part, state))

    def _due(self, receipt: Receipt) -> None:
        self.expected -= 1
        self.receipts.append(receipt)
        self.due.append(receipt)
        self.deliver()

    def deliver(self) -> None:
        for line in self.lines:
            line.deliver()

    def body(self, receipt: Receipt) -> bytes:
        text = (
            f"id:{self.named_in_receipts(receipt.id)} sub:001 dlvrd:001 submit date:2603101000 "
            f"done date:2603101001 stat:{_WORDS[receipt.state]} err:000 text:"
        )
        return self._template.body(b"%d" % receipt.phone, text.encode(), esm_class=int(EsmClass.RECEIPT))


class Watch:
    """Told what happens at the carrier; the base tells nobody."""

    def written(self, host: Host | None, submits: Sequence[Submit]) -> None:
        pass

    def was_read(self, submit: Submit) -> None:
        pass

    def accepted(self, receipt: Receipt) -> None:
        pass


class Line:
    """One connection at the carrier. Reads at the instant of the write, acts when the octets arrive."""

    def __init__(self, carrier: Carrier, connection: Connection) -> None:
        self._carrier = carrier
        self._connection = connection
        self._loop = carrier.loop
        self._session = Session(Side.SMSC, SessionLimits(window=carrier.mood.window), carrier.loop.time())
        self._open = True
        self._tokens = 0
        self._sent: dict[int, Receipt] = {}
        self._owed = 0
        self._answer_at = 0.0

    @property
    def busy(self) -> bool:
        return self._open and bool(self._sent or self._owed)

    # From the process

    def written(self, data: bytes) -> list[tuple[Event, list[Submit]]]:
        now, host = self._loop.time(), self._connection.host
        found: list[tuple[Event, list[Submit]]] = []
        for event in self._session.receive(data, now):
            submits: list[Submit] = []
            if isinstance(event, Messages):
                name = host.name if host is not None else ""
                submits = [_submit(message, name, now) for message in event.batch]
                self._carrier.log += submits
                self._loop.note("writes %s", [(one.phone, one.part) for one in submits], host=host)
                self._carrier.watch.written(host, submits)
            found.append((event, submits))
        return found

    def arrived(self, what: list[tuple[Event, list[Submit]]]) -> None:
        if not self._open:
            return
        for event, submits in what:
            match event:
                case BindRequested():
                    self._session.accept_bind(b"carrier", self._loop.time())
                case Messages(batch):
                    self._submitted(batch, submits)
                case Answers(batch, _):
                    self._receipts_answered(batch)
                case Closed():
                    self._flush()
                    self.cut(reset=False)
                    return
        self.deliver()

    def ended(self) -> None:
        """The process is gone, or has closed."""
        self._close()

    def cut(self, *, reset: bool) -> None:
        if self._open:
            self._close()
            self._connection.cut(reset=reset)

    def _close(self) -> None:
        if self._open:
            self._open = False
            # What was not accepted is delivered again, to whoever binds next.
            self._carrier.due.extendleft(reversed(self._sent.values()))
            self._sent.clear()
            self._carrier.lines.remove(self)
            self._carrier.deliver()

    # Submits

    def _submitted(self, batch: Sequence[Message], submits: Sequence[Submit]) -> None:
        carrier, chance, mood = self._carrier, self._loop.chance.random, self._carrier.mood
        delay = mood.slowest_answer * chance()
        for message, submit in zip(batch, submits, strict=True):
            if not mood.in_order:
                delay = mood.slowest_answer * chance()
            submit.read = True
            submit.status = status = self._status()
            self._loop.note("carrier: %s", submit)
            carrier.watch.was_read(submit)
            if status == 0:
                submit.id = carrier.new_id()
                carrier.report(submit, delay)
            if status == 0 and chance() < mood.silent:
                continue
            self._owed += 1
            reply = (message.sequence, status, submit.id.encode())
            self._loop.outside(delay, self._answer, reply)

    def _status(self) -> int:
        drawn = self._loop.chance.random()
        for status, share in self._carrier.mood.refusals:
            drawn -= share
            if drawn < 0:
                return status
        return int(CommandStatus.ESME_ROK)

    def _answer(self, reply: tuple[int, int, bytes]) -> None:
        self._owed -= 1
        if self._open:
            self._loop.note("carrier: answers %s", reply)
            self._session.answer([reply])
            self._flush()

    # Receipts

    def deliver(self) -> None:
        """As many receipts as the window takes."""
        due, session = self._carrier.due, self._session
        batch = []
        while self._open and due and session.bound_as is BindKind.TRANSCEIVER and session.room > len(batch):
            self._tokens += 1
            receipt = self._sent[self._tokens] = due.popleft()
            batch.append((self._tokens, self._carrier.body(receipt)))
        session.send(batch, self._loop.time())
        self._flush()

    def _receipts_answered(self, batch: Sequence[tuple[int, int, bytes]]) -> None:
        for token, status, _ in batch:
            receipt = self._sent.pop(token, None)
            if receipt is None:
                continue
            if status:
                self._carrier.due.append(receipt)
            else:
                receipt.acked = True
                self._loop.note("carrier: acked %s", receipt)
                self._carrier.watch.accepted(receipt)

    def _flush(self) -> None:
        data = self._session.outgoing()
        if data and self._open:
            self._connection.send(data)


def _submit(message: Message, host: str, now: float) -> Submit:
    # TS 23.040 section 9.2.3.24.1: length, element 0, its length, reference, total, number.
    part = message.short_message[5] if message.esm_class & _UDHI else 1
    return Submit(int(message.destination), part, host, now)
