"""Which run a message belongs to, by its id: a run's ids are one range."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

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

    def tally(self, messages: Sequence[int]) -> list[tuple[int, int]]:
        """(run, how many of the messages are of it); those of no run are not counted."""
        if not messages:
            return []
        whole = self._range(min(messages))
        if whole is not None and max(messages) < whole.hi:
            return [(whole.run_id, len(messages))]  # a batch is mostly of one run
        counts = Counter(map(self.run_of, messages))
        return [(run, n) for run, n in counts.items() if run is not None]

    def _range(self, message: int) -> RunRange | None:
        place = bisect_right(self._starts, message)
        if not place:
            return None
        found = self._ranges[place - 1]
        return found if message < found.hi else None
