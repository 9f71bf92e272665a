"""A link to a carrier: one bind, kept up, paced, in batches.

The owner hands in bodies when `ready` or `room` say so and gets answers, deliveries and losses back through
its `LinkHandler`. One task per link keeps it connected; nothing is created per message.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable, Iterable, Sequence

from chappe.kit.backoff import full_jitter
from chappe.kit.clock import Clock, SystemClock
from chappe.smpp.bind_turns import BindTurns
from chappe.smpp.client_session import ClientSession
from chappe.smpp.connection import Connection
from chappe.smpp.events import (
    Accepted,
    Answers,
    Bound,
    Closed,
    Event,
    LateAnswers,
    LostReason,
    Messages,
    Rejected,
    Responded,
    Unanswered,
)
from chappe.smpp.lifecycle import NotBound, State
from chappe.smpp.link import LinkCounters, LinkHandler, LinkState
from chappe.smpp.network import in_words
from chappe.smpp.pacing import Pacer
from chappe.smpp.pdu import Answer, Request
from chappe.smpp.receipt_runs import ReceiptRun
from chappe.smpp.session import WindowExceeded
from chappe.smpp.settings import LinkSettings
from chappe.smpp.status import StatusClass, status_class, stops_binding
from chappe.smpp.throttle import Throttle

_STEADY = 10.0
"""A bind that held this long resets the backoff; one that is dropped at once must not cause hammering."""

_BREATH = 0.010
"""A paced link writes at most this often: a few parts at a time rather than a timer per part."""


class SmppClient:
    """See the module. All methods are to be called on the loop that runs the link."""

    def __init__(
        self,
        settings: LinkSettings,
        handler: LinkHandler,
        *,
        clock: Clock | None = None,
        jitter: Callable[[], float] = random.random,
        turns: BindTurns | None = None,
    ) -> None:
        self.settings = settings
        self.counters = LinkCounters()
        self.epoch = 0
        self._handler = handler
        self._clock = clock or SystemClock()
        self._jitter = jitter
        self._turns = turns
        self._state = LinkState.STOPPED
        self._bind = settings.bind_pdu()
        self._tls = settings.tls.context() if settings.tls is not None else None
        self._pacer = Pacer(settings.parts_per_second)
        self._throttle = Throttle(settings.parts_per_second)
        self._connection: Connection | None = None
        self._ended: asyncio.Event = asyncio.Event()
        self._stopping = asyncio.Event()
        self._drained = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._refill: asyncio.TimerHandle | None = None
        self._pause = 0.0
        self._attempt = 0
        self._bound_at = 0.0

    @property
    def state(self) -> LinkState:
        return self._state

    # Life

    def start(self) -> None:
        """Connect, and keep reconnecting until `stop`; a stopped link is not started again."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._keep_connected())

    async def stop(self, drain: float = 30.0) -> None:
        """Submit nothing more, wait at most `drain` seconds for answers, unbind and close."""
        self._stopping.set()
        connection = self._connection
        if connection is not None and connection.session.bound:
            self._state = LinkState.UNBINDING
            if connection.session.window.pending:
                await _within(drain, self._drained)
            connection.session.unbind(self._clock.monotonic())
            connection.flush()
            await _within(connection.session.limits.unbind_timeout + 1.0, self._ended)
        if connection is not None:
            connection.abort(Closed(LostReason.STOPPED, "stopped"))
        if self._task is not None:
            if connection is None or not connection.open:
                self._task.cancel()
            await asyncio.wait((self._task,))
        self._state = LinkState.STOPPED

    async def _keep_connected(self) -> None:
        while not self._stopping.is_set():
            await self._turn()
            if self._stopping.is_set():
                break
            await self._attempt_once()
            if not self._stopping.is_set():
                await _within(self._pause, self._stopping)

    async def _turn(self) -> None:
        """Wait until other links to the host have had their second."""
        if self._turns is None:
            return
        wait = self._turns.take(self.settings.host, self._clock.monotonic())
        if wait > 0:
            self._state = LinkState.WAITING
            await _within(wait, self._stopping)

    async def _attempt_once(self) -> None:
        """Connect and stay until the connection ends; `_pause` then says how long to wait."""
        self._state = LinkState.CONNECTING
        self.counters.attempts += 1
        self._ended = asyncio.Event()
        connection = Connection(self._new_session, self._clock)
        connection.owner = self
        self._connection = connection
        tls = self.settings.tls
        server_name = (tls.server_name or self.settings.host) if tls is not None else None
        try:
            async with asyncio.timeout(self.settings.connect_timeout):
                await asyncio.get_running_loop().create_connection(
                    lambda: connection,
                    self.settings.host,
                    self.settings.port,
                    ssl=self._tls,
                    server_hostname=server_name,
                )
        except (OSError, UnicodeError) as error:  # refused, unreachable, timed out, TLS; no such name
            words = in_words(error, self.settings.host, self.settings.port)
            self.ended(Closed(LostReason.CONNECT_FAILED, words), [])
            return
        await self._ended.wait()

    def _new_session(self, now: float) -> ClientSession:
        return ClientSession(self.settings.limits(), now)

    # What the owner does

    def room(self) -> int:
        """Parts that may be submitted now: the window, the pace and the socket all allow them."""
        connection = self._connection
        if connection is None or not connection.writable or self._stopping.is_set():
            return 0
        room = connection.session.room
        if room <= 0:
            return 0
        paced = self._pacer.available(self._clock.monotonic())
        return room if paced is None else min(room, paced)

    def submit(self, batch: Sequence[tuple[int, bytes]]) -> None:
        """`submit_all` of (token, body) pairs."""
        self.submit_all([token for token, _ in batch], [body for _, body in batch])

    def submit_all(self, tokens: Sequence[int], bodies: Sequence[bytes]) -> None:
        """Write bodies of submit_sm, in order, in one call; `tokens[n]` comes back with the answer to
        `bodies[n]`. NotBound, WindowExceeded.
        """
        connection = self._connection
        if connection is None or self._stopping.is_set():
            raise NotBound(State.CLOSED)
        count, room = len(bodies), self.room()
        if count > room:
            raise WindowExceeded(count, room)
        now = self._clock.monotonic()
        session = connection.session
        assert isinstance(session, ClientSession)  # what `_new_session` opens
        session.submit(tokens, bodies, now)
        self._pacer.take(count, now)
        self.counters.submitted += count
        connection.flush()
        self._arm_refill()

    def acknowledge(self, sequences: Iterable[int], status: int = 0, *, epoch: int | None = None) -> None:
        """Answer deliveries, once they are safe. With another `epoch` than the present one nothing is
        written: that session is gone and the carrier delivers again.
        """
        connection = self._connection
        if connection is None or (epoch is not None and epoch != self.epoch):
            return
        count = connection.session.acknowledge(sequences, status)
        self.counters.acknowledged += count
        connection.flush()

    def request(self, token: int, pdu: Request) -> None:
        """query_sm, cancel_sm or replace_sm; `responded` follows. NotBound."""
        if self._connection is None:
            raise NotBound(State.CLOSED)
        self._connection.session.request(token, pdu, self._clock.monotonic())
        self._connection.flush()

    def set_rate(self, parts_per_second: float | None) -> None:
        """Change the limit of the link while it runs."""
        self._throttle = Throttle(parts_per_second)
        self._pacer.set_limit(parts_per_second)
        self._offer()

    def slow_down(self) -> None:
        """Slow down (`Throttle`), as ESME_RTHROTTLED does by itself."""
        now = self._clock.monotonic()
        self._pacer.set_limit(self._throttle.throttled(now, float(self._pacer.rate(now))))

    def rate(self) -> int:
        """Parts written in the last second."""
        return self._pacer.rate(self._clock.monotonic())

    def pending(self) -> int:
        """Parts written and not answered."""
        return len(self._connection.session.window.pending) if self._connection is not None else 0

    # What the connection tells

    def connected(self) -> None:
        assert self._connection is not None
        self._state = LinkState.BINDING
        self._connection.session.bind(self._bind, self._clock.monotonic())

    def happened(self, event: Event) -> None:
        counters, handler = self.counters, self._handler
        match event:
            case Accepted(tokens, ids):
                counters.answered += len(tokens)
                handler.accepted(tokens, ids)
            case ReceiptRun():
                counters.deliveries += len(event.sequences)
                handler.receipts_read(event)
            case Answers(batch, refused):
                counters.answered += len(batch)
                if refused:
                    self._count_refusals(batch)
                handler.answers(batch)
            case Messages(batch):
                counters.deliveries += len(batch)
                handler.deliveries(batch)
            case Bound(_, system_id, _):
                counters.binds += 1
                self.epoch += 1
                self._bound_at = self._clock.monotonic()
                self._state = LinkState.BOUND
                handler.bound(system_id)
            case Unanswered(tokens):
                counters.unanswered += len(tokens)
                handler.unanswered(tokens)
            case LateAnswers(batch):
                counters.late += len(batch)
                handler.late_answers(batch)
            case Responded(token, _, pdu):
                handler.responded(token, pdu)
            case Rejected(failure):
                counters.rejected += 1
                counters.last_rejection = f"{failure.command_id:#010x}: {failure.reason}"
            case _:
                pass  # alert_notification and outbind ask nothing of a link that is bound

    def settled(self) -> None:
        if self._stopping.is_set():
            if self.pending() == 0:
                self._drained.set()
            return
        if self._throttle.slowed:
            self._pacer.set_limit(self._throttle.rate(self._clock.monotonic()))
        self._offer()

    def ended(self, closed: Closed, unanswered: list[int]) -> None:
        if self._refill is not None:
            self._refill.cancel()
            self._refill = None
        if (connection := self._connection) is not None:
            self.counters.octets_in += connection.octets_in
            self.counters.octets_out += connection.octets_out
        self._connection = None
        if self._state is LinkState.BOUND and self._clock.monotonic() - self._bound_at >= _STEADY:
            self._attempt = 0
        first, most = self.settings.reconnect_first, self.settings.reconnect_most
        self._pause = full_jitter(self._attempt, base=first, cap=most, random=self._jitter)
        self._attempt += 1
        self._state = LinkState.WAITING
        # Whatever the handler does, the link comes back.
        self._drained.set()
        self._ended.set()
        if closed.reason is not LostReason.BIND_REFUSED:
            self._handler.lost(closed.reason, closed.detail, unanswered)
            return
        if stops_binding(closed.status, self.settings.status_overrides):
            # Kannel stops for good here; carriers ban addresses that hammer with a wrong password.
            self._pause = max(self._pause, self.settings.refused_pause)
            self._state = LinkState.REFUSED
        self._handler.refused(closed.status, self._pause)

    def _count_refusals(self, batch: list[Answer]) -> None:
        overrides = self.settings.status_overrides
        throttled = 0
        kinds = set()
        for _, status, _ in batch:
            if status:
                self.counters.refused += 1
                kinds.add(kind := status_class(status, overrides))
                throttled += kind is StatusClass.THROTTLE
        if StatusClass.NOT_BOUND in kinds:
            self._bind_anew()
        if throttled:
            self.counters.throttled += throttled
            self.slow_down()

    def _bind_anew(self) -> None:
        """The carrier does not take this session for a bound one: say goodbye, come back after a pause."""
        if self._connection is not None:
            self._connection.session.unbind(self._clock.monotonic())

    # Pace

    def _offer(self) -> None:
        room = self.room()
        if room > 0:
            self._handler.ready(room)
        self._arm_refill()

    def _arm_refill(self) -> None:
        """When the pace alone forbids submitting, come back when it allows again."""
        connection = self._connection
        if self._refill is not None or connection is None or connection.session.room <= 0:
            return
        wait = self._pacer.next_in(self._clock.monotonic())
        if wait > 0:
            loop = asyncio.get_running_loop()
            self._refill = loop.call_later(max(wait, _BREATH), self._refilled)

    def _refilled(self) -> None:
        self._refill = None
        self._offer()


async def _within(seconds: float, event: asyncio.Event) -> None:
    """Wait for the event, but not longer."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
