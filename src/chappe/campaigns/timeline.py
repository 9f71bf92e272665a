"""How a campaign went over time, in as many points as a chart can show. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from chappe.campaigns.display import FAILED, HANDED
from chappe.messages.counts import Minute
from chappe.messages.model import MessageState

_MOST_POINTS: Final = 60
# Minutes that a point may stand for: what people count in.
_WIDTHS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440)
# Receipts trickle in for days; the chart ends when all but so many in a thousand have come.
_TAIL: Final = 2


class Point(NamedTuple):
    """So many from `at` on, for one width: `handed` to carriers, `delivered`, `failed`."""

    at: datetime
    handed: int
    delivered: int
    failed: int


class Timeline(NamedTuple):
    """`minutes`: what a point stands for."""

    minutes: int
    points: tuple[Point, ...]


def timeline(changes: Sequence[Minute]) -> Timeline:
    """The changes of a run's counts, in points of equal width without gaps; empty before anything left."""
    moved = [change for change in changes if change.state in HANDED or change.state in FAILED]
    if not moved:
        return Timeline(1, ())
    begin, end = moved[0].at, _end(moved)
    span = int((end - begin).total_seconds() // 60) + 1
    width = next((each for each in _WIDTHS if span <= each * _MOST_POINTS), _WIDTHS[-1])
    first = _floor(begin, width)
    points: dict[datetime, list[int]] = {}
    at = first
    while at <= end:
        points[at] = [0, 0, 0]
        at += timedelta(minutes=width)
    last = max(points)
    for change in moved:
        sums = points[min(_floor(change.at, width), last)]
        sums[0] += change.n if change.state in HANDED else 0
        sums[1] += change.n if change.state is MessageState.DELIVERED else 0
        sums[2] += change.n if change.state in FAILED else 0
    return Timeline(width, tuple(Point(at, *(max(0, n) for n in sums)) for at, sums in points.items()))


def _end(moved: Sequence[Minute]) -> datetime:
    """The minute by which all but a tail of the changes had happened."""
    whole = sum(abs(change.n) for change in moved)
    seen = 0
    for change in moved:
        seen += abs(change.n)
        if seen * 1000 >= whole * (1000 - _TAIL):
            return change.at
    return moved[-1].at


def _floor(at: datetime, minutes: int) -> datetime:
    seconds = int(at.timestamp())
    return datetime.fromtimestamp(seconds - seconds % (minutes * 60), UTC)
