"""What a person sees of a campaign's counts: shares of the audience, reasons, cost. Pure; the words are the
templates'.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from chappe.campaigns.model import Progress
from chappe.carriers.model import Price
from chappe.messages.counts import Count, parts_of
from chappe.messages.model import MessageState

_S = MessageState
# Left to right: what is done, what is under way, what waits, what will not be.
SEGMENTS: Final[tuple[tuple[str, frozenset[MessageState]], ...]] = (
    ("delivered", frozenset({_S.DELIVERED})),
    ("sent", frozenset({_S.SENT})),
    ("waiting", frozenset({_S.ACCEPTED, _S.QUEUED, _S.SENDING})),
    ("failed", frozenset({_S.UNDELIVERED, _S.FAILED, _S.EXPIRED, _S.REJECTED})),
    ("unknown", frozenset({_S.UNKNOWN})),
    ("skipped", frozenset({_S.SKIPPED})),
    ("canceled", frozenset({_S.CANCELED})),
)
# Always in the legend; the others when there are any.
_ALWAYS: Final = frozenset({"delivered", "sent", "waiting", "skipped"})
# Handed to the carrier, whatever became of it there.
HANDED: Final = frozenset({_S.SENT, _S.DELIVERED, _S.UNDELIVERED, _S.REJECTED, _S.UNKNOWN})
FAILED: Final = frozenset({_S.UNDELIVERED, _S.FAILED, _S.EXPIRED, _S.REJECTED})
_ANSWERED: Final = frozenset({_S.DELIVERED, _S.UNDELIVERED, _S.REJECTED})


class Segment(NamedTuple):
    """A part of the bar: `left` and `width` in percent of it."""

    key: str
    n: int
    left: float
    width: float


class Reason(NamedTuple):
    """Why so many were not sent, or not delivered. `code` is empty where the carrier gave none."""

    state: MessageState
    code: str
    n: int


class Spent(NamedTuple):
    """Cost of the parts handed over, by the cheapest and the dearest price of the carrier's list."""

    least: Decimal
    most: Decimal
    currency: str


class Tally(NamedTuple):
    """The counts of a run, added up for reading. `total` is the audience, once it is known."""

    total: int
    planned: int
    segments: tuple[Segment, ...]
    handed: int
    answered: int
    """Handed over, and the carrier has said what became of it."""
    delivered: int
    failed: int
    waiting: int
    parts: int
    parts_planned: int
    skipped: tuple[Reason, ...]
    troubles: tuple[Reason, ...]


def tally(progress: Progress) -> Tally:
    """The counts of a campaign, for its page."""
    counts = progress.counts
    planned = sum(count.n for count in counts)
    total = max(progress.campaign.total or 0, planned)
    by_key = {key: _sum(counts, states) for key, states in SEGMENTS}
    parts = parts_of(counts)
    return Tally(
        total=total,
        planned=planned,
        segments=tuple(_segments(by_key, total)),
        handed=_sum(counts, HANDED),
        answered=_sum(counts, _ANSWERED),
        delivered=by_key["delivered"],
        failed=by_key["failed"],
        waiting=by_key["waiting"] + total - planned,
        parts=parts.handed,
        parts_planned=parts.planned,
        skipped=_reasons(counts, {_S.SKIPPED}),
        troubles=_reasons(counts, {_S.UNDELIVERED, _S.FAILED, _S.EXPIRED, _S.REJECTED, _S.UNKNOWN}),
    )


def spent(parts: int, prices: Sequence[Price]) -> Spent | None:
    """What `parts` cost; None when the carrier has no prices. Which prefix each went to is not counted live,
    so where prices differ it is a range.
    """
    if not prices:
        return None
    amounts = [price.price for price in prices]
    return Spent(parts * min(amounts), parts * max(amounts), prices[0].currency)


def pieces(body: str) -> list[tuple[str, bool]]:
    """A template cut for showing: plain text, and (True) what is filled in for each contact, by its name."""
    found = []
    for number, piece in enumerate(_FILLED_IN.split(body)):
        if piece:
            found.append((piece, number % 2 == 1))
    return found


# `{{ name | default: "you" }}`: the name. Other Liquid stays as it is written.
_FILLED_IN: Final = re.compile(r"\{\{-?\s*([\w.]+)[^{}]*\}\}")


def _sum(counts: Iterable[Count], states: frozenset[MessageState]) -> int:
    return sum(count.n for count in counts if count.state in states)


def _segments(by_key: dict[str, int], total: int) -> Iterable[Segment]:
    left = 0.0
    for key, n in by_key.items():
        if n <= 0 and key not in _ALWAYS:
            continue
        width = 100 * max(n, 0) / total if total else 0.0
        yield Segment(key, max(n, 0), round(left, 3), round(width, 3))
        left += width


def _reasons(counts: Iterable[Count], states: set[MessageState]) -> tuple[Reason, ...]:
    found = [
        Reason(count.state, count.reason, count.n)
        for count in counts
        if count.state in states and count.n > 0
    ]
    return tuple(sorted(found, key=lambda reason: (-reason.n, reason.code)))
