"""One link to a carrier: what it holds, what it writes, what becomes of the answers.

Everything here runs on one loop and waits for nothing: flushers and claimers are told by events and call back. A
batch is the unit throughout; per message there is a dictionary entry and a row, no object of the loop.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog

from chappe.carriers.model import LinkSettings
from chappe.engine.campaigns import Campaigns
from chappe.engine.doubt import InDoubt
from chappe.engine.held import HeldChunk
from chappe.engine.journal import Journal, JournalUnavailable
from chappe.engine.lanes import Lanes
from chappe.engine.lease import Lease
from chappe.engine.model import LateAnswer
from chappe.engine.outcomes import NO_ANSWER, Action, PartOutcome, Verdict, action_of, reason_of
from chappe.engine.receipts import Receipts
from chappe.engine.retries import (
    RECIPIENT_PAUSE,
    GivenUp,
    Retry,
    after_silence,
    in_next_window,
    next_try,
    unchanged,
)
from chappe.engine.tokens import SEVERAL, message_of
from chappe.engine.transport import Transport
from chappe.engine.wakes import Wakes
from chappe.kit.clock import Clock
from chappe.messages.model import MessageState, Purpose
from chappe.smpp.constants import CommandStatus
from chappe.smpp.events import LostReason
from chappe.smpp.link import IgnoringHandler
from chappe.smpp.pdu import Answer, Message
from chappe.smpp.status import StatusClass, status_class
from chappe.smpp.throttle import QueueFullWatch

log = structlog.get_logger()

# A link that has been down this long gives back what it has not begun, so that another of the route may send it.
_GIVE_BACK_AFTER = 5.0
# The account is empty, or the session is refused: explicit refusals must not come back at once.
_PAUSE = 30.0


class Link(IgnoringHandler):
    """The handler of one transport. `transport` is set before anything is called."""

    transport: Transport

    def __init__(
        self,
        settings: LinkSettings,
        lease: Lease,
        *,
        journal: Journal,
        receipts: Receipts,
        campaigns: Campaigns,
        doubt: InDoubt,
        wakes: Wakes,
        allowed: Callable[[], bool],
        clock: Clock,
        gate_clock: Clock,
        overrides: Mapping[int, StatusClass],
    ) -> None:
        self.settings = settings
        self.lease = lease
        self.lanes = Lanes()
        self.held: dict[int, HeldChunk] = {}
        self.inflight: dict[int, HeldChunk] = {}
        self.dirty: dict[int, HeldChunk] = {}
        self.late: list[LateAnswer] = []
        self.uncommitted = 0
        self.wakes = wakes
        self.receipts = receipts
        self.draining = False
        # Routes that have another carrier: a refused message may go there.
        self.other_routes: frozenset[object] = frozenset()
        self.refusal: str | None = None
        self.throttled = 0
        self.refused_parts = 0
        self.inbound_taken = 0
        self._allowed = allowed
        self._journal = journal
        self._campaigns = campaigns
        self._doubt = doubt
        self._clock = clock
        self._gate_clock = gate_clock
        self._overrides = overrides
        self._queue_full = QueueFullWatch()
        self._down_since: float | None = clock.monotonic()
        self._paused_until = 0.0
        self._journal_down = False

    # State

    @property
    def in_doubt(self) -> int:
        return len(self.inflight) + self.uncommitted

    @property
    def idle(self) -> bool:
        """Nothing is held, in the window or uncommitted."""
        return not self.held and not self.inflight and not self.uncommitted

    @property
    def allowed(self) -> bool:
        """Suppressions are fresh, and the installation is not held."""
        return self._allowed()

    def _may_submit(self, now: float) -> bool:
        return self._allowed() and now >= self._paused_until and self.lease.holds()

    # Work in

    def add(self, held: HeldChunk) -> None:
        """A chunk that was claimed and composed."""
        self.held[held.chunk.id] = held
        self._changed(held, len(held.rows))
        if self.draining or self._campaigns.stopped(held.chunk.campaign_id):
            self.release(held)
        else:
            self.lanes.append(held)

    def ready(self, room: int) -> None:
        self.pump()

    def pump(self) -> None:
        """Write what the window, the rates and the promises allow."""
        now = self._clock.monotonic()
        room = min(self.transport.room(), self._doubt.room())
        if room <= 0 or not self._may_submit(now):
            return
        batch, groups = self._collect(room, now)
        if not batch:
            self.wakes.want.set()
            return
        try:
            self._journal.written(
                int(now * 1e9), [(held.chunk.id, [token for token, _ in part]) for held, part in groups]
            )
        except JournalUnavailable as error:
            self._stop_writing(error, groups)
            return
        self._journal_down = False
        for held, part in groups:
            held.touched = True
            self.inflight.update(dict.fromkeys([token for token, _ in part], held))
        self.transport.submit(batch)
        self.wakes.want.set()

    def _collect(
        self, room: int, now: float
    ) -> tuple[list[tuple[int, bytes]], list[tuple[HeldChunk, list[tuple[int, bytes]]]]]:
        batch: list[tuple[int, bytes]] = []
        groups = []
        wall, gate = self._clock.now(), self._gate_clock.now()
        # A window that lets no whole text through would never empty; a paced link is given parts one by one.
        cut = not self.inflight or self.settings.settings.parts_per_second is not None
        for held in self.lanes.in_order():
            if not self._open(held, wall, gate):
                continue
            free = self._campaigns.available(held.chunk.campaign_id, now)
            limit = room - len(batch) if free is None else min(room - len(batch), free)
            part = held.take(limit, now, cut=cut and not batch) if limit > 0 else []
            if part:
                self._campaigns.take(held.chunk.campaign_id, len(part), now)
                groups.append((held, part))
                batch += part
                if len(batch) >= room:
                    break
        return batch, groups

    def _open(self, held: HeldChunk, wall: datetime, gate: datetime) -> bool:
        """The last look before the socket: not stopped, not expired, inside the allowed hours."""
        chunk = held.chunk
        if self._campaigns.stopped(chunk.campaign_id):
            return False
        rows = len(held.rows)
        held.drop_expired(wall)
        if len(held.rows) != rows:
            self._changed(held, len(held.rows) - rows)
        if chunk.window_end is not None and gate >= chunk.window_end:
            self.release(held, in_next_window(chunk, gate))
        return held.pending

    def _stop_writing(
        self, error: JournalUnavailable, groups: Sequence[tuple[HeldChunk, list[tuple[int, bytes]]]]
    ) -> None:
        """Nothing goes to the socket without the journal; it is tried again once a second."""
        for held, part in groups:
            held.put_back(part)
        self._paused_until = self._clock.monotonic() + 1.0
        if not self._journal_down:
            self._journal_down = True
            log.error("journal_unavailable", link=self.settings.name, detail=error.detail)

    # Answers

    def answers(self, batch: list[Answer]) -> None:
        self._remember(batch)
        wall, before = self._clock.now(), self.uncommitted
        forget = self.inflight.pop
        dirty = self.dirty
        for token, status, provider_id in batch:
            held = forget(token, None)
            if held is None:
                continue
            if status == 0 and not token & SEVERAL:
                held.accepted(token, provider_id.decode("latin-1"), wall)
                self.uncommitted += 1
            else:
                self._answered(held, token, status, provider_id, wall)
            dirty[held.chunk.id] = held
        if self.uncommitted != before or dirty:
            self.wakes.results.set()

    def _answered(self, held: HeldChunk, token: int, status: int, provider_id: bytes, wall: datetime) -> None:
        """A refusal, or an answer to a part of a longer text."""
        action = action_of(status, self._overrides) if status else Action.SENT
        now = self._clock.monotonic()
        if status:
            self.refused_parts += 1
            kind = status_class(status, self._overrides)
            if kind is StatusClass.THROTTLE:
                self.throttled += 1
            elif kind is StatusClass.QUEUE_FULL and self._queue_full.note(b"%d" % message_of(token), now):
                self.transport.slow_down()
                action = Action.AGAIN
            elif action is Action.AGAIN:
                self._paused_until = now + _PAUSE
        outcome = PartOutcome(action, status, provider_id.decode("latin-1"))
        if token & SEVERAL:
            found = held.resolve_part(token, outcome, now)
            if found is not None:
                self._conclude_long(held, message_of(token), found, wall)
            return
        if action is Action.AGAIN:
            held.again(token)
            self.lanes.first(held)
            return
        held.out -= 1
        message = message_of(token)
        if action is Action.REFUSED:
            held.settle(message, MessageState.REJECTED, reason=reason_of(status), at=wall)
            self.uncommitted += 1
        else:
            self._try_later(held, message, action, status, wall)

    def _conclude_long(self, held: HeldChunk, message: int, found: Verdict, wall: datetime) -> None:
        if found.state is not None:
            retry = None
            if found.reason == NO_ANSWER:
                retry = after_silence(held.chunk, self._gate_clock.now())
            if retry is not None:
                held.postpone(message, retry)
            else:
                held.settle_long(message, found, wall)
                self.uncommitted += 1
        elif found.action is Action.AGAIN:
            held.resume(message, found.missing)
            self.lanes.first(held)
        else:
            status = next(one.status for one in held.long[message].outcomes if one.status)
            self._try_later(held, message, found.action, status, wall)

    def _try_later(self, held: HeldChunk, message: int, action: Action, status: int, wall: datetime) -> None:
        gate = self._gate_clock.now()
        chunk = held.chunk
        others = chunk.route_id in self.other_routes
        found = next_try(chunk, action, reason_of(status), gate, carrier=self.settings.number, others=others)
        if isinstance(found, GivenUp):
            held.long.pop(message, None)
            held.settle(message, found.state, reason=found.reason, at=wall)
            self.uncommitted += 1
            return
        if status == CommandStatus.ESME_RMSGQFUL and found.due_at < gate + RECIPIENT_PAUSE:
            found = found._replace(due_at=gate + RECIPIENT_PAUSE)
        held.postpone(message, found)

    def late_answers(self, batch: list[Answer]) -> None:
        """Accepted after it was given up as unknown: then it is known."""
        self._remember(batch)
        for token, status, provider_id in batch:
            if status == 0 and not token & SEVERAL:
                message = message_of(token)
                run = self.receipts.runs.run_of(message)
                self.late.append(LateAnswer(message, provider_id.decode("latin-1"), run))
        self.wakes.results.set()

    def unanswered(self, tokens: list[int]) -> None:
        """No answer in time: never again, but for one-time passwords."""
        wall, now = self._clock.now(), self._clock.monotonic()
        for token in tokens:
            held = self.inflight.pop(token, None)
            if held is None:
                continue
            self.dirty[held.chunk.id] = held
            if token & SEVERAL:
                found = held.resolve_part(token, PartOutcome(Action.UNKNOWN), now)
                if found is not None:
                    self._conclude_long(held, message_of(token), found, wall)
                continue
            held.out -= 1
            message = message_of(token)
            retry = after_silence(held.chunk, self._gate_clock.now())
            if retry is not None:
                held.postpone(message, retry)
            else:
                held.settle(
                    message, MessageState.UNKNOWN, parts=held.billed(token), reason=NO_ANSWER, at=wall
                )
                self.uncommitted += 1
        self.wakes.results.set()

    def _remember(self, batch: Sequence[Answer]) -> None:
        try:
            self._journal.answered(batch)
        except JournalUnavailable as error:
            # They go on to the ledger; only a crash before that would leave them in doubt.
            if not self._journal_down:
                self._journal_down = True
                log.error("journal_unavailable", link=self.settings.name, detail=error.detail)

    # Connection

    def bound(self, system_id: bytes) -> None:
        self._down_since = None
        self.refusal = None
        log.info("link_bound", link=self.settings.name)
        self.wakes.state.set()
        self.wakes.want.set()

    def lost(self, reason: LostReason, detail: str, unanswered: list[int]) -> None:
        self.unanswered(unanswered)
        self._went_down()
        self.refusal = detail or reason.value
        log.warning("link_lost", link=self.settings.name, reason=reason.value, detail=detail)

    def refused(self, status: int, retry_in: float) -> None:
        self._went_down()
        self.refusal = f"bind refused: {reason_of(status)}"
        log.error("bind_refused", link=self.settings.name, status=reason_of(status), retry_in=round(retry_in))

    def _went_down(self) -> None:
        if self._down_since is None:
            self._down_since = self._clock.monotonic()
        self.wakes.state.set()

    def deliveries(self, batch: list[Message]) -> None:
        self.receipts.take(batch, self.transport.epoch)

    # Time

    def tick(self) -> None:
        """Called ten times a second: what waits for time alone."""
        now = self._clock.monotonic()
        for held in list(self.held.values()):
            if held.long:
                rows = len(held.rows)
                held.give_up_partial(now, self._clock.now())
                if len(held.rows) != rows:
                    self._changed(held, len(held.rows) - rows)
        if self._down_since is not None and now - self._down_since > _GIVE_BACK_AFTER:
            for held in list(self.held.values()):
                self.release(held)
        self.pump()

    # Letting go

    def release(self, held: HeldChunk, retry: Retry | None = None) -> None:
        """Give back what has not begun, as it was."""
        held.release(retry or unchanged(held.chunk, held.chunk.due_at))
        self._changed(held)

    def release_where(self, campaign: object) -> None:
        """The campaign is paused or canceled."""
        for held in list(self.held.values()):
            if held.chunk.campaign_id == campaign:
                self.release(held)

    def drain(self) -> None:
        """Take nothing more, give back what has not begun; what is in the window is waited for."""
        self.draining = True
        for held in list(self.held.values()):
            self.release(held)

    def suppress(self, workspace: int, scopes: Mapping[int, str]) -> None:
        """These numbers are suppressed from now on: a service message passes, scope `all` stops the rest."""
        if workspace != self.settings.workspace_id:
            return
        everything = [phone for phone, scope in scopes.items() if scope == "all"]
        wall = self._clock.now()
        for held in list(self.held.values()):
            lane = held.chunk.lane
            phones = list(scopes) if lane == Purpose.MARKETING else everything
            if lane != Purpose.SERVICE and phones:
                rows = len(held.rows)
                held.drop_phones(phones, wall)
                if len(held.rows) != rows:
                    self._changed(held, len(held.rows) - rows)

    def _changed(self, held: HeldChunk, rows: int = 0) -> None:
        self.uncommitted += rows
        self.dirty[held.chunk.id] = held
        self.wakes.results.set()
