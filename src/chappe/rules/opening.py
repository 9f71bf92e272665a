"""The opening hours of one jurisdiction in one zone, and what several have in common: pure, exact across
changes of clocks.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from chappe.rules.values import MINUTES_IN_A_DAY

# A local day may begin 26 hours away from the UTC day. Ahead, two weeks hold any weekend and any run of
# holidays: zones that share no hour in them are taken to share none.
BACK, AHEAD = 2, 15


class Stretch(NamedTuple):
    """Open from `opens_at` until before `closes_at`, UTC; `rule` is what closes it."""

    opens_at: datetime
    closes_at: datetime
    rule: str


# What one local day allows: spans in minutes, and the rule that ends each (and the day, when there is none).
Day = tuple[Sequence[tuple[int, int]], str]


def stretches(zone: ZoneInfo, around: date, on: Callable[[date], Day]) -> list[Stretch]:
    """The stretches of the days around `around` (UTC), in order, those that touch made one."""
    found: list[Stretch] = []
    for offset in range(-BACK, AHEAD + 1):
        local = around + timedelta(days=offset)
        spans, rule = on(local)
        for stretch in _of_day(local, spans, rule, zone):
            if found and found[-1].closes_at >= stretch.opens_at:
                found[-1] = Stretch(found[-1].opens_at, stretch.closes_at, rule)
            else:
                found.append(stretch)
    return found


def _of_day(local: date, spans: Iterable[tuple[int, int]], rule: str, zone: ZoneInfo) -> Iterator[Stretch]:
    for opens, closes in spans:
        opens_at = max(_readings(local, opens, zone))
        closes_at = min(_readings(local, closes, zone))
        if opens_at < closes_at:  # not so on a date that a zone skipped altogether (Apia, 30 December 2011)
            yield Stretch(opens_at, closes_at, rule)


def _readings(day: date, minute: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants a wall time may mean. They differ when clocks change there: then the later one opens and
    the earlier one closes, so that no reading of the law is broken.
    """
    if minute == MINUTES_IN_A_DAY:
        day, minute = day + timedelta(days=1), 0
    local = datetime.combine(day, time(minute // 60, minute % 60), zone)
    return local.replace(fold=0).astimezone(UTC), local.replace(fold=1).astimezone(UTC)


def common(left: Sequence[Stretch], right: Sequence[Stretch]) -> list[Stretch]:
    """When both are open; each end has the rule of the one that closes first."""
    shared = []
    at_left = at_right = 0
    while at_left < len(left) and at_right < len(right):
        one, other = left[at_left], right[at_right]
        first = one if one.closes_at <= other.closes_at else other
        opens_at = max(one.opens_at, other.opens_at)
        if opens_at < first.closes_at:
            shared.append(Stretch(opens_at, first.closes_at, first.rule))
        if first is one:
            at_left += 1
        else:
            at_right += 1
    return shared


def at_or_after(found: Sequence[Stretch], now: datetime) -> Stretch | None:
    """The stretch that `now` is in, or the next one."""
    place = bisect_right(found, now, key=lambda stretch: stretch.closes_at)
    return found[place] if place < len(found) else None
