"""What the owner of a link sees: its states, its counters, and the calls it receives."""

from enum import StrEnum
from typing import Protocol

import msgspec

from chappe.smpp.events import LostReason
from chappe.smpp.pdu import Answer, Message, Response
from chappe.smpp.receipt_runs import ReceiptRun


class LinkState(StrEnum):
    """STOPPED: not started, or stopped. WAITING: between two attempts. REFUSED: waiting longer, because the
    carrier refused the credentials and a person must look.
    """

    STOPPED = "stopped"
    CONNECTING = "connecting"
    BINDING = "binding"
    BOUND = "bound"
    WAITING = "waiting"
    REFUSED = "refused"
    UNBINDING = "unbinding"


class LinkCounters(msgspec.Struct):
    """Since the client was made. `throttled` counts refusals that slowed the link, `rejected` PDUs of the
    carrier that were not taken, the last one with its reason.
    """

    attempts: int = 0
    binds: int = 0
    submitted: int = 0
    answered: int = 0
    refused: int = 0
    throttled: int = 0
    unanswered: int = 0
    late: int = 0
    deliveries: int = 0
    acknowledged: int = 0
    rejected: int = 0
    last_rejection: str = ""
    octets_in: int = 0
    octets_out: int = 0


class LinkHandler(Protocol):
    """One per link; called on the loop, must not block.

    Every attempt that ends calls exactly one of `lost` and `refused`, however far it got.
    """

    def bound(self, system_id: bytes) -> None:
        """The carrier accepted the bind."""
        ...

    def ready(self, room: int) -> None:
        """Up to `room` parts may be submitted now. Called when room may have opened: keep it cheap."""
        ...

    def accepted(self, tokens: list[int], ids: list[bytes]) -> None:
        """Answers of ESME_ROK in columns, when many came at once; the rest come by `answers`."""
        ...

    def answers(self, batch: list[Answer]) -> None: ...

    def late_answers(self, batch: list[Answer]) -> None:
        """Answers to tokens that `unanswered` already named."""
        ...

    def unanswered(self, tokens: list[int]) -> None:
        """No answer within the response timeout: the outcome of these parts is unknown."""
        ...

    def receipts_read(self, run: ReceiptRun) -> None:
        """Receipts in columns, when many came at once; the rest come by `deliveries`. Answered likewise."""
        ...

    def deliveries(self, batch: list[Message]) -> None:
        """Receipts and inbound messages: `acknowledge` them once they are safe."""
        ...

    def responded(self, token: int, response: Response | None) -> None: ...

    def lost(self, reason: LostReason, detail: str, unanswered: list[int]) -> None:
        """The connection is gone; the outcome of these parts is unknown."""
        ...

    def refused(self, status: int, retry_in: float) -> None:
        """The carrier refused the bind; the next attempt is in `retry_in` seconds."""
        ...


class IgnoringHandler:
    """Does nothing: a base for handlers that need a few of the calls. Columns are handed on as rows."""

    def bound(self, system_id: bytes) -> None:
        pass

    def ready(self, room: int) -> None:
        pass

    def accepted(self, tokens: list[int], ids: list[bytes]) -> None:
        self.answers([(token, 0, one) for token, one in zip(tokens, ids, strict=True)])

    def answers(self, batch: list[Answer]) -> None:
        pass

    def late_answers(self, batch: list[Answer]) -> None:
        pass

    def unanswered(self, tokens: list[int]) -> None:
        pass

    def receipts_read(self, run: ReceiptRun) -> None:
        self.deliveries(run.messages())

    def deliveries(self, batch: list[Message]) -> None:
        pass

    def responded(self, token: int, response: Response | None) -> None:
        pass

    def lost(self, reason: LostReason, detail: str, unanswered: list[int]) -> None:
        pass

    def refused(self, status: int, retry_in: float) -> None:
        pass
