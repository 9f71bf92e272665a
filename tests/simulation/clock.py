"""The clock of a simulated machine."""

from datetime import UTC, datetime, timedelta

from tests.simulation.loop import VirtualLoop

# A Tuesday, mid-morning in Paris: the allowed hours are 7:00 to 19:00 UTC.
MORNING = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


class VirtualClock:
    """Wall time that follows the loop's, until somebody sets the clock; the monotonic reading never moves."""

    def __init__(self, loop: VirtualLoop, start: datetime = MORNING) -> None:
        self._loop = loop
        self._origin = start - timedelta(seconds=loop.time())

    def now(self) -> datetime:
        return self._origin + timedelta(seconds=self._loop.time())

    def monotonic(self) -> float:
        return self._loop.time()

    def step(self, by: timedelta) -> None:
        """Set the clock, as an operator or NTP does."""
        self._origin += by
