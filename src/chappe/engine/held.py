"""A leased chunk in memory: what is still to send, what is in the window, what came of the rest.

Parts go out and answers come in as columns: a token and a body each, a token and the carrier's id each.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime
from heapq import heappop, heappush

from chappe.engine.composition import Composed
from chappe.engine.model import RESUME_WITHIN, Accepted, ClaimedChunk, Outgoing, StateRow
from chappe.engine.outcomes import PARTIAL, Action, PartOutcome, Verdict, submitted, verdict
from chappe.engine.retries import Retry
from chappe.engine.tokens import SEVERAL, SHIFT, count_of, index_of, message_of, single
from chappe.messages.model import MessageState

_UNWRITTEN = PartOutcome(Action.UNWRITTEN)
# Settled here, without the carrier: these have no time of submission.
_NEVER_SUBMITTED = frozenset({MessageState.EXPIRED, MessageState.CANCELED, MessageState.SKIPPED})


class Multipart:
    """A message of several PDUs, from its first submit on."""

    __slots__ = ("out", "outcomes", "since")

    def __init__(self, count: int, since: float) -> None:
        self.outcomes = [_UNWRITTEN] * count
        self.out = 0
        self.since = since

    def sent(self) -> int:
        return sum(outcome.action is Action.SENT for outcome in self.outcomes)

    def submitted(self) -> int:
        """Parts that the carrier has or may have."""
        return submitted(self.outcomes)


class HeldChunk:
    """`left` messages have no result yet; the chunk is finished at zero. Results wait in `taken` (nearly all)
    and `rows`. `plain`: every message is one PDU and one part.
    """

    __slots__ = (
        "_again", "_barred", "_billed", "_bodies", "_carrier", "_cursor", "_first_expiry", "_gone",
        "_has_long", "_messages", "_tokens", "chunk", "later", "left", "long", "out", "plain", "queued",
        "rows", "taken",
    )  # fmt: skip

    def __init__(self, chunk: ClaimedChunk, messages: Outgoing, composed: Composed, carrier: int) -> None:
        self.chunk = chunk
        self.left = len(messages.ids)
        self.out = 0
        self.taken: list[Accepted] = []
        self.rows: list[StateRow] = []
        self.later: list[tuple[int, Retry]] = []
        self.long: dict[int, Multipart] = {}
        self.queued = False
        self._messages = messages
        self._carrier = carrier
        self._tokens = composed.tokens
        self._bodies = composed.bodies
        self._billed = composed.billed
        self._cursor = 0
        self._again: list[int] = []
        self._gone: set[int] = set()
        # Dropped while they were, perhaps, in the window: what they become if the carrier refuses them.
        self._barred: dict[int, tuple[MessageState, str | None]] = {}
        self._has_long = any(map(SEVERAL.__and__, composed.tokens))
        self.plain = not self._has_long and not composed.billed
        self._first_expiry = min(messages.expires.values(), default=chunk.expires_at)
        for message, reason in composed.unfit.items():
            self.settle(message, MessageState.FAILED, reason=reason)

    @property
    def pending(self) -> bool:
        """Parts are waiting to be taken."""
        return self._cursor < len(self._tokens) or bool(self._again)

    @property
    def unsent(self) -> int:
        """Parts waiting, about."""
        return len(self._tokens) - self._cursor + len(self._again)

    def take(self, limit: int, now: float, *, cut: bool) -> tuple[list[int], list[bytes]]:
        """Tokens and bodies of up to `limit` parts, in order, refused ones first. A text is not cut unless
        `cut`, so that a lost connection finds few half-submitted ones.
        """
        places: list[int] = []
        while self._again and len(places) < limit:
            place = heappop(self._again)
            if message_of(self._tokens[place]) not in self._gone:
                places.append(place)
        start = self._cursor
        end = min(start + limit - len(places), len(self._tokens))
        if self._has_long and start < end < len(self._tokens):
            end = self._boundary(start, end, cut=cut and not places)
        self._cursor = end
        if places or self._gone:
            places += [n for n in range(start, end) if message_of(self._tokens[n]) not in self._gone]
            tokens, bodies = [self._tokens[n] for n in places], [self._bodies[n] for n in places]
        else:
            tokens, bodies = self._tokens[start:end], self._bodies[start:end]
        self.out += len(tokens)
        if self._has_long:
            self._note_long(tokens, now)
        return tokens, bodies

    def put_back(self, tokens: Iterable[int]) -> None:
        """Parts taken that were not written after all."""
        for token in tokens:
            self.again(token)

    def again(self, token: int) -> None:
        """A part that was refused for the link's sake goes first, in its place."""
        self.out -= 1
        if token & SEVERAL:
            self.long[message_of(token)].out -= 1
        heappush(self._again, bisect_left(self._tokens, token))

    def billed(self, token: int) -> int:
        """Parts that the carrier makes of this PDU."""
        return self._billed.get(message_of(token), 1) if self._billed else 1

    def settle(
        self,
        message: int,
        state: MessageState,
        *,
        parts: int = 0,
        ids: Sequence[str] = (),
        reason: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """The result of a message; `ids` of its parts, empty where there is none."""
        chunk = self.chunk
        done = None if state in (MessageState.SENT, MessageState.UNKNOWN) else at
        more = list(ids[1:]) or None
        provider = (ids[0] or ("" if more else None)) if ids else None
        self.rows.append(
            StateRow(
                message,
                chunk.workspace_id,
                state,
                parts,
                self._carrier,
                provider,
                more,
                0,
                0,
                reason,
                None if state in _NEVER_SUBMITTED else at,
                done,
            )
        )
        self.left -= 1

    def accepted(self, tokens: Sequence[int], provider_ids: Sequence[bytes], at: datetime) -> None:
        """The carrier took these messages of a plain chunk."""
        ids = [token >> SHIFT for token in tokens]
        self.taken.append(Accepted(self.chunk.workspace_id, at, ids, provider_ids))
        self.out -= len(ids)
        self.left -= len(ids)

    def accepted_one(self, token: int, provider_id: str, at: datetime) -> None:
        """The carrier took a message of one PDU."""
        self.out -= 1
        self.settle(message_of(token), MessageState.SENT, parts=self.billed(token), ids=(provider_id,), at=at)

    def resolve_part(self, token: int, outcome: PartOutcome, now: float) -> Verdict | None:
        """The verdict on a message of several PDUs, once none of its parts is out."""
        message = message_of(token)
        long = self.long[message]
        long.outcomes[index_of(token)] = outcome
        long.out -= 1
        self.out -= 1
        if long.out:
            return None
        unwritten = Action.UNWRITTEN in [one.action for one in long.outcomes]
        found = None if unwritten else verdict(long.outcomes, resume=now - long.since < RESUME_WITHIN)
        barred = self._barred.get(message)
        if barred is None or (found is not None and found.action is not Action.AGAIN):
            return found
        state, reason = barred
        return (
            Verdict(MessageState.UNKNOWN, reason or PARTIAL) if long.submitted() else Verdict(state, reason)
        )

    def settle_barred(self, token: int, at: datetime) -> bool:
        """A message of one PDU that was refused for the link's sake: settled if it has been dropped since."""
        barred = self._barred.get(message_of(token))
        if barred is None:
            return False
        self.out -= 1
        self.settle(message_of(token), barred[0], reason=barred[1], at=at)
        return True

    def resume(self, message: int, missing: Sequence[int]) -> None:
        """Send these parts (again), under the reference of those that were sent."""
        long = self.long[message]
        first = bisect_left(self._tokens, single(message))
        for index in missing:
            long.outcomes[index] = _UNWRITTEN
            heappush(self._again, first + index)
        if not long.sent():
            del self.long[message]  # nothing of it is with the carrier: its minute begins anew

    def settle_long(self, message: int, found: Verdict, at: datetime) -> None:
        """Record a message of several PDUs: billed by the parts that were accepted, or may have been."""
        assert found.state is not None
        long = self.long.pop(message)
        ids = [one.provider_id for one in long.outcomes]
        named = ids if any(ids) else ()
        self.settle(message, found.state, parts=long.submitted(), ids=named, reason=found.reason, at=at)

    def postpone(self, message: int, retry: Retry) -> None:
        """The message goes on in another chunk."""
        self.long.pop(message, None)
        self.later.append((message, retry))
        self.left -= 1

    def release(self, retry: Retry) -> None:
        """What has not begun goes to another chunk. A text that has begun is finished here: half of it helps
        nobody, even when its campaign is paused.
        """
        for message in self.waiting():
            self.postpone(message, retry)
            self._gone.add(message)
        self._cut()

    def waiting(self) -> list[int]:
        """Messages of which nothing is in the window or accepted."""
        tokens = self._tokens
        places = [*self._again, *range(self._cursor, len(tokens))]
        found = dict.fromkeys(message_of(tokens[place]) for place in places)
        return [one for one in found if one not in self._gone and not self._begun(one)]

    def drop_phones(self, phones: Iterable[int], at: datetime) -> int:
        """Suppressed since the chunk was read: skipped unless they are out. How many rows."""
        refused = set(phones)
        known = zip(self._messages.ids, self._messages.phones, strict=True)
        ids = {message for message, phone in known if phone in refused}
        return self.drop(ids, MessageState.SKIPPED, "suppressed", at) if ids else 0

    def drop(self, ids: set[int], state: MessageState, reason: str | None, at: datetime) -> int:
        """Settle those of `ids` that are not in the window; those that are go out no further, and never
        again. How many rows.
        """
        before = len(self.rows)
        self._barred.update(dict.fromkeys(ids, (state, reason)))
        for message in self.waiting():
            if message in ids:
                self.settle(message, state, reason=reason, at=at)
                self._gone.add(message)
                self.long.pop(message, None)  # taken and put back: it is settled once
        for message in ids & self.long.keys():
            self._gone.add(message)
            self._give_up(message, reason, at)
        return len(self.rows) - before

    def phones(self) -> Sequence[int]:
        """Numbers that something may still be submitted to, those in the window among them."""
        return self._messages.phones if self.left else ()

    def drop_expired(self, now: datetime) -> int:
        """Messages whose time is over are not sent any more. How many rows."""
        if self._first_expiry is None or now < self._first_expiry:
            return 0
        whole, own = self.chunk.expires_at, self._messages.expires
        whole_over = whole is not None and whole <= now
        expired = {message for message, ends in own.items() if ends <= now}
        if whole_over:
            expired.update(message for message in self._messages.ids if message not in own)
        rows = self.drop(expired, MessageState.EXPIRED, None, now)
        later = [ends for ends in own.values() if ends > now]
        self._first_expiry = min(later, default=None if whole_over else whole)
        return rows

    def give_up_partial(self, now: float, at: datetime) -> int:
        """Half-submitted texts whose minute is over: billed by what was sent. How many."""
        before = len(self.rows)
        for message, long in list(self.long.items()):
            if not long.out and long.submitted() and now - long.since >= RESUME_WITHIN:
                self._give_up(message, PARTIAL, at)
        return len(self.rows) - before

    def give_up_begun(self, at: datetime) -> int:
        """Half-submitted texts whose allowed hours are over: the rest must not go out (I5). How many."""
        before = len(self.rows)
        for message in list(self.long):
            if self.long[message].submitted():
                self._give_up(message, PARTIAL, at)
        return len(self.rows) - before

    def _give_up(self, message: int, reason: str | None, at: datetime) -> None:
        long = self.long[message]
        if not long.out:
            self._gone.add(message)
            self.settle_long(
                message, Verdict(MessageState.UNKNOWN, PARTIAL if reason is None else reason), at
            )

    def _begun(self, message: int) -> bool:
        long = self.long.get(message)
        # A part that was never answered may be with the carrier as well as one that it took.
        return long is not None and bool(long.out or long.submitted())

    def _cut(self) -> None:
        """Keep only the parts of texts that have begun."""
        tokens = self._tokens
        places = [*self._again, *range(self._cursor, len(tokens))]
        self._again = sorted(place for place in places if message_of(tokens[place]) not in self._gone)
        self._cursor = len(tokens)

    def _boundary(self, start: int, end: int, *, cut: bool) -> int:
        last = self._tokens[end - 1]
        index = index_of(last)
        if index + 1 == count_of(last):
            return end
        before = end - index - 1
        if before > start:
            return before
        # A text that has begun goes on: its first parts must not be taken twice.
        return end if cut or before < start else start

    def _note_long(self, tokens: Iterable[int], now: float) -> None:
        for token in tokens:
            if token & SEVERAL:
                message = message_of(token)
                long = self.long.get(message)
                if long is None:
                    long = self.long[message] = Multipart(count_of(token), now)
                long.out += 1
