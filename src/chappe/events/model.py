"""What an event is."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

EVENT_ID: Final = "evt"
MOST_AT_ONCE: Final = 1_000
KEPT_MONTHS: Final = 25
"""Two whole years and the month that runs: what is older is dropped, and refused."""

# What Segment's e-commerce specification calls the worth of an event, the most telling first.
_WORTHS: Final = ("revenue", "total", "value")


class IncomingEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What a program tells. The person is a key, or a number (E.164 digits), an external id, or both; `at` is
    aware.
    """

    name: str
    at: datetime
    key: str | None = None
    contact_id: int | None = None
    phone: int | None = None
    external_id: str | None = None
    properties: dict[str, Any] = {}


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an IncomingEvent. `id` is None when the same event was recorded before."""

    contact_id: int
    id: int | None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    contact_id: int
    name: str
    at: datetime
    properties: dict[str, Any]


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """An event with who did it: their number, and what they are called, empty when no name is known."""

    event: Event
    phone: int
    name: str


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which events a page shows; what is None does not filter."""

    names: tuple[str, ...] | None = None
    since: datetime | None = None
    contact_id: int | None = None


def worth(properties: Mapping[str, Any]) -> float | None:
    """What an event is worth, in the currency it was told in; None when no property says so in a number."""
    for name in _WORTHS:
        told = properties.get(name)
        if isinstance(told, int | float) and not isinstance(told, bool) and math.isfinite(told):
            return float(told)
    return None
