"""A conversation, what is said in it, and what can go wrong when it is answered."""

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import ClassVar, NamedTuple
from uuid import UUID

import msgspec

from chappe.carriers.model import Price, Sender
from chappe.contacts.model import Contact
from chappe.kit.errors import Problem
from chappe.messages.model import InboundView, MessageView
from chappe.sms.encoding import Encoding

# Prefixes of ids outside. A conversation is named by its number, through the cipher.
CONVERSATION_ID, REPLY_ID = "cnv", "rpl"

# Notices that a conversation changed; the payload is the workspace's number.
CHANNEL = "chappe_conversation"

LONGEST_REPLY_NAME = 60


class ConversationState(IntEnum):
    """As stored. An answered conversation stays open until a person closes it; a new text opens it again."""

    OPEN = 1
    CLOSED = 2


class View(StrEnum):
    """Which conversations a list shows."""

    OPEN = "open"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    CLOSED = "closed"

    @classmethod
    def named(cls, text: str) -> "View | None":
        """The view of this word, or None."""
        return next((view for view in cls if view.value == text), None)


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """A text that came in. `opens`: it is for a person to read, not a keyword that the program answered."""

    phone: int
    sender_id: UUID | None
    text: str
    opens: bool


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """`sender_id`: the sender they wrote to last. `last_mine`: the last words are ours."""

    phone: int
    state: ConversationState
    assignee_id: UUID | None
    sender_id: UUID | None
    unread: int
    last_at: datetime
    last_text: str
    last_mine: bool


class Place(NamedTuple):
    """Where a list of conversations goes on: behind this one, the newest first."""

    at: datetime
    phone: int


class Said(NamedTuple):
    """One message of a thread, from either side: exactly one of the two is there. `by`: the person who wrote
    an answer of ours; None for what the program or a campaign sent.
    """

    at: datetime
    inbound: InboundView | None
    outbound: MessageView | None
    by: UUID | None


class Cursor(NamedTuple):
    """What of a thread is older: messages with ids below these."""

    inbound: int
    outbound: int


class Thread(NamedTuple):
    """What was said with a number, oldest first. `older`: where the earlier part begins, None when all is
    here.
    """

    said: Sequence[Said]
    older: Cursor | None


class Correspondent(NamedTuple):
    """The other side. `conversation` is None before a word was said, `contact` for a stranger."""

    phone: int
    conversation: Conversation | None
    contact: Contact | None


class Draft(NamedTuple):
    """An answer as it would be sent now. `refusal`: the gate's reason why it would not be."""

    parts: int
    encoding: Encoding
    left: int
    """Characters that still fit the last part."""
    price: Price | None
    refusal: str | None
    culprits: Sequence[str]
    """Characters that make the text cost more parts."""


class Answering(NamedTuple):
    """Who can answer: the senders that people can write back to, and the one that is proposed."""

    senders: Sequence[Sender]
    chosen: Sender | None
    refusal: str | None
    """The gate's reason why nothing can be sent to this number."""


class CannedReply(msgspec.Struct, frozen=True, kw_only=True):
    """`body` may name variables of a contact, as templates do."""

    id: UUID
    name: str
    body: str
    updated_at: datetime


class UnknownConversation(Problem):
    code: ClassVar[str] = "unknown_conversation"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such conversation"


class NotSent(Problem):
    """The gate refused the answer; `params["reason"]` is its word."""

    code: ClassVar[str] = "not_sent"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The answer was not sent"


class NoConversationSender(Problem):
    code: ClassVar[str] = "no_conversation_sender"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "No sender can be answered"


class AlreadyAnswered(Problem):
    """The same form came twice: the first one counts."""

    code: ClassVar[str] = "already_answered"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This answer was sent already"


class UnknownAssignee(Problem):
    code: ClassVar[str] = "unknown_assignee"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "This person cannot answer here"


class UnknownReply(Problem):
    code: ClassVar[str] = "unknown_reply"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such canned reply"


class ReplyNameTaken(Problem):
    code: ClassVar[str] = "reply_name_taken"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "A canned reply has this name already"


class BadReplyName(Problem):
    code: ClassVar[str] = "bad_reply_name"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The canned reply needs a name"
