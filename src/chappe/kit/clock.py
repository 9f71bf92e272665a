"""Time as a value that is handed down, so that tests and the demo can own it.

`now()` is wall time, always aware and in UTC: it is stored and compared with opening hours. `monotonic()`
is for durations only (leases held in memory, rates): it never jumps when the operator corrects the clock.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the program may know of time."""

    def now(self) -> datetime:
        """Wall time, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed instant; never goes back."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class FakeClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, start: datetime = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)) -> None:
        self._now = _aware(start)
        self._monotonic = 1_000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float = 0.0, **units: float) -> None:
        """Move both readings forward by `seconds` and `timedelta` units (`minutes=5`). ValueError when
        backwards.
        """
        step = timedelta(seconds=seconds, **units)
        if step < timedelta(0):
            raise ValueError("a monotonic clock cannot go back: use set() to change the wall time alone")
        self._now += step
        self._monotonic += step.total_seconds()

    def set(self, now: datetime) -> None:
        """Correct the wall time, as an operator or NTP does; the monotonic reading does not move."""
        self._now = _aware(now)


class DemoClock:
    """Wall time moved by a fixed offset, for the gate and schedules of the demo only.

    The demo must work at three in the morning, when the allowed hours forbid sending. Leases and expiries
    never use this clock: another process, or the database, would not share the offset.
    """

    def __init__(self, base: Clock, offset: timedelta) -> None:
        self._base = base
        self.offset = offset

    def now(self) -> datetime:
        return self._base.now() + self.offset

    def monotonic(self) -> float:
        return self._base.monotonic()


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without an offset is refused: pass tzinfo=UTC")
    return moment.astimezone(UTC)
