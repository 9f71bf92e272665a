"""Purposes, states and rows of the ledger.

A message is two rows: an immutable one written when it is accepted, and a narrow state row written when the
carrier has answered (or at once, when the message is skipped). Between the two a message's state is derived
from the chunk that holds it.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from typing import Final, NamedTuple
from uuid import UUID

CAMPAIGN_ID: Final = "cmp"
"""What ids of campaigns begin with: rooms below campaigns name the one that a message is of."""

_EPOCH = date(2026, 1, 1)
_DAY_BITS = 40


class Purpose(IntEnum):
    """Why a message is sent. The value is the lane: a lower one is dispatched first."""

    OTP = 1
    SERVICE = 2
    """The answer to STOP and HELP: the only purpose that passes a suppression."""
    TRANSACTIONAL = 3
    CONVERSATION = 4
    MARKETING = 5

    @property
    def label(self) -> str:
        """The word used outside: `otp`, `marketing`…"""
        return self.name.lower()

    @classmethod
    def named(cls, label: str) -> "Purpose | None":
        """The purpose of this label, or None."""
        return _PURPOSES.get(label)


class MessageState(IntEnum):
    """What became of a message. ACCEPTED, QUEUED and SENDING are never stored."""

    ACCEPTED = 0
    QUEUED = 1
    SENDING = 2
    SENT = 3
    """The carrier has it. Stays so, with the reason `no_receipt`, when no receipt ever comes."""
    DELIVERED = 4
    UNDELIVERED = 5
    FAILED = 6
    """Our side gave up: no route, retries exhausted."""
    EXPIRED = 7
    REJECTED = 8
    """The carrier refused it for good."""
    CANCELED = 9
    SKIPPED = 10
    """The gate said no; `reason` says why."""
    UNKNOWN = 11
    """Handed to the carrier, whose answer was never seen."""

    @property
    def label(self) -> str:
        """The word used outside: `delivered`, `skipped`…"""
        return self.name.lower()

    @classmethod
    def named(cls, label: str) -> "MessageState | None":
        """The state of this label, or None."""
        return _STATES.get(label)


_PURPOSES = {purpose.label: purpose for purpose in Purpose}
_STATES = {state.label: state for state in MessageState}

DERIVED = frozenset({MessageState.ACCEPTED, MessageState.QUEUED, MessageState.SENDING})
"""States that have no state row: they are read from the chunk."""

FINAL = frozenset(
    {
        MessageState.DELIVERED,
        MessageState.UNDELIVERED,
        MessageState.FAILED,
        MessageState.EXPIRED,
        MessageState.REJECTED,
        MessageState.CANCELED,
        MessageState.SKIPPED,
    }
)
"""States that do not change any more, but for UNDELIVERED, which a late receipt may turn to DELIVERED."""

EXCEPTIONAL = frozenset(
    {MessageState.FAILED, MessageState.EXPIRED, MessageState.REJECTED, MessageState.UNKNOWN}
)
"""States that need a person's eye: also appended to `message_exception`, which filters read."""


class ChunkState(IntEnum):
    """State of a unit of dispatch."""

    READY = 0
    LEASED = 1
    CANCELING = 2


class NewMessage(NamedTuple):
    """A row of `message`, in the order of `MESSAGE_COLUMNS`."""

    id: int
    workspace_id: int
    phone: int
    contact_id: int | None
    run_id: int | None
    sender_id: UUID | None
    purpose: int
    encoding: int
    """SMPP data_coding of the text with default options: 0 GSM-7, 8 UCS-2."""
    parts: int
    decision: int
    """A `chappe.gate.model.Code`, or from 1,000 on the number of a ruling (`chappe.gate.rulings`)."""
    body: str | None
    reference: str | None
    expires_at: datetime | None


class NewBlock(NamedTuple):
    """Messages of a run with the ids `first_id`, `first_id` + 1…, which differ in recipient and text alone.

    Columns of one length. `contact_ids` is None for contacts that are gone. `bodies` is None for messages
    that are skipped, and then `reason` says why.
    """

    first_id: int
    workspace_id: int
    run_id: int
    purpose: int
    encoding: int
    parts: int
    decision: int
    expires_at: datetime | None
    phones: Sequence[int]
    contact_ids: Sequence[int] | None
    bodies: Sequence[str] | None
    reason: str | None

    @property
    def ids(self) -> range:
        """The ids of its messages."""
        return range(self.first_id, self.first_id + len(self.phones))


class NewState(NamedTuple):
    """A row of `message_state` for a message that never reaches a carrier, as `STATE_COLUMNS`."""

    id: int
    workspace_id: int
    state: int
    reason: str | None
    done_at: datetime


class NewChunk(NamedTuple):
    """A row of `chunk`: messages `lo ≤ id < hi`, as `CHUNK_COLUMNS`.

    `due_at` and `window_end` are times of the gate's clock, `expires_at` of the real one.
    """

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


class RunDelta(NamedTuple):
    """A change of a run's counts, as `DELTA_COLUMNS`.

    Planned parts are entered with the state QUEUED and stay there; parts handed to a carrier are entered
    with the state they led to. So what is billed is the sum of parts over every state but QUEUED.
    """

    workspace_id: int
    run_id: int
    state: int
    reason: str
    n: int
    parts: int


MESSAGE_COLUMNS = NewMessage._fields
STATE_COLUMNS = NewState._fields
CHUNK_COLUMNS = NewChunk._fields
DELTA_COLUMNS = RunDelta._fields


class MessageView(NamedTuple):
    """A message as it is read: the immutable row with its state of this moment."""

    id: int
    phone: int
    contact_id: int | None
    campaign_id: UUID | None
    sender_id: UUID | None
    purpose: Purpose
    state: MessageState
    reason: str | None
    decision: int
    body: str | None
    encoding: int
    parts: int
    parts_sent: int
    reference: str | None
    created_at: datetime
    expires_at: datetime | None
    due_at: datetime | None
    """When ACCEPTED ends, by the gate's clock; None in every other state."""
    submitted_at: datetime | None
    done_at: datetime | None


class InboundView(NamedTuple):
    """A text that came in from a number. `destination`: the address it was sent to; `keyword`: the word
    that decided, None when it is for a person; `reading`: what it was taken for (stop, start, help, ask,
    keep).
    """

    id: int
    destination: str
    body: str
    keyword: str | None
    received_at: datetime
    reading: str | None = None


def first_id_of_day(day: date) -> int:
    """The lowest message id of a UTC day: an id carries its day in the bits above 40."""
    return (day - _EPOCH).days << _DAY_BITS


def day_of(message_id: int) -> date:
    """The UTC day a message was accepted."""
    return _EPOCH + timedelta(days=message_id >> _DAY_BITS)


def utc_day(moment: datetime) -> date:
    """The UTC day of an aware moment."""
    return moment.astimezone(UTC).date()
