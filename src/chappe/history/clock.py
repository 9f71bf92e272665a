"""A clock that tells of the past, and runs as fast as it is told to.

The engine is given this clock and runs as always. What it measures durations with stays real: leases, rates
and the waits of a link are between processes, and nothing is hurried there.
"""

import time
from datetime import datetime, timedelta


class PastClock:
    """`chappe.kit.clock.Clock`: stands at `start` until `go_to`."""

    def __init__(self, start: datetime) -> None:
        self._moment = start
        self._since = time.monotonic()
        self.speed = 0.0

    def now(self) -> datetime:
        return self._moment + timedelta(seconds=(time.monotonic() - self._since) * self.speed)

    def monotonic(self) -> float:
        return time.monotonic()

    def go_to(self, moment: datetime, speed: float) -> None:
        """It is `moment` now, and a second lasts 1/`speed`. Never back: what comes after stands after."""
        self._moment = max(moment, self.now())
        self._since = time.monotonic()
        self.speed = speed

    def hurry(self, speed: float) -> None:
        """Go on from here, at another speed."""
        self.go_to(self.now(), speed)
