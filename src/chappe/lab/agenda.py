"""What the lab has to do later: one heap of batches and one timer of the loop for all of it.

A timer per message would cost more than the message: an entry here is a batch.
"""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable

Action = Callable[[], object]


class Agenda:
    """Runs actions when they are due, in order of due time, then of entry. Monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._heap: list[tuple[float, int, Action]] = []
        self._entries = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due = 0.0

    def __len__(self) -> int:
        return len(self._heap)

    def after(self, seconds: float, action: Action) -> None:
        """Runs `action` in `seconds`. Must be called on the loop's thread."""
        due = self._clock() + seconds
        heapq.heappush(self._heap, (due, next(self._entries), action))
        if self._timer is None or due < self._timer_due:
            self._arm(due)

    def every(self, seconds: float, action: Action) -> None:
        """Runs `action` now and then, until `clear`."""

        def again() -> None:
            action()
            self.after(seconds, again)

        self.after(seconds, again)

    def run_due(self) -> None:
        """Runs what is due now. Called by the timer; tests with a clock of their own call it themselves."""
        now = self._clock()
        while self._heap and self._heap[0][0] <= now:
            heapq.heappop(self._heap)[2]()

    def clear(self) -> None:
        self._heap.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_due = due
        self._timer = asyncio.get_running_loop().call_later(max(0.0, due - self._clock()), self._fire)

    def _fire(self) -> None:
        self._timer = None
        self.run_due()
        if self._heap and self._timer is None:
            self._arm(self._heap[0][0])
