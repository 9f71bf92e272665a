"""What a link said and heard lately, for people who look at it.

One row for what is alike within a second, never one per PDU: the sending path pays a dictionary entry per
batch. Numbers are masked before they are kept, and no text or password comes here.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from chappe.kit.clock import Clock
from chappe.kit.redaction import mask_phone
from chappe.smpp.pdu import Answer

# Between two writes, of different kinds; what is beyond is not kept.
_MOST = 200


class Way(StrEnum):
    OUT = "out"
    IN = "in"


class Exchange(NamedTuple):
    """`parts` PDUs of one kind within a second; `status` is the one answered, None where there is none."""

    at: datetime
    way: Way
    operation: str
    status: int | None
    parts: int
    number: str
    detail: str


class Exchanges:
    """Of one link, since they were taken last."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[tuple[datetime, Way, str, int | None, str], tuple[int, str]] = {}

    def submitted(self, bodies: list[bytes]) -> None:
        """Parts that were written; the last one's number stands for them."""
        self.note(Way.OUT, "submit_sm", parts=len(bodies), number=_destination(bodies[-1]))

    def answered(self, batch: Iterable[Answer]) -> None:
        by_status: dict[int, int] = {}
        for _, status, _ in batch:
            by_status[status] = by_status.get(status, 0) + 1
        for status, parts in by_status.items():
            self.note(Way.IN, "submit_sm_resp", status=status, parts=parts)

    def note(
        self,
        way: Way,
        operation: str,
        *,
        status: int | None = None,
        parts: int = 1,
        number: str = "",
        detail: str = "",
    ) -> None:
        second = self._clock.now().replace(microsecond=0)
        key = (second, way, operation, status, detail)
        known = self._kept.get(key)
        if known is not None:
            self._kept[key] = known[0] + parts, known[1]
        elif len(self._kept) < _MOST:
            self._kept[key] = parts, mask_phone(number)

    def take(self) -> list[Exchange]:
        """In their order; the next begins anew."""
        kept, self._kept = self._kept, {}
        return [
            Exchange(at, way, operation, status, parts, number, detail)
            for (at, way, operation, status, detail), (parts, number) in kept.items()
        ]


def _destination(body: bytes) -> str:
    """Of a submit_sm's body (SMPP 3.4 section 4.4.1): service type, source and destination, each address with
    its TON and NPI before it.
    """
    source = body.index(b"\0") + 3
    destination = body.index(b"\0", source) + 3
    return body[destination : body.index(b"\0", destination)].decode("ascii", "replace")
