"""Which run a message belongs to, by its id: a run's ids are one range."""

from bisect import bisect_right
from collections.abc import Iterable

from chappe.engine.model import RunRange


class Runs:
    """Ranges of the runs that this process has met, ordered."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ranges: list[RunRange] = []

    def add(self, found: RunRange) -> None:
        """A run without recipients took no id: its range is empty and begins where the next run's does."""
        if found.lo >= found.hi:
            return
        place = bisect_right(self._starts, found.lo)
        if place and self._ranges[place - 1].lo == found.lo:
            return
        self._starts.insert(place, found.lo)
        self._ranges.insert(place, found)

    def run_of(self, message: int) -> int | None:
        found = self._range(message)
        return found.run_id if found is not None else None

    def runs_of(self, messages: Iterable[int]) -> dict[int, int]:
        """Message id → run, for those that have one. A batch is mostly of one run: that is tried first."""
        known: dict[int, int] = {}
        current: RunRange | None = None
        for message in messages:
            if current is None or not current.lo <= message < current.hi:
                current = self._range(message)
                if current is None:
                    continue
            known[message] = current.run_id
        return known

    def _range(self, message: int) -> RunRange | None:
        place = bisect_right(self._starts, message)
        if not place:
            return None
        found = self._ranges[place - 1]
        return found if message < found.hi else None
