"""Parts in the window, and results that are not committed yet: what a crash would have to account for."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from chappe.engine.held import HeldChunk
from chappe.engine.lanes import Lanes
from chappe.engine.model import ClaimedChunk, LateAnswer
from chappe.engine.outcomes import NO_ANSWER, Action, PartOutcome, Verdict, action_of, reason_of
from chappe.engine.retries import RECIPIENT_PAUSE, GivenUp, after_silence, next_try
from chappe.engine.tokens import SEVERAL, message_of
from chappe.engine.wakes import Wakes
from chappe.kit.clock import Clock
from chappe.messages.model import MessageState
from chappe.smpp.constants import CommandStatus
from chappe.smpp.pdu import Answer
from chappe.smpp.status import StatusClass, status_class
from chappe.smpp.throttle import QueueFullWatch


class Outstanding:
    """Of one link. `held`: chunks by id; `dirty`: those with something to commit."""

    def __init__(
        self,
        carrier: int,
        lanes: Lanes,
        *,
        wakes: Wakes,
        clock: Clock,
        gate_clock: Clock,
        overrides: Mapping[int, StatusClass],
        slow_down: Callable[[], None],
        pause: Callable[[], None],
        sender_refused: Callable[[ClaimedChunk, int], None],
    ) -> None:
        self.held: dict[int, HeldChunk] = {}
        self.inflight: dict[int, HeldChunk] = {}
        self.dirty: dict[int, HeldChunk] = {}
        # Finished, and being committed: still leased in the ledger.
        self.closing: set[int] = set()
        self.late: list[LateAnswer] = []
        # Passwords that were sent once more after silence: a late answer to the first submit says nothing of
        # the second.
        self._sent_again: set[int] = set()
        self.uncommitted = 0
        self.throttled = 0
        self.refused = 0
        # Routes that have another carrier: a refused message may go there.
        self.other_routes: frozenset[object] = frozenset()
        self._carrier = carrier
        self._lanes = lanes
        self._wakes = wakes
        self._clock = clock
        self._gate_clock = gate_clock
        self._overrides = overrides
        self._queue_full = QueueFullWatch()
        self._slow_down = slow_down
        self._pause = pause
        self._sender_refused = sender_refused

    def __len__(self) -> int:
        return len(self.inflight) + self.uncommitted

    @property
    def empty(self) -> bool:
        """Nothing is held, in the window or uncommitted."""
        return not self.held and not self.inflight and not self.uncommitted

    def submitted(self, held: HeldChunk, tokens: Sequence[int]) -> None:
        """These parts are about to be written."""
        self.inflight.update(dict.fromkeys(tokens, held))

    def changed(self, held: HeldChunk, rows: int = 0) -> None:
        """The chunk has `rows` more results, or may be finished."""
        self.uncommitted += rows
        self.dirty[held.chunk.id] = held
        self._wakes.results.set()

    def known(self) -> set[int]:
        """Chunks that this link accounts for."""
        return self.held.keys() | self.closing

    def committed(self, rows: int, finished: Sequence[int]) -> None:
        self.uncommitted -= rows
        self.closing.difference_update(finished)

    def accepted(self, tokens: Sequence[int], provider_ids: Sequence[bytes]) -> None:
        """The carrier took these parts: in columns, for that is nearly every answer."""
        wall, forget = self._clock.now(), self.inflight.pop
        holders = [forget(token, None) for token in tokens]
        start = 0
        while start < len(holders):
            held, end = holders[start], start + 1
            while end < len(holders) and holders[end] is held:
                end += 1
            if held is not None:
                self._accepted_of(held, tokens[start:end], provider_ids[start:end], wall)
            start = end
        self._wakes.results.set()

    def _accepted_of(
        self, held: HeldChunk, tokens: Sequence[int], provider_ids: Sequence[bytes], wall: datetime
    ) -> None:
        self.dirty[held.chunk.id] = held
        if held.plain:
            held.accepted(tokens, provider_ids, wall)
            self.uncommitted += len(tokens)
            return
        for token, provider_id in zip(tokens, provider_ids, strict=True):
            self._answered(held, token, 0, provider_id, wall)

    def answers(self, batch: Sequence[Answer]) -> None:
        wall = self._clock.now()
        for token, status, provider_id in batch:
            held = self.inflight.pop(token, None)
            if held is not None:
                self.dirty[held.chunk.id] = held
                self._answered(held, token, status, provider_id, wall)
        self._wakes.results.set()

    def late_answers(self, batch: Sequence[Answer], run_of: Callable[[int], int | None]) -> None:
        """Accepted after it was given up as unknown: then it is known. A text of several parts stays as it
        is.
        """
        for token, status, provider_id in batch:
            if token in self._sent_again:
                self._sent_again.discard(token)
            elif status == 0 and not token & SEVERAL:
                message = message_of(token)
                self.late.append(LateAnswer(message, provider_id.decode("latin-1"), run_of(message)))
        self._wakes.results.set()

    def unanswered(self, tokens: Sequence[int]) -> None:
        """No answer came: never again, but for one-time passwords."""
        wall, now = self._clock.now(), self._clock.monotonic()
        for token in tokens:
            held = self.inflight.pop(token, None)
            if held is None:
                continue
            self.dirty[held.chunk.id] = held
            message = message_of(token)
            if token & SEVERAL:
                found = held.resolve_part(token, PartOutcome(Action.UNKNOWN), now)
                if found is not None:
                    self._conclude_long(held, message, found, wall)
                continue
            held.out -= 1
            retry = after_silence(held.chunk, self._gate_clock.now())
            if retry is not None:
                self._sent_again.add(token)
                held.postpone(message, retry)
            else:
                parts = held.billed(token)
                held.settle(message, MessageState.UNKNOWN, parts=parts, reason=NO_ANSWER, at=wall)
                self.uncommitted += 1
        self._wakes.results.set()

    def _answered(self, held: HeldChunk, token: int, status: int, provider_id: bytes, wall: datetime) -> None:
        """The answer to one part."""
        action = self._refusal(held.chunk, token, status) if status else Action.SENT
        message = message_of(token)
        if token & SEVERAL:
            outcome = PartOutcome(action, status, provider_id.decode("latin-1"))
            found = held.resolve_part(token, outcome, self._clock.monotonic())
            if found is not None:
                self._conclude_long(held, message, found, wall)
        elif action is Action.SENT:
            held.accepted_one(token, provider_id.decode("latin-1"), wall)
            self.uncommitted += 1
        elif action is Action.AGAIN and held.settle_barred(token, wall):
            self.uncommitted += 1
        elif action is Action.AGAIN:
            held.again(token)
            self._lanes.first(held)
        else:
            held.out -= 1
            if action is Action.REFUSED:
                held.settle(message, MessageState.REJECTED, reason=reason_of(status), at=wall)
                self.uncommitted += 1
            else:
                self._try_later(held, message, action, status, wall)

    def _refusal(self, chunk: ClaimedChunk, token: int, status: int) -> Action:
        """What a refusal asks for, with its effect on the link."""
        self.refused += 1
        kind = status_class(status, self._overrides)
        if kind is StatusClass.THROTTLE:
            self.throttled += 1  # the transport has slowed down by itself
            return Action.AGAIN
        if kind is StatusClass.QUEUE_FULL:
            if not self._queue_full.note(b"%d" % message_of(token), self._clock.monotonic()):
                return Action.LATER
            self._slow_down()
            return Action.AGAIN
        if kind is StatusClass.SENDER:
            self._sender_refused(chunk, status)
        action = action_of(status, self._overrides)
        # Not bound, in the carrier's eyes: the transport binds anew by itself.
        if action is Action.AGAIN and kind is not StatusClass.NOT_BOUND:
            self._pause()
        return action

    def _conclude_long(self, held: HeldChunk, message: int, found: Verdict, wall: datetime) -> None:
        if found.state is not None:
            silent = found.reason == NO_ANSWER
            retry = after_silence(held.chunk, self._gate_clock.now()) if silent else None
            if retry is not None:
                held.postpone(message, retry)
            else:
                held.settle_long(message, found, wall)
                self.uncommitted += 1
        elif found.action is Action.AGAIN:
            held.resume(message, found.missing)
            self._lanes.first(held)
        else:
            status = next(one.status for one in held.long[message].outcomes if one.status)
            self._try_later(held, message, found.action, status, wall)

    def _try_later(self, held: HeldChunk, message: int, action: Action, status: int, wall: datetime) -> None:
        gate, chunk = self._gate_clock.now(), held.chunk
        others = chunk.route_id in self.other_routes
        found = next_try(chunk, action, reason_of(status), gate, carrier=self._carrier, others=others)
        if isinstance(found, GivenUp):
            held.long.pop(message, None)
            held.settle(message, found.state, reason=found.reason, at=wall)
            self.uncommitted += 1
            return
        # Another carrier is tried at once: the queue was this one's.
        if status == CommandStatus.ESME_RMSGQFUL and gate < found.due_at < gate + RECIPIENT_PAUSE:
            found = found._replace(due_at=gate + RECIPIENT_PAUSE)
        held.postpone(message, found)
