"""What passes between the links and the ledger: chunks, messages to send, results, receipts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final, NamedTuple
from uuid import UUID

from chappe.messages.model import RunDelta

LEASE_SECONDS: Final = 10.0
RENEW_EVERY: Final = 2.0
# The owner stops writing well before its lease can end, by its own monotonic clock.
TRUST_LEASE_FOR: Final = 6.0
# In the window or answered and not yet committed: what a crash without a journal would leave in doubt.
MOST_IN_DOUBT: Final = 8_000
MOST_ROWS: Final = 5_000
RESUME_WITHIN: Final = 60.0


class ClaimedChunk(NamedTuple):
    """A leased row of `chunk`, with what its run and campaign say of it."""

    id: int
    workspace_id: int
    run_id: int | None
    route_id: UUID
    source: str
    lane: int
    lo: int
    hi: int
    due_at: datetime
    window_end: datetime | None
    zones: str | None
    expires_at: datetime | None
    attempt: int
    not_carrier: int | None
    token: int
    campaign_id: UUID | None = None
    run_lo: int | None = None
    run_total: int | None = None
    campaign_rate: int | None = None


class Outgoing(NamedTuple):
    """The messages of a chunk that have no state yet, in columns, by ascending id.

    Of what few messages have only those are named: `parts` where it is not one, `expires` of messages with a
    time limit of their own, `suppressed` what is not to be sent, `gone` those of them that are about a topic
    which the person left. `hashed`: numbers were forgotten since these were planned, so they are to be looked
    up among the hashes.
    """

    ids: Sequence[int]
    phones: Sequence[int]
    bodies: Sequence[str]
    parts: Mapping[int, int]
    expires: Mapping[int, datetime]
    suppressed: frozenset[int]
    hashed: bool = False
    gone: frozenset[int] = frozenset()


class StateRow(NamedTuple):
    """A row of `message_state` as COPY writes it."""

    id: int
    workspace_id: int
    state: int
    parts: int
    carrier_number: int
    provider_id: str | None
    more_ids: list[str] | None
    done_mask: int
    failed_mask: int
    reason: str | None
    submitted_at: datetime | None
    done_at: datetime | None


class Accepted(NamedTuple):
    """Messages of one PDU and one part that the carrier took at one moment, in columns: nearly all results.

    `provider_ids` are octets as they were read (latin-1).
    """

    workspace_id: int
    at: datetime
    ids: Sequence[int]
    provider_ids: Sequence[bytes]


class Remnant(NamedTuple):
    """A chunk made of what is left of another: ids `lo ≤ id < hi` that have no state."""

    parent: int
    lo: int
    hi: int
    due_at: datetime
    window_end: datetime | None
    attempt: int
    not_carrier: int | None


class ExceptionRow(NamedTuple):
    """A row of `message_exception`."""

    id: int
    workspace_id: int
    run_id: int | None
    state: int


class LateAnswer(NamedTuple):
    """An acceptance that came after the message had been given up as unknown."""

    id: int
    provider_id: str
    run_id: int | None


@dataclass(slots=True)
class Results:
    """One transaction of the submit flusher. States are in `accepted` and, all others, in `rows`."""

    accepted: list[Accepted] = field(default_factory=list)
    rows: list[StateRow] = field(default_factory=list)
    deltas: list[RunDelta] = field(default_factory=list)
    exceptions: list[ExceptionRow] = field(default_factory=list)
    finished: list[int] = field(default_factory=list)
    remnants: list[Remnant] = field(default_factory=list)
    late: list[LateAnswer] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.accepted or self.rows or self.finished or self.late)

    @property
    def states(self) -> int:
        """How many messages get a state."""
        return len(self.rows) + sum([len(one.ids) for one in self.accepted])

    @property
    def one_id(self) -> int | None:
        """A message that gets a state: when it has one, all have (they are one transaction)."""
        if self.accepted:
            return self.accepted[0].ids[0]
        return self.rows[0].id if self.rows else None


class ReceiptRow(NamedTuple):
    """What the final receipts of one batch say of one message: a bit per part."""

    id: int
    pdus: int
    done: int
    failed: int
    state: int
    reason: str | None


class FinalStates(NamedTuple):
    """One transaction of the receipt flusher.

    `delivered`: messages of one part whose receipt says so, nearly all; no message is in both. `parked`:
    rows of receipts that waited, to be deleted.
    """

    delivered: Sequence[int]
    rows: Sequence[ReceiptRow]
    parked: Sequence[int]


class Change(NamedTuple):
    """A message found by a receipt, with its state before and after."""

    id: int
    old: int
    new: int


class ParkedReceipt(NamedTuple):
    """A receipt of no message that is known yet. `state` is the ledger's, `id` 0 until it is stored."""

    id: int
    provider_id: str
    canonical: str
    state: int
    error: str | None
    done_at: datetime | None


class SentMessage(NamedTuple):
    """What the map of provider ids is rebuilt from. `failed`: undelivered; only a late success changes it."""

    id: int
    provider_id: str | None
    more_ids: list[str] | None
    failed: bool = False


class Ask(Enum):
    """How far a look-up goes. AT_ONCE: the days known to be indexed. AGAIN: those that are indexed by now.
    READ: also the others, which are read whole.
    """

    AT_ONCE = 1
    AGAIN = 2
    READ = 3


class Found(NamedTuple):
    """What was found by provider ids. `everywhere`: all days were asked that may have them."""

    messages: list[SentMessage]
    everywhere: bool


class SentPage(NamedTuple):
    """Messages that a receipt can still change, the latest first: all of them from id `read_from` on. None:
    there are no others.
    """

    messages: list[SentMessage]
    read_from: int | None


class RunRange(NamedTuple):
    """The message ids of a run: `lo ≤ id < hi`."""

    lo: int
    hi: int
    run_id: int
    workspace_id: int


class LinkReport(NamedTuple):
    """State and growth of the counters since the last renewal."""

    state: str
    detail: str | None
    submitted: int = 0
    answered: int = 0
    refused: int = 0
    throttled: int = 0
    receipts: int = 0
    inbound: int = 0


class LinkSession(NamedTuple):
    """A lease on a link: `token` fences what its owner writes."""

    carrier: int
    workspace_id: int
    token: int


class Grant(NamedTuple):
    """A lease just given; `before` owned the link last."""

    session: LinkSession
    before: str | None


class RouteShare(NamedTuple):
    """What a link may claim of a route.

    `other` None: it is the preferred carrier, and takes all but the chunks that shun it (those too when
    `alone`). Else it is the next one, and takes the chunks that shun `other`.
    """

    route_id: UUID
    alone: bool
    other: int | None


class ClaimRequest(NamedTuple):
    """At most `most` chunks of these lanes, due by `due` (the gate's clock)."""

    lanes: tuple[int, ...]
    shares: tuple[RouteShare, ...]
    due: datetime
    most: int


class CampaignState(NamedTuple):
    """What a held chunk must know of its campaign now."""

    sending: bool
    parts_per_second: int | None
