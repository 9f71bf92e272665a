"""One phone: what it received, with the parts of long texts joined, and what it answered."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
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
    direction: Direction
    other: str
    at: datetime
    total: int = 1
    reference: int = 0
    texts: dict[int, str] = field(default_factory=dict)
    states: set[int] = field(default_factory=set)

    def takes(self, sender: str, part: PartText) -> bool:
        return (
            self.direction is Direction.RECEIVED
            and part.total > 1
            and (self.other, self.total, self.reference) == (sender, part.total, part.reference)
            and part.number not in self.texts
        )

    def view(self) -> PhoneMessage:
        return PhoneMessage(
            self.direction,
            self.other,
            "".join(self.texts[number] for number in sorted(self.texts)),
            self.total,
            len(self.texts),
            self._state(),
            self.at,
        )

    def _state(self) -> str:
        if bad := self.states - {MessageState.DELIVERED}:
            return MessageState(min(bad)).name
        return "ARRIVING" if len(self.texts) < self.total else MessageState.DELIVERED.name


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
            record = _Record(Direction.RECEIVED, sender, at, part.total, part.reference)
            self._records.append(record)
        record.texts[part.number] = part.text
        record.states.add(state)

    def sent(self, sender: str, text: str, parts: int, at: datetime) -> None:
        texts = {1: text} | dict.fromkeys(range(2, parts + 1), "")
        self._records.append(
            _Record(Direction.SENT, sender, at, parts, 0, texts, {int(MessageState.DELIVERED)})
        )

    def view(self) -> HandsetView:
        return HandsetView(self.number, list(self._views()))

    def summary(self) -> HandsetSummary:
        last = self._records[-1].view() if self._records else None
        return HandsetSummary(self.number, len(self._records), last)

    def _views(self) -> Iterable[PhoneMessage]:
        return (record.view() for record in self._records)
