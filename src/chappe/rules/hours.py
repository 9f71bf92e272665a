"""The allowed hours of a set of zones: pure, exact across changes of clocks, computed once a day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chappe.rules.model import DEFAULT_HOURS, NO_COMMON_HOUR, AllowedHours, Window

__all__ = ["NO_COMMON_HOUR", "Window", "window"]

Span = tuple[datetime, datetime]

# A local day may begin 26 hours away from the UTC day; and from any Saturday the next open day is within
# two. Past this horizon, zones that shared no hour share none.
_BACK, _AHEAD = 2, 9
_NEVER = Window(open=False, opens_at=None, closes_at=None)


def window(zones: str, now: datetime) -> Window:
    """Whether every one of the space-separated `zones` allows marketing at `now` (aware), and until when;
    else the next stretch in which they all do.
    """
    for opens_at, closes_at in _spans(zones, now.astimezone(UTC).date()):
        if now < closes_at:
            return Window(open=opens_at <= now, opens_at=opens_at, closes_at=closes_at)
    return _NEVER


@lru_cache(maxsize=8192)
def _spans(zones: str, day: date) -> tuple[Span, ...]:
    """The common stretches of the days around `day` (UTC), in order."""
    spans: list[Span] | None = None
    for name in zones.split():
        try:
            own = list(_open_hours(ZoneInfo(name), day, DEFAULT_HOURS))
        except (ZoneInfoNotFoundError, ValueError):
            return ()  # a name this machine's zone data does not know: nothing can be promised
        spans = own if spans is None else _common(spans, own)
    return tuple(spans or ())


def _open_hours(zone: ZoneInfo, day: date, hours: AllowedHours) -> Iterator[Span]:
    for offset in range(-_BACK, _AHEAD + 1):
        local = day + timedelta(days=offset)
        if local.weekday() in hours.closed_weekdays:
            continue
        opens_at = max(_readings(local, hours.opens, zone))
        closes_at = min(_readings(local, hours.closes, zone))
        if opens_at < closes_at:  # not so on a date that a zone skipped altogether (Apia, 30 December 2011)
            yield opens_at, closes_at


def _readings(day: date, wall: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants a wall time may mean. They differ when clocks change there: then the later one opens and
    the earlier one closes, so that no reading of the law is broken.
    """
    local = datetime.combine(day, wall, zone)
    return local.replace(fold=0).astimezone(UTC), local.replace(fold=1).astimezone(UTC)


def _common(left: list[Span], right: list[Span]) -> list[Span]:
    common = []
    at_left = at_right = 0
    while at_left < len(left) and at_right < len(right):
        opens_at = max(left[at_left][0], right[at_right][0])
        closes_at = min(left[at_left][1], right[at_right][1])
        if opens_at < closes_at:
            common.append((opens_at, closes_at))
        if left[at_left][1] <= right[at_right][1]:
            at_left += 1
        else:
            at_right += 1
    return common
