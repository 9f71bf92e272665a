"""How many parts a link may write now, so that its limit holds in every sliding second.

Carriers count parts (PDUs), not messages, and count them in windows of their own: the bucket refills at 98%
of the limit, and a record of the last second makes sure that no burst, late timer or change of rate lets one
part too many through.
"""

from collections import deque

SHARE = 0.98
_BURST = 0.04
"""Seconds of catching up after a late timer: what is written at once then leaves the sliding second at once,
too, so a longer burst would leave a later second below 95% of the limit.
"""


class Pacer:
    """A token bucket and the record of the last second. `limit` is in parts per second, None for none.

    The window is half-open: parts written at t and at t + 1 s are in different seconds.
    """

    def __init__(self, limit: float | None = None) -> None:
        self._limit: float | None = None
        self._tokens = 0.0
        self._filled: float | None = None
        self._recent: deque[tuple[float, int]] = deque()
        self._in_recent = 0
        self.set_limit(limit)

    @property
    def limit(self) -> float | None:
        return self._limit

    def set_limit(self, limit: float | None) -> None:
        """Change the rate; what was written in the last second still counts. ValueError below zero."""
        if limit is not None and limit <= 0:
            raise ValueError(f"a link that sends {limit} parts per second never ends: pause it instead")
        self._limit = limit
        self._tokens = min(self._tokens, self._most())

    def available(self, now: float) -> int | None:
        """Parts that may be written now; None without a limit."""
        self._forget(now)
        if self._limit is None:
            return None
        if self._filled is None:
            self._tokens = 1.0  # a first part at once, no burst before the carrier has seen us
        else:
            refill = max(0.0, now - self._filled) * self._limit * SHARE
            self._tokens = min(self._tokens + refill, self._most())
        self._filled = now if self._filled is None else max(now, self._filled)
        # Below one part a second the second is longer: one part per 1/limit seconds.
        return max(0, min(int(self._tokens), int(max(self._limit, 1.0)) - self._in_recent))

    def take(self, parts: int, now: float) -> None:
        """Parts have been written at `now`."""
        self._tokens -= parts
        self._in_recent += parts
        self._recent.append((now, parts))
        self._forget(now)

    def next_in(self, now: float) -> float:
        """Seconds until at least one part may be written; 0 when it may now."""
        free = self.available(now)
        if free is None or free > 0 or self._limit is None:
            return 0.0
        for_token = (1.0 - self._tokens) / (self._limit * SHARE)
        for_record = 0.0
        if self._recent and self._in_recent >= int(max(self._limit, 1.0)):
            for_record = self._recent[0][0] + 1.0 - now
        return max(for_token, for_record, 0.001)

    def rate(self, now: float) -> int:
        """Parts written in the last second."""
        self._forget(now)
        return self._in_recent

    def _most(self) -> float:
        return 1.0 + (self._limit or 0.0) * _BURST

    def _forget(self, now: float) -> None:
        while self._recent and now - self._recent[0][0] >= 1.0:
            self._in_recent -= self._recent.popleft()[1]
