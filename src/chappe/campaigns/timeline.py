"""How a campaign went over time, in as many points as a chart can show. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from chappe.campaigns.display import FAILED, HANDED
from chappe.campaigns.reports.model import Acts
from chappe.messages.counts import Minute
from chappe.messages.model import MessageState

_MOST_POINTS: Final = 60
# Minutes that a point may stand for: what people count in.
_WIDTHS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440)
# Receipts trickle in for days, clicks for weeks; the chart ends when all but so many in a thousand have come.
_RECEIPTS_TAIL: Final = 2
_ACTS_TAIL: Final = 30

_Change = tuple[datetime, tuple[int, ...]]


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


class ActsTimeline(NamedTuple):
    """`minutes`: what a point stands for. `later`: people who acted after the last one."""

    minutes: int
    points: tuple[Acts, ...]
    later: int


def timeline(changes: Sequence[Minute]) -> Timeline:
    """The changes of a run's counts, in points of equal width without gaps, late ones in the last; empty
    before anything left.
    """
    moved = [change for change in changes if change.state in HANDED or change.state in FAILED]
    if not moved:
        return Timeline(1, ())
    end = moved[_ending([abs(change.n) for change in moved], _RECEIPTS_TAIL)].at
    minutes, points = _points([(min(change.at, end), _moved(change)) for change in moved], 1)
    return Timeline(minutes, tuple(Point(at, *(max(0, n) for n in sums)) for at, sums in points))


def acts_timeline(acts: Sequence[Acts]) -> ActsTimeline:
    """What people did by ten minutes, in the order of time, in points of equal width without gaps; empty
    before anybody acted.
    """
    if not acts:
        return ActsTimeline(10, (), 0)
    last = _ending([sum(one[1:]) for one in acts], _ACTS_TAIL)
    minutes, points = _points([(one.at, one[1:]) for one in acts[: last + 1]], 10)
    later = sum(sum(one[1:]) for one in acts[last + 1 :])
    return ActsTimeline(minutes, tuple(Acts(at, *sums) for at, sums in points), later)


def _moved(change: Minute) -> tuple[int, int, int]:
    return (
        change.n if change.state in HANDED else 0,
        change.n if change.state is MessageState.DELIVERED else 0,
        change.n if change.state in FAILED else 0,
    )


def _points(changes: Sequence[_Change], least: int) -> tuple[int, list[tuple[datetime, list[int]]]]:
    """Sums in points of one width from the first change to the last: the minutes of a point, at least so
    many, and the points.
    """
    begin, end = min(at for at, _ in changes), max(at for at, _ in changes)
    span = int((end - begin).total_seconds() // 60) + 1
    widths = [width for width in _WIDTHS if width >= least]
    width = next((each for each in widths if span <= each * _MOST_POINTS), widths[-1])
    points: dict[datetime, list[int]] = {}
    at = _floor(begin, width)
    while at <= end:
        points[at] = [0] * len(changes[0][1])
        at += timedelta(minutes=width)
    for at, change in changes:
        sums = points[_floor(at, width)]
        for place, n in enumerate(change):
            sums[place] += n
    return width, list(points.items())


def _ending(sizes: Sequence[int], tail: int) -> int:
    """The place by which all but so many in a thousand had come."""
    whole, seen = sum(sizes), 0
    for place, size in enumerate(sizes):
        seen += size
        if seen * 1000 >= whole * (1000 - tail):
            return place
    return len(sizes) - 1


def _floor(at: datetime, minutes: int) -> datetime:
    seconds = int(at.timestamp())
    return datetime.fromtimestamp(seconds - seconds % (minutes * 60), UTC)
