"""An e-mail's values."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

MAIL_ID = "eml"


class MailState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Given to the server, whose answer got lost: never sent again by itself."""
    KEPT = "kept"
    """No server was configured: it is shown on /mailbox."""


class Body(msgspec.Struct, frozen=True):
    """Both forms of one text."""

    text: str
    html: str


class Letter(msgspec.Struct, frozen=True):
    """A mail to send: what the SMTP client is given."""

    id: UUID
    recipient: str
    subject: str
    body: Body
    attempts: int


class MailView(msgspec.Struct, frozen=True, kw_only=True):
    """A mail as the mailbox lists it. `readable`: its body is still here."""

    id: UUID
    kind: str
    recipient: str
    subject: str
    state: MailState
    created_at: datetime
    sent_at: datetime | None
    error: str | None
    readable: bool
