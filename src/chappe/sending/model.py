"""What is asked to be sent, and what came of asking."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from chappe.gate.model import Code, Decision, Recipient
from chappe.kit.errors import Problem
from chappe.messages.model import MessageState, Purpose

MOST_INTENTS: Final = 1_000
LONGEST_WAIT: Final = timedelta(days=366)


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """A single message somebody wants sent. `body` is the text itself, not a template. `topic_id` None: the
    topic that everybody begins with; of what is no marketing, none. `shorten`: its addresses become short
    links, whose clicks are counted.
    """

    phone: int
    sender_id: UUID
    body: str
    purpose: Purpose
    reference: str | None = None
    expires_at: datetime | None = None
    topic_id: UUID | None = None
    shorten: bool = False


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """An intent that is now in the ledger. SKIPPED is an answer too: `reason` says why it will not leave.

    `due_at` is a time of the gate's clock, None when skipped. `test`: written among the test data, and it can
    reach no phone.
    """

    id: int
    state: MessageState
    decision: Code
    reason: str | None
    due_at: datetime | None
    parts: int
    encoding: int
    test: bool = False


class Composed(NamedTuple):
    """A recipient with the gate's decision and the text it would receive (None when skipped)."""

    recipient: Recipient
    decision: Decision
    text: str | None
    encoding: int
    parts: int
    reference: str | None = None


class Batch(NamedTuple):
    """Recipients with one decision, and the texts they would receive, as columns of one length.

    `texts` is None when they are skipped. All texts have the same encoding and number of parts. `route_id` is
    the route or the branch of it that they take.
    """

    decision: Decision
    zones: str
    contact_ids: Sequence[int] | None
    phones: Sequence[int]
    texts: Sequence[str] | None
    encoding: int
    parts: int
    route_id: UUID | None = None


class UnknownSender(Problem):
    code = "unknown_sender"
    status = 422
    title = "No such sender"


class TooManyIntents(Problem):
    code = "too_many_messages"
    status = 422
    title = "Too many messages in one request"


class ExpiresTooLate(Problem):
    code = "expires_too_late"
    status = 422
    title = "The message would be kept too long"


class AlreadyExpired(Problem):
    code = "already_expired"
    status = 422
    title = "The message would expire before it is sent"
