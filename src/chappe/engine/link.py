"""One link to a carrier: what it holds, what it writes, and when it may.

Everything here runs on one loop and waits for nothing: flushers and claimers are told by events and call
back. A batch is the unit throughout; per message there is a dictionary entry and a row, no object of the
loop.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import repeat

import structlog

from chappe.carriers.model import LinkSettings
from chappe.engine.campaigns import Campaigns
from chappe.engine.doubt import InDoubt
from chappe.engine.exchanges import Exchanges, Way
from chappe.engine.held import HeldChunk
from chappe.engine.journal import Journal, JournalUnavailable
from chappe.engine.lanes import QUICK, Lanes
from chappe.engine.lease import Lease
from chappe.engine.model import ClaimedChunk
from chappe.engine.outcomes import reason_of
from chappe.engine.outstanding import Outstanding
from chappe.engine.receipts import Receipts
from chappe.engine.retries import Retry, in_next_window, is_open, unchanged
from chappe.engine.suppressions import LEFT
from chappe.engine.transport import Transport
from chappe.engine.wakes import Wakes
from chappe.kit.clock import Clock
from chappe.messages.model import Purpose
from chappe.smpp.events import LostReason
from chappe.smpp.link import IgnoringHandler
from chappe.smpp.pdu import Answer, Message
from chappe.smpp.receipt_runs import ReceiptRun
from chappe.smpp.status import StatusClass

log = structlog.get_logger()

# A link that has been down this long gives back what it has not begun: another of the route may send it.
_GIVE_BACK_AFTER = 5.0
# The account is empty, or the session is refused: explicit refusals must not come back at once.
_PAUSE = 30.0
# Of the window, for passwords: they wait for no answer of the carrier to a campaign.
_ONE_KEPT_OF = 20
# The lanes in which a message may be about a topic.
_ABOUT_TOPICS = (Purpose.TRANSACTIONAL, Purpose.MARKETING)

Taken = tuple[HeldChunk, list[int], list[bytes]]
"""A chunk with the tokens and bodies of the parts taken from it."""


class Link(IgnoringHandler):
    """The handler of one transport, which is set before anything is called."""

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
        self.wakes = wakes
        self.receipts = receipts
        self.out = Outstanding(
            settings.number,
            self.lanes,
            wakes=wakes,
            clock=clock,
            gate_clock=gate_clock,
            overrides=overrides,
            slow_down=lambda: self.transport.slow_down(),
            pause=self._pause,
            sender_refused=self._sender_refused,
        )
        self.exchanges = Exchanges(clock)
        self.draining = False
        self.refusal: str | None = None
        # Why a link that is bound sends nothing.
        self.trouble: str | None = None
        self.inbound_taken = 0
        self._allowed = allowed
        self._journal = journal
        self._campaigns = campaigns
        self._doubt = doubt
        self._clock = clock
        self._gate_clock = gate_clock
        self._down_since: float | None = clock.monotonic()
        # What an earlier session wrote in the last second is not known here, and counts (I8).
        paced = settings.settings.parts_per_second is not None
        self._paused_until = clock.monotonic() + 1.0 if paced else 0.0

    @property
    def in_doubt(self) -> int:
        return len(self.out)

    @property
    def allowed(self) -> bool:
        """Suppressions are fresh, and the installation is not held."""
        return self._allowed()

    # Work in

    def add(self, held: HeldChunk) -> None:
        """A chunk that was claimed and composed."""
        self.out.held[held.chunk.id] = held
        self.out.changed(held, len(held.rows))
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
        if room <= 0 or now < self._paused_until or not self._allowed() or not self.lease.holds():
            return
        groups = self._collect(room, now)
        if groups and self._journalled(groups, now):
            if len(groups) == 1:
                [(_, tokens, bodies)] = groups
            else:
                tokens = [token for _, some, _ in groups for token in some]
                bodies = [body for _, _, some in groups for body in some]
            self.transport.submit_all(tokens, bodies)
            self.exchanges.submitted(bodies)
        self.wakes.want.set()

    def _collect(self, room: int, now: float) -> list[Taken]:
        groups: list[Taken] = []
        wall, gate = self._clock.now(), self._gate_clock.now()
        # A window that lets no whole text through would never empty; a paced link is given parts one by one.
        cut = not self.out.inflight or self.settings.settings.parts_per_second is not None
        window = self.settings.settings.window
        bulk = window - window // _ONE_KEPT_OF - len(self.out.inflight)
        for held in self.lanes.in_order():
            if not self._open(held, wall, gate):
                continue
            campaign = held.chunk.campaign_id
            free = self._campaigns.available(campaign, now)
            limit = room if held.chunk.lane in QUICK else min(room, bulk)
            limit = limit if free is None else min(limit, free)
            if limit <= 0:
                continue
            tokens, bodies = held.take(limit, now, cut=cut and not groups)
            if tokens:
                self._campaigns.take(campaign, len(tokens), now)
                groups.append((held, tokens, bodies))
                room -= len(tokens)
                bulk -= len(tokens)
                if room <= 0:
                    break
        return groups

    def _open(self, held: HeldChunk, wall: datetime, gate: datetime) -> bool:
        """The last look before the socket: not stopped, not expired, inside the allowed hours. They began
        when the chunk fell due: a clock that was set back since may be before them.
        """
        chunk = held.chunk
        if self._campaigns.stopped(chunk.campaign_id):
            return False
        if dropped := held.drop_expired(wall):
            self.out.changed(held, dropped)
        if chunk.window_end is not None and gate < chunk.due_at and not is_open(chunk, gate):
            self.release(held)
            return False
        if chunk.window_end is not None and gate >= chunk.window_end:
            self.release(held, in_next_window(chunk, gate))
            self.out.changed(held, held.give_up_begun(wall))
            return False
        return held.pending

    def _journalled(self, groups: Sequence[Taken], now: float) -> bool:
        """Nothing goes to the socket without the journal; when it fails it is tried again once a second."""
        try:
            self._journal.written(int(now * 1e9), [(held.chunk.id, tokens) for held, tokens, _ in groups])
        except JournalUnavailable as error:
            for held, tokens, _ in groups:
                held.put_back(tokens)
                self.lanes.first(held)
            self._paused_until = now + 1.0
            self._complain(error)
            return False
        if self.trouble is not None:
            self.trouble = None
            self.wakes.state.set()
        for held, tokens, _ in groups:
            self.out.submitted(held, tokens)
        return True

    def _complain(self, error: JournalUnavailable) -> None:
        if self.trouble is None:
            self.trouble = f"{error.title}. {error.detail}"
            self.wakes.state.set()
            log.error("journal_unavailable", link=self.settings.name, detail=error.detail)

    def _pause(self) -> None:
        self._paused_until = self._clock.monotonic() + _PAUSE

    def _sender_refused(self, chunk: ClaimedChunk, status: int) -> None:
        """Its campaign stops (reliability section 3: the sender is not registered)."""
        if chunk.campaign_id is not None and not self._campaigns.stopped(chunk.campaign_id):
            why = (
                f"{self.settings.name} does not accept the sender {chunk.source} ({reason_of(status)})."
                " Ask the carrier to register it, or choose another sender; then resume."
            )
            self._campaigns.refuse(chunk.campaign_id, why)
            log.error(
                "sender_refused", link=self.settings.name, sender=chunk.source, status=reason_of(status)
            )

    # What the transport tells

    def accepted(self, tokens: list[int], ids: list[bytes]) -> None:
        self._remember(tokens, repeat(0, len(tokens)), ids)
        self.exchanges.note(Way.IN, "submit_sm_resp", status=0, parts=len(tokens))
        self.out.accepted(tokens, ids)

    def answers(self, batch: list[Answer]) -> None:
        self._remember(*zip(*batch, strict=True))
        self.exchanges.answered(batch)
        self.out.answers(batch)

    def late_answers(self, batch: list[Answer]) -> None:
        self._remember(*zip(*batch, strict=True))
        self.out.late_answers(batch, self.receipts.runs.run_of)

    def unanswered(self, tokens: list[int]) -> None:
        self.exchanges.note(Way.IN, "no_answer", parts=len(tokens))
        self.out.unanswered(tokens)

    def receipts_read(self, run: ReceiptRun) -> None:
        self.exchanges.note(Way.IN, "receipt", parts=len(run.sequences), detail=run.state.name.lower())
        self.receipts.take_run(run, self.transport.epoch)

    def deliveries(self, batch: list[Message]) -> None:
        self.exchanges.note(
            Way.IN, "deliver_sm", parts=len(batch), number=batch[-1].source.decode("ascii", "replace")
        )
        self.receipts.take(batch, self.transport.epoch)

    def bound(self, system_id: bytes) -> None:
        self._down_since = None
        self.refusal = None
        self.exchanges.note(Way.IN, "bind_resp", status=0, detail=system_id.decode("ascii", "replace"))
        log.info("link_bound", link=self.settings.name)
        self.wakes.state.set()
        self.wakes.want.set()

    def lost(self, reason: LostReason, detail: str, unanswered: list[int]) -> None:
        self.out.unanswered(unanswered)
        self._went_down()
        self.refusal = detail or reason.value
        self.exchanges.note(Way.IN, "lost", detail=self.refusal)
        level = log.info if self.draining else log.warning
        level("link_lost", link=self.settings.name, reason=reason.value, detail=detail)

    def refused(self, status: int, retry_in: float) -> None:
        self._went_down()
        self.refusal = f"bind refused: {reason_of(status)}"
        self.exchanges.note(Way.IN, "bind_resp", status=status)
        log.error("bind_refused", link=self.settings.name, status=reason_of(status), retry_in=round(retry_in))

    def _went_down(self) -> None:
        if self._down_since is None:
            self._down_since = self._clock.monotonic()
        self.wakes.state.set()

    def _remember(self, tokens: Sequence[int], statuses: Iterable[int], ids: Sequence[bytes]) -> None:
        try:
            self._journal.answered(tokens, statuses, ids)
        except JournalUnavailable as error:
            # They go on to the ledger; only a crash before that would leave them in doubt.
            self._complain(error)

    # Time

    def tick(self) -> None:
        """Called ten times a second: what waits for time alone."""
        now = self._clock.monotonic()
        for held in list(self.out.held.values()):
            if held.long and (dropped := held.give_up_partial(now, self._clock.now())):
                self.out.changed(held, dropped)
            if held.pending and self._campaigns.stopped(held.chunk.campaign_id):
                self.release(held)  # refused since the campaign was stopped: given back, too
        if self._down_since is not None and now - self._down_since > _GIVE_BACK_AFTER:
            for held in list(self.out.held.values()):
                self.release(held)
        self.pump()

    # Letting go

    def release(self, held: HeldChunk, retry: Retry | None = None) -> None:
        """Give back what has not begun, as it was unless `retry` says when."""
        held.release(retry or unchanged(held.chunk, held.chunk.due_at))
        self.out.changed(held)

    def release_where(self, campaign: object) -> None:
        """The campaign is paused or canceled."""
        for held in list(self.out.held.values()):
            if held.chunk.campaign_id == campaign:
                self.release(held)

    def drain(self) -> None:
        """Take nothing more, give back what has not begun; what is in the window is waited for."""
        self.draining = True
        for held in list(self.out.held.values()):
            self.release(held)

    def suppress(self, workspace: int, scopes: Mapping[int, str]) -> None:
        """These numbers are suppressed from now on: a service message passes, scope `all` stops the rest.
        Chunks of who left a topic go back: they are read again, and the ledger says which were about it.
        """
        if workspace != self.settings.workspace_id:
            return
        everything = [phone for phone, scope in scopes.items() if scope == "all"]
        marketing = [phone for phone, scope in scopes.items() if scope != LEFT]
        left = {phone for phone, scope in scopes.items() if scope == LEFT}
        for held in list(self.out.held.values()):
            lane = held.chunk.lane
            phones = marketing if lane == Purpose.MARKETING else everything
            if lane != Purpose.SERVICE and phones:
                self.out.changed(held, held.drop_phones(phones, self._clock.now()))
            if lane in _ABOUT_TOPICS and not left.isdisjoint(held.phones()):
                self.release(held)
