"""What a link does when the carrier says "too fast": additive increase, multiplicative decrease.

The same rule that keeps TCP fair (RFC 5681 §3.1): halve at once, then regain 5% of the full rate a second.
"""

from collections import deque

_LEAST = 1.0


class Throttle:
    """The rate of one link under throttling. Rates in parts per second, times monotonic.

    `ceiling` is the configured limit, None when there is none: then the rate that was reached when the
    carrier complained is the scale, and regaining goes on beyond it until the next complaint.
    """

    def __init__(self, ceiling: float | None, *, share_per_second: float = 0.05) -> None:
        self.ceiling = ceiling
        self._share = share_per_second
        self._rate: float | None = None
        self._scale = ceiling or 0.0
        self._at = 0.0
        self._halved = 0.0

    @property
    def slowed(self) -> bool:
        return self._rate is not None

    def throttled(self, now: float, reached: float) -> float:
        """The carrier refused a part while we wrote `reached` parts per second. Returns the new rate.

        A window full of refusals is one complaint: the rate is halved at most once a second.
        """
        current = self.rate(now)
        if self._rate is not None and now - self._halved < 1.0:
            return self._rate
        if self.ceiling is None:
            self._scale = max(reached, _LEAST)
        base = reached if current is None else min(current, max(reached, _LEAST))
        self._rate = max(base / 2, _LEAST if self.ceiling is None else min(_LEAST, self.ceiling))
        self._at = self._halved = now
        return self._rate

    def rate(self, now: float) -> float | None:
        """The rate to keep now; the ceiling once everything has been regained."""
        if self._rate is None:
            return self.ceiling
        # Beyond the scale, which nobody configured, the steps grow with the rate.
        self._rate += max(0.0, now - self._at) * self._share * max(self._scale, self._rate)
        self._at = max(now, self._at)
        if self.ceiling is not None and self._rate >= self.ceiling:
            self._rate = None
            return self.ceiling
        return self._rate


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
