"""One phone: what it received, with the parts of long texts joined, and what it answered."""

import sys
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from chappe.lab.part_text import PartText
from chappe.smpp.constants import MessageState


class Direction(StrEnum):
    RECEIVED = "received"
    SENT = "sent"


class PhoneMessage(msgspec.Struct, frozen=True):
    """A message as the phone shows it. `state` is ARRIVING until every part is there, then DELIVERED, or
    what the carrier's receipts say instead (the phone never showed it then).
    """

    direction: Direction
    other: str
    text: str
    parts: int
    received_parts: int
    state: str
    at: datetime


class HandsetSummary(msgspec.Struct, frozen=True):
    number: str
    messages: int
    last: PhoneMessage | None


class HandsetView(msgspec.Struct, frozen=True):
    number: str
    messages: list[PhoneMessage]


@dataclass(slots=True)
class _Record:
    """Half a million of these may be kept: a slot of a list per part, one number for the states."""

    direction: Direction
    other: str
    at: datetime
    reference: int
    texts: list[str | None]
    state: int = int(MessageState.DELIVERED)

    def takes(self, sender: str, part: PartText) -> bool:
        return (
            self.direction is Direction.RECEIVED
            and part.total > 1
            and (self.other, len(self.texts), self.reference) == (sender, part.total, part.reference)
            and self.texts[part.number - 1] is None
        )

    def take(self, part: PartText, state: int) -> None:
        self.texts[part.number - 1] = part.text
        if state != MessageState.DELIVERED:
            self.state = state

    def view(self) -> PhoneMessage:
        received = [text for text in self.texts if text is not None]
        arriving = self.state == MessageState.DELIVERED and len(received) < len(self.texts)
        return PhoneMessage(
            self.direction,
            self.other,
            "".join(received),
            len(self.texts),
            len(received),
            "ARRIVING" if arriving else MessageState(self.state).name,
            self.at,
        )


class Handset:
    """The last messages of one number."""

    def __init__(self, number: str, keep: int) -> None:
        self.number = number
        self._records: deque[_Record] = deque(maxlen=keep)

    def receive(self, sender: str, part: PartText, state: int, at: datetime) -> None:
        for record in reversed(self._records):
            if record.takes(sender, part):
                break
        else:
            record = _Record(Direction.RECEIVED, sys.intern(sender), at, part.reference, [None] * part.total)
            self._records.append(record)
        record.take(part, state)

    def sent(self, sender: str, text: str, parts: int, at: datetime) -> None:
        """The phone has sent `text`; it went out in so many parts."""
        texts: list[str | None] = [text, *[""] * (parts - 1)]
        self._records.append(_Record(Direction.SENT, sys.intern(sender), at, 0, texts))

    def view(self) -> HandsetView:
        return HandsetView(self.number, list(self._views()))

    def summary(self) -> HandsetSummary:
        last = self._records[-1].view() if self._records else None
        return HandsetSummary(self.number, len(self._records), last)

    def _views(self) -> Iterable[PhoneMessage]:
        return (record.view() for record in self._records)
