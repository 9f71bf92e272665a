"""Shapes of messages in the API, and how they are made from the values of `model`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from chappe.api.bodies import Input
from chappe.consent.topics.errors import NotATopic
from chappe.consent.topics.model import TOPIC_ID
from chappe.gate.rulings import Ruling
from chappe.kit import phone
from chappe.kit.errors import Problem
from chappe.kit.ids import IdCipher, parse_public_id, public_id
from chappe.messages.model import MessageState, MessageView, Purpose
from chappe.sending.model import MOST_INTENTS, Accepted, Intent

MESSAGE_ID, SENDER_ID, CAMPAIGN_ID = "msg", "snd", "cmp"


class SentPurpose(StrEnum):
    """What a program may send for. (Answers to STOP and HELP are Chappe's own.)"""

    TRANSACTIONAL = "transactional"
    MARKETING = "marketing"
    CONVERSATION = "conversation"
    OTP = "otp"


# A type of its own: `Enum("…", […])` is no type for a checker.
class StateName(StrEnum):
    """States of a message, by the word used outside."""

    ACCEPTED = "accepted"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    EXPIRED = "expired"
    REJECTED = "rejected"
    CANCELED = "canceled"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"


class EncodingName(StrEnum):
    GSM7 = "gsm7"
    UCS2 = "ucs2"


class BadMessages(Problem):
    """Something is wrong with the messages asked for; nothing was accepted."""

    code = "bad_message"
    status = 422
    title = "No message was accepted"


class NewMessage(Input, frozen=True, kw_only=True):
    """A message to one person. `to`: international form, +33612345678. `reference`: the caller's own."""

    to: Annotated[str, Meta(min_length=1, max_length=40)]
    sender_id: Annotated[str, Meta(min_length=1, max_length=60)]
    body: Annotated[str, Meta(min_length=1, max_length=10_000)]
    purpose: SentPurpose
    reference: Annotated[str, Meta(max_length=200)] | None = None
    # Not after this moment; with its offset.
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None
    # What it is about. Marketing without a topic is about the default one.
    topic_id: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    # Addresses in the text become short links, whose clicks are counted.
    shorten_links: bool = False


NewMessages = Annotated[list[NewMessage], Meta(min_length=1, max_length=MOST_INTENTS)]
Asked = NewMessage | NewMessages
# Octets: 1,000 messages with long texts and references.
LARGEST_BODY = 8_000_000


class AcceptedView(msgspec.Struct, frozen=True, kw_only=True):
    """What was written down. `skipped` with a `reason` is an answer too: it will not leave, and this is why.
    `due_at`: when it may leave, now or when the recipient's allowed hours begin. `test`: a test key asked for
    it, so it reaches simulated phones or none.
    """

    id: str
    state: StateName
    reason: str | None
    to: str
    parts: int
    encoding: EncodingName
    due_at: datetime | None
    reference: str | None
    test: bool


class AcceptedList(msgspec.Struct, frozen=True, kw_only=True):
    """One result a message, in the order asked for."""

    data: list[AcceptedView]


class DecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate decided when the message was accepted: `send`, `deferred_hours`, or why it was skipped.
    `rule`, where a rule of law or of the workspace decided, in the `version` of that day; `source`: where it
    can be read.
    """

    code: str
    rule: str | None
    version: str | None
    source: str | None


class OneMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it stands. `parts`: of the text; `parts_sent`: handed to the carrier, which is billed.
    `due_at`: when it may leave, while it is `accepted`; in the demo, by the demo's clock. `test`: it is one
    of the test data.
    """

    id: str
    to: str
    campaign_id: str | None
    sender_id: str | None
    purpose: str
    state: StateName
    reason: str | None
    decision: DecisionView
    body: str | None
    encoding: EncodingName
    parts: int
    parts_sent: int
    reference: str | None
    created_at: datetime
    expires_at: datetime | None
    due_at: datetime | None
    submitted_at: datetime | None
    done_at: datetime | None
    test: bool


def intent_of(message: NewMessage) -> Intent:
    """BadMessages names the value that cannot be read."""
    read = _read(message)
    if isinstance(read, Intent):
        return read
    field, detail = read[0]
    raise BadMessages(detail, field=field)


def intents_of(messages: Sequence[NewMessage]) -> list[Intent]:
    """BadMessages names every value that cannot be read, by its place in the list."""
    intents, faults = [], []
    for place, message in enumerate(messages):
        read = _read(message)
        if isinstance(read, Intent):
            intents.append(read)
        else:
            faults += [(f"[{place}].{field}", detail) for field, detail in read]
    if faults:
        raise BadMessages(
            f"{len(faults)} of the values cannot be used, see errors. Correct them and send the list again.",
            errors=faults,
        )
    return intents


def accepted_views(
    accepted: Sequence[Accepted], intents: Sequence[Intent], ids: IdCipher
) -> list[AcceptedView]:
    """One for each; their ids are enciphered in one call."""
    names = ids.encode_many(MESSAGE_ID, [one.id for one in accepted])
    return [_accepted(*each) for each in zip(names, accepted, intents, strict=True)]


def _accepted(name: str, accepted: Accepted, intent: Intent) -> AcceptedView:
    return AcceptedView(
        id=name,
        state=StateName(accepted.state.label),
        reason=accepted.reason,
        to=phone.to_e164(intent.phone),
        parts=accepted.parts,
        encoding=_encoding(accepted.encoding),
        due_at=accepted.due_at,
        reference=intent.reference,
        test=accepted.test,
    )


def message_views(
    messages: Sequence[MessageView], rulings: Mapping[int, Ruling], ids: IdCipher, *, test: bool
) -> list[OneMessage]:
    """A page of messages, of the test data or not; their ids are enciphered in one call."""
    names = ids.encode_many(MESSAGE_ID, [message.id for message in messages])
    return [
        _message(name, message, rulings[message.decision], test=test)
        for name, message in zip(names, messages, strict=True)
    ]


def _message(name: str, message: MessageView, ruling: Ruling, *, test: bool) -> OneMessage:
    return OneMessage(
        id=name,
        to=phone.to_e164(message.phone),
        campaign_id=_public(CAMPAIGN_ID, message.campaign_id),
        sender_id=_public(SENDER_ID, message.sender_id),
        purpose=message.purpose.label,
        state=StateName(message.state.label),
        reason=message.reason,
        decision=DecisionView(
            code=ruling.code.reason, rule=ruling.rule, version=ruling.version, source=ruling.source
        ),
        body=message.body,
        encoding=_encoding(message.encoding),
        parts=message.parts,
        parts_sent=message.parts_sent,
        reference=message.reference,
        created_at=message.created_at,
        expires_at=message.expires_at,
        due_at=message.due_at,
        submitted_at=message.submitted_at,
        done_at=message.done_at,
        test=test,
    )


_NO_TOPIC = "A topic's id looks like top_… (32 hex digits). List them with GET /v1/topics."
_NO_SENDER = "A sender's id looks like snd_… (32 hex digits). List them with GET /v1/senders."
# Beyond it a time may not fit once it is in UTC.
_LAST_YEAR = 9998
_UCS2 = 8  # SMPP 3.4 section 5.2.19


def _read(message: NewMessage) -> Intent | list[tuple[str, str]]:
    """The intent, or each field that cannot be read with what to do."""
    faults = []
    number = phone.try_parse(message.to)
    if isinstance(number, phone.PhoneFault):
        faults.append(("to", phone.NotAPhone(number, message.to, None).detail))
    sender_id = _sender_id(message.sender_id)
    if sender_id is None:
        faults.append(("sender_id", _NO_SENDER))
    if message.expires_at is not None and message.expires_at.year > _LAST_YEAR:
        faults.append(("expires_at", f"Give a time before the year {_LAST_YEAR + 1}, or leave it out."))
    topic_id = None if message.topic_id is None else parse_public_id(TOPIC_ID, message.topic_id)
    if message.topic_id is not None and topic_id is None:
        faults.append(("topic_id", _NO_TOPIC))
    if isinstance(number, phone.PhoneFault) or sender_id is None or faults:
        return faults
    return Intent(
        phone=number,
        sender_id=sender_id,
        body=message.body,
        purpose=Purpose[message.purpose.name],
        reference=message.reference,
        expires_at=message.expires_at,
        topic_id=topic_id,
        shorten=message.shorten_links,
    )


def topic_named(text: str | None) -> UUID | None:
    """Raises NotATopic for what is no id of a topic."""
    topic_id = None if text is None else parse_public_id(TOPIC_ID, text)
    if text is not None and topic_id is None:
        raise NotATopic(_NO_TOPIC, field="topic_id")
    return topic_id


@lru_cache(maxsize=1_024)
def _sender_id(text: str) -> UUID | None:
    """Remembered: a program sends thousands of messages from few senders."""
    return parse_public_id(SENDER_ID, text)


def state_named(name: StateName | None) -> MessageState | None:
    return None if name is None else MessageState[name.name]


def _encoding(data_coding: int) -> EncodingName:
    return EncodingName.UCS2 if data_coding == _UCS2 else EncodingName.GSM7


def _public(prefix: str, key: UUID | None) -> str | None:
    return None if key is None else public_id(prefix, key)
