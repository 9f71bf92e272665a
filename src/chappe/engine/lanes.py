"""Held chunks by lane: one-time passwords first, marketing last; within a lane, oldest first."""

from collections import deque
from collections.abc import Iterator

from chappe.engine.held import HeldChunk
from chappe.messages.model import Purpose

ALL_LANES = tuple(int(purpose) for purpose in Purpose)
# Singles that somebody waits for: claimed by themselves, so that no thousand of others is read before them.
QUICK = (int(Purpose.OTP), int(Purpose.SERVICE))
BULK = tuple(lane for lane in ALL_LANES if lane not in QUICK)
URGENT_BULK = tuple(lane for lane in BULK if lane != Purpose.MARKETING)


class Lanes:
    """Chunks with parts to send. One without any leaves its lane; when parts come back it goes first."""

    def __init__(self) -> None:
        self._lanes: dict[int, deque[HeldChunk]] = {lane: deque() for lane in ALL_LANES}

    def append(self, held: HeldChunk) -> None:
        if held.pending and not held.queued:
            held.queued = True
            self._lanes[held.chunk.lane].append(held)

    def first(self, held: HeldChunk) -> None:
        """Parts of it came back: they go before those of younger chunks."""
        if held.pending and not held.queued:
            held.queued = True
            self._lanes[held.chunk.lane].appendleft(held)

    def in_order(self) -> Iterator[HeldChunk]:
        """Those with something to take; emptied ones are dropped on the way."""
        for lane in self._lanes.values():
            if not lane:
                continue
            empty = False
            for held in list(lane):
                if held.pending:
                    yield held
                empty = empty or not held.pending
            if empty:
                self._sweep(lane)

    def unsent(self, lane: int) -> int:
        """Parts waiting in a lane."""
        return sum([held.unsent for held in self._lanes[lane]])

    @staticmethod
    def _sweep(lane: deque[HeldChunk]) -> None:
        for held in list(lane):
            if not held.pending:
                lane.remove(held)
                held.queued = False
