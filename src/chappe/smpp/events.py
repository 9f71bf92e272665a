"""What a session tells its owner. Messages and answers come in batches, everything else alone."""

from enum import StrEnum

import msgspec

from chappe.smpp.constants import BindKind
from chappe.smpp.decoding import DecodeFailure
from chappe.smpp.pdu import AlertNotification, Answer, Bind, Message, Outbind, Request, Response
from chappe.smpp.receipt_runs import ReceiptRun
from chappe.smpp.submits import Submits


class LostReason(StrEnum):
    """Why a session ended."""

    CONNECT_FAILED = "connect_failed"
    BIND_TIMEOUT = "bind_timeout"
    BIND_REFUSED = "bind_refused"
    ENQUIRE_TIMEOUT = "enquire_timeout"
    PEER_UNBOUND = "peer_unbound"
    PEER_CLOSED = "peer_closed"
    NOT_SMPP = "not_smpp"
    FRAMING = "framing"
    TOO_MANY_SESSIONS = "too_many_sessions"
    STOPPED = "stopped"


class BindRequested(msgspec.Struct, frozen=True):
    """Carrier side: decide with `accept_bind` or `refuse_bind`."""

    bind: Bind


class Bound(msgspec.Struct, frozen=True):
    """`system_id` is the peer's; `interface_version` is None when it did not say."""

    kind: BindKind
    system_id: bytes
    interface_version: int | None


class Messages(msgspec.Struct, frozen=True):
    """Deliveries on the client side, submits on the carrier side; each is owed an answer."""

    batch: list[Message]


class Submitted(msgspec.Struct, frozen=True):
    """Carrier side: submit_sm's and data_sm's in columns; each is owed an answer."""

    batch: Submits


class Accepted(msgspec.Struct, frozen=True):
    """Answers of ESME_ROK, as columns: tokens and message ids."""

    tokens: list[int]
    ids: list[bytes]


class Answers(msgspec.Struct, frozen=True):
    """`refused` is true when one status at least is not ESME_ROK."""

    batch: list[Answer]
    refused: bool


class LateAnswers(msgspec.Struct, frozen=True):
    """Answers to messages that were already reported in `Unanswered`."""

    batch: list[Answer]


class Unanswered(msgspec.Struct, frozen=True):
    """No answer within the response timeout: nobody knows whether the carrier took these."""

    tokens: list[int]


class Requested(msgspec.Struct, frozen=True):
    """Carrier side: query_sm, cancel_sm, replace_sm or submit_multi; answer with `respond`."""

    sequence: int
    pdu: Request


class Responded(msgspec.Struct, frozen=True):
    """The answer to `request`; `pdu` is None when it was refused by generic_nack or never came."""

    token: int
    status: int
    pdu: Response | None


class Notified(msgspec.Struct, frozen=True):
    """A PDU that is not answered."""

    pdu: AlertNotification | Outbind


class Rejected(msgspec.Struct, frozen=True):
    """A PDU that was not taken; its sender has been told, where the specification lets us."""

    failure: DecodeFailure


class Closed(msgspec.Struct, frozen=True):
    """The session is over: write what is left in `outgoing`, then close the connection.

    `status` is the one of a refused bind.
    """

    reason: LostReason
    detail: str
    status: int = 0


Event = (
    BindRequested
    | Bound
    | Messages
    | Submitted
    | Accepted
    | ReceiptRun
    | Answers
    | LateAnswers
    | Unanswered
    | Requested
    | Responded
    | Notified
    | Rejected
    | Closed
)
