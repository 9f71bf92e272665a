"""What a link does when the carrier says "too fast": find the carrier's limit, and stay just below it.

The curve is CUBIC's (RFC 9438 §4.2), as congestion control knows it. A complaint shows where the limit is:
the rate falls, climbs back towards that point ever more slowly, holds there, and only then probes beyond,
ever more boldly. So a link spends its time within a few percent of a limit that nobody has told us, and
finds within half a minute that it has been raised.
"""

from collections import deque
from typing import NamedTuple

_LEAST = 1.0
_FLOOR = 0.01
"""Of the ceiling: a carrier that refuses whatever the rate must not bring the link to a stop."""

_FAR = 0.5
"""The rate falls by so much when the limit is unknown, or far exceeded: the last complaint was just now."""

_NEAR = 0.07
"""And by so much when it has probed a limit that is known."""

_RECOVERY = 8.0
"""Seconds from a complaint until the rate is back where it was."""

_BEYOND = 3.0
"""As long again three times, and the configured limit is regained, however low the rate had been."""

_SOON = 2.0
_REMEMBERED = 60.0
_PATIENCE = 1.0
"""Seconds. Complaints so soon are about parts that were written before the last one was heard."""


class _Complaint(NamedTuple):
    """At monotonic `at`, with `limit` parts in the second before; the rate fell by the share `fall`."""

    at: float
    limit: float
    fall: float


class Throttle:
    """The rate of one link under throttling. Rates in parts per second, times monotonic.

    `ceiling` is the configured limit, None when there is none: then the rate that was reached at the first
    complaint is the scale, and climbing goes on beyond it until the next.
    """

    def __init__(self, ceiling: float | None) -> None:
        self.ceiling = ceiling
        self._scale = ceiling
        self._last: _Complaint | None = None
        self._slowed = False

    @property
    def slowed(self) -> bool:
        return self._slowed

    def throttled(self, now: float, reached: float) -> float:
        """The carrier refused a part while we wrote `reached` parts per second. Returns the new rate.

        A window full of refusals is one complaint: the rate falls at most once a second.
        """
        current = self.rate(now)
        if current is not None and self._slowed and self._last and now - self._last.at < _PATIENCE:
            return current
        # One part was too many.
        limit = max(reached - 1.0, self._least())
        if current is not None:
            limit = min(limit, current)
        self._scale = self._scale or limit
        self._last = _Complaint(now, limit, self._fall(now))
        self._slowed = True
        return self._climbed(now)

    def rate(self, now: float) -> float | None:
        """The rate to keep now; the ceiling once everything has been regained."""
        if not self._slowed:
            return self.ceiling
        rate = self._climbed(now)
        if self.ceiling is not None and rate >= self.ceiling:
            self._slowed = False
            return self.ceiling
        return rate

    def _fall(self, now: float) -> float:
        known = self._last is not None and _SOON < now - self._last.at <= _REMEMBERED
        return _NEAR if known else _FAR

    def _climbed(self, now: float) -> float:
        """RFC 9438, figure 1: concave up to the limit that was met, convex beyond, up to the scale."""
        assert self._last is not None
        at, limit, fall = self._last
        way = max(0.0, now - at) / _RECOVERY - 1.0
        change = limit * fall * way**3
        if way > 0:
            change = max(change, ((self._scale or 0.0) - limit) * (way / _BEYOND) ** 3)
        return max(limit + change, self._least())

    def _least(self) -> float:
        least = max(_LEAST, _FLOOR * (self._scale or 0.0))
        return least if self.ceiling is None else min(least, self.ceiling)


class QueueFullWatch:
    """ESME_RMSGQFUL may speak of the carrier's queue or of one recipient's (NowSMS): refusals for more than
    three different recipients within ten seconds are the carrier's.
    """

    def __init__(self, *, recipients: int = 3, seconds: float = 10.0) -> None:
        self._recipients = recipients
        self._seconds = seconds
        self._seen: deque[tuple[float, bytes]] = deque(maxlen=1_000)

    def note(self, recipient: bytes, now: float) -> bool:
        """Whether this refusal means that the whole link must slow down."""
        self._seen.append((now, recipient))
        while now - self._seen[0][0] > self._seconds:
            self._seen.popleft()
        return len({one for _, one in self._seen}) > self._recipients
