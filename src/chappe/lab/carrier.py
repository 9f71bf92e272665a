"""One simulated carrier: its port, its links, and what it does to the submits that arrive on them."""

import random
import ssl
import time
from collections import deque
from collections.abc import Callable, Sequence

from chappe.kit.crypto import tokens_equal
from chappe.lab.agenda import Agenda
from chappe.lab.counters import Counters
from chappe.lab.intake import Intake, Taken
from chappe.lab.link import Link
from chappe.lab.loading import BadScenario, status_code
from chappe.lab.log import BoundRow, LogWriter
from chappe.lab.message_ids import IdMint
from chappe.lab.outbox import Outbox
from chappe.lab.receipts import Facts
from chappe.lab.scenario import CarrierScenario, draw_span
from chappe.lab.spool import Spool
from chappe.smpp.constants import CommandStatus
from chappe.smpp.events import LostReason
from chappe.smpp.pdu import Answer, Bind
from chappe.smpp.server import IgnoringServerHandler, ServerSession, SmppServer
from chappe.smpp.settings import ServerSettings
from chappe.smpp.status import status_name
from chappe.smpp.submits import Submits

_OVERTAKING = 0.1
# Phones come back one by one; of a large batch, so many at a time.
_LATE_TOGETHER = 10

AcceptedHook = Callable[[str, str, Submits, Sequence[int]], None]
"""(carrier, system_id, accepted messages, their fates)."""

# The lab's own rules stand in for the server's: deliveries are bounded by the scenario's window, which can
# change live, submits that are never answered do not count, and a black hole is not noticed from here.
_SERVER_SETTINGS = ServerSettings(
    window=100_000, inbound_limit=1_000_000_000, bind_timeout=3_600.0, enquire_interval=3_600.0
)


