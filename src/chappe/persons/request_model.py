"""What people may ask about their data, and by when they are to be answered."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

REQUEST_ID: Final = "req"
_ANSWERED_WITHIN: Final = 1
_AT_MOST: Final = 3


class RequestKind(StrEnum):
    """GDPR articles 15 (access), 17 (erasure), 16 (rectification) and 21 (objection)."""

    ACCESS = "access"
    ERASURE = "erasure"
    RECTIFICATION = "rectification"
    OBJECTION = "objection"


class RequestState(StrEnum):
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


class Channel(StrEnum):
    """How they asked."""

    EMAIL = "email"
    LETTER = "letter"
    PHONE = "phone"
    TEXT = "text"
    SHOP = "shop"
    API = "api"


class Step(StrEnum):
    """What was done with a request."""

    RECEIVED = "received"
    NOTED = "noted"
    IDENTIFIED = "identified"
    PROLONGED = "prolonged"
    ARCHIVED = "archive_made"
    DONE = "done"
    REFUSED = "refused"


class NewRequest(NamedTuple):
    """`identity`: how it was checked that they are who they say; empty when it was not yet."""

    kind: RequestKind
    contact_id: int | None
    phone: int
    channel: Channel
    received_on: date
    identity: str = ""
    note: str = ""


class PersonRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`contact_id` and `phone` are None when the person has been erased since; `contact_id` also when the
    number was never a contact.
    """

    id: UUID
    workspace_id: int
    kind: RequestKind
    state: RequestState
    contact_id: int | None
    phone: int | None
    channel: Channel
    received_on: date
    due_on: date
    prolonged: bool
    identity: str
    export_id: UUID | None
    closed_at: datetime | None
    created_at: datetime

    def days_left(self, today: date) -> int:
        """Until it is to be answered; less than none: it is overdue."""
        return (self.due_on - today).days


class StepTaken(NamedTuple):
    what: Step
    note: str
    person: str
    at: datetime


def due_on(received: date, *, prolonged: bool = False) -> date:
    """One month after the day it came, three when it was prolonged (GDPR article 12(3)): the same day of the
    month, or its last where it has no such day (Regulation 1182/71, article 3(2)(c)).
    """
    months = _AT_MOST if prolonged else _ANSWERED_WITHIN
    year, month = divmod(received.year * 12 + received.month - 1 + months, 12)
    for day in (received.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day, received.day))
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")


def request_of(row: Any) -> PersonRequest:
    """Of a whole row."""
    return PersonRequest(
        kind=RequestKind(row["kind"]),
        state=RequestState(row["state"]),
        channel=Channel(row["channel"]),
        **{name: row[name] for name in _PLAIN},
    )


_PLAIN: Final = (
    "id", "workspace_id", "contact_id", "phone", "received_on", "due_on", "prolonged", "identity",
    "export_id", "closed_at", "created_at",
)  # fmt: skip