class Carrier(IgnoringServerHandler):
    """Listens on loopback for binds. Everything is done per batch; nothing waits on the loop."""

    def __init__(
        self, scenario: CarrierScenario, seed: int, agenda: Agenda, log: LogWriter, on_accepted: AcceptedHook
    ) -> None:
        self.name = scenario.name
        self.counters = Counters()
        self.address = (scenario.host, scenario.port)
        self._seed = seed
        self._agenda = agenda
        self._log = log
        self._on_accepted = on_accepted
        self._spool = Spool()
        self._server: SmppServer | None = None
        self._arrivals: deque[tuple[float, int]] = deque()
        self._black_hole = False
        self._undecided: list[tuple[ServerSession, Bind]] = []
        self._links: dict[ServerSession, Link] = {}
        self._outboxes: dict[str, Outbox] = {}
        self._ids, self._mint = scenario.ids, IdMint(scenario.ids)
        self._use(scenario)

    def _use(self, scenario: CarrierScenario) -> None:
        self.scenario = scenario
        # Chance that can be repeated, not security.
        self._rng = random.Random(f"{self._seed}:{scenario.name}")  # noqa: S311
        if scenario.ids != self._ids:
            # Kept otherwise: a live change of something else must not give short ids a second time.
            self._ids, self._mint = scenario.ids, IdMint(scenario.ids)
        self._intake = Intake(scenario, self._rng, self._mint)
        self._refusals_left = scenario.binds.refuse_first
        self._disconnects_left = scenario.faults.disconnects

    async def start(self) -> None:
        """Listen. The port is known from `address` then."""
        if self._server is not None:
            return
        tls = self.scenario.tls
        context = None
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls.certificate, tls.key)
        self._server = SmppServer(self, settings=_SERVER_SETTINGS)
        host, port = self.address
        self.address = (host, await self._server.listen(host, port, ssl=context))

    async def stop(self) -> None:
        """Close every link and the port. The port number is kept for the next `start`."""
        server, self._server = self._server, None
        if server is not None:
            for link in list(self._links.values()):
                link.session.abort()
            await server.stop(drain=0.0)

    def close(self) -> None:
        self._spool.close()

    def apply(self, scenario: CarrierScenario) -> None:
        """Behave like this from the next batch on. BadScenario when it would move the port or change TLS."""
        if scenario.name != self.name or scenario.tls != self.scenario.tls:
            raise BadScenario("The name and TLS of a carrier cannot change while it runs: restart the lab.")
        if scenario.host != self.address[0] or scenario.port not in (0, self.address[1]):
            raise BadScenario(
                f"Carrier {self.name} listens on {self.address[0]}:{self.address[1]}: its port cannot change "
                "while it runs. Leave port out or at 0.",
                field="port",
            )
        self._use(scenario)
        for outbox in self._outboxes.values():
            outbox.apply(scenario.receipts)

    def disconnect(self, *, reset: bool = True) -> int:
        """Drop every link now; how many there were."""
        links = list(self._links.values())
        for link in links:
            self._drop(link, reset=reset)
        return len(links)

    def black_hole(self, on: bool) -> None:
        """Stop reading and writing, on the links that are bound and on those to come, without closing
        anything; or go on.
        """
        self._black_hole = on
        for link in self._links.values():
            link.black_hole(on)
        undecided, self._undecided = self._undecided, []
        for session, bind in undecided:
            session.resume_reading()
            if status := self._bind_status(bind):
                session.refuse(status)
            else:
                session.accept()

    def write_raw(self, data: bytes) -> int:
        """Write any octets on every link (malformed PDUs); how many links there were."""
        for link in self._links.values():
            link.session.write_raw(data)
        return len(self._links)

    def outbox(self, system_id: str) -> Outbox:
        """What waits for this account."""
        if system_id not in self._outboxes:
            self._outboxes[system_id] = Outbox(
                self._agenda, self.counters, self._spool, self._log.tokens, self.scenario.receipts
            )
        return self._outboxes[system_id]

    @property
    def accounts(self) -> list[str]:
        """The system ids that have bound so far."""
        return list(self._outboxes)

    def measure(self) -> Counters:
        """The counters, with the rate of this moment."""
        now = time.monotonic()
        self._last_second(now, 0)
        return self.counters

    def forget(self) -> None:
        """Drop what waits and start counting again; links stay bound."""
        for outbox in self._outboxes.values():
            outbox.clear()
        self._arrivals.clear()
        fresh = Counters(links=len(self._links))
        for name in Counters.__struct_fields__:
            setattr(self.counters, name, getattr(fresh, name))

    # What the SMPP server tells us.

    def authenticate(self, session: ServerSession, bind: Bind) -> int | None:
        if self._black_hole:
            session.pause_reading()
            self._undecided.append((session, bind))
            return None
        return self._bind_status(bind)

    def bound(self, session: ServerSession) -> None:
        link = Link(next(self._log.links), session, self._log)
        self._links[session] = link
        self.counters.binds += 1
        self.counters.links += 1
        self._log.bound(link.number, BoundRow(self.name, link.system_id, str(session.kind), session.peer))
        outbox = self.outbox(link.system_id)
        if session.can_deliver:
            outbox.join(link)
            outbox.pump()

    def submits(self, session: ServerSession, batch: Submits) -> None:
        link = self._links[session]
        self._log.submits(link.number, batch)
        link.submits += len(batch)
        now = time.monotonic()
        taken = self._intake.take(batch, now)
        self._last_second(now, len(batch))
        self._count(len(batch), taken)
        outbox = self.outbox(link.system_id)
        outbox.send(taken.early)
        self._answer(link, taken)
        self._send_receipts(outbox, taken.receipts)
        self._on_accepted(self.name, link.system_id, taken.accepted, taken.states)

    def answers(self, session: ServerSession, batch: list[Answer]) -> None:
        link = self._links[session]
        self._log.acks(link.number, batch)
        self.outbox(link.system_id).acknowledged(link, batch)

    def unanswered(self, session: ServerSession, tokens: list[int]) -> None:
        link = self._links[session]
        self.outbox(link.system_id).unanswered(link, tokens)

    def ready(self, session: ServerSession, room: int) -> None:
        if session in self._links:
            self.outbox(self._links[session].system_id).pump()

    def lost(self, session: ServerSession, reason: LostReason, detail: str, unanswered: list[int]) -> None:
        self._undecided = [(other, bind) for other, bind in self._undecided if other is not session]
        link = self._links.pop(session, None)
        if link is None:
            return
        link.gone = True
        self.counters.links -= 1
        self._log.gone(link.number, f"{reason}: {detail}" if detail else str(reason))
        self.outbox(link.system_id).leave(link)

    def _bind_status(self, bind: Bind) -> int:
        status = self._judge_bind(bind)
        if status:
            self.counters.refused_binds += 1
        return status

    def _judge_bind(self, bind: Bind) -> int:
        binds = self.scenario.binds
        if binds.refuse and (not binds.refuse_first or self._refusals_left > 0):
            self._refusals_left -= 1
            return status_code(binds.refuse)
        if binds.links and len(self._links) >= binds.links:
            return CommandStatus.ESME_RALYBND
        if binds.credentials:
            expected = binds.credentials.get(bind.system_id.decode("latin-1"))
            if expected is None:
                return CommandStatus.ESME_RINVSYSID
            if not tokens_equal(expected, bind.password.decode("latin-1")):
                return CommandStatus.ESME_RINVPASWD
        return CommandStatus.ESME_ROK

    def _last_second(self, now: float, parts: int) -> None:
        arrivals = self._arrivals
        if parts:
            arrivals.append((now, parts))
        total = self.counters.parts_last_second + parts
        while arrivals and arrivals[0][0] <= now - 1.0:
            total -= arrivals.popleft()[1]
        self.counters.parts_last_second = total

    def _count(self, submits: int, taken: Taken) -> None:
        counters = self.counters
        counters.submits += submits
        counters.accepted += len(taken.accepted)
        counters.unanswered += submits - len(taken.replies)
        if taken.refused:
            for _, status, _ in taken.replies:
                if status:
                    name = status_name(status)
                    counters.refused[name] = counters.refused.get(name, 0) + 1

    def _answer(self, link: Link, taken: Taken) -> None:
        """Write the answers after their delay, unless a fault of the scenario comes first."""
        faults, replies = self.scenario.faults, taken.replies
        if faults.disconnect_after and link.submits >= faults.disconnect_after and self._may_disconnect():
            link.answer(replies[: len(replies) // 2])
            self._drop(link, reset=faults.reset)
            return
        if faults.black_hole_after and link.submits >= faults.black_hole_after and not link.black_holed:
            link.black_hole(True)
        delay = draw_span(self.scenario.answers.delay, self._rng)
        if delay:
            self._agenda.after(delay, lambda: link.answer(replies))
        else:
            link.answer(replies)

    def _send_receipts(self, outbox: Outbox, receipts: list[Facts]) -> None:
        plan, draw = self.scenario.receipts, self._rng.random
        if plan.late:
            late: list[Facts] = []
            soon: list[Facts] = []
            for facts in receipts:
                (late if draw() < plan.late else soon).append(facts)
            for start in range(0, len(late), _LATE_TOGETHER):
                after = draw_span(plan.late_after, self._rng)
                outbox.send_after(after, late[start : start + _LATE_TOGETHER])
            receipts = soon
        outbox.send_after(self._receipt_delay(), receipts)

    def _receipt_delay(self) -> float:
        receipts = self.scenario.receipts
        delay = draw_span(receipts.delay, self._rng)
        # Within a batch they are shuffled already; this lets whole batches overtake one another.
        return delay + self._rng.uniform(0.0, _OVERTAKING) if receipts.reorder else delay

    def _may_disconnect(self) -> bool:
        if not self.scenario.faults.disconnects:
            return True
        self._disconnects_left -= 1
        return self._disconnects_left >= 0

    @staticmethod
    def _drop(link: Link, *, reset: bool) -> None:
        if reset:
            link.session.reset()
        else:
            link.session.close()
