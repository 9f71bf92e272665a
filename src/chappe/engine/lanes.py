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
        """Those with something to take. Emptied ones are dropped before: who has enough does not read on."""
        for lane in self._lanes.values():
            if lane:
                self._drop_emptied(lane)
                yield from list(lane)

    def unsent(self, lane: int) -> int:
        """Parts waiting in a lane."""
        return sum([held.unsent for held in self._lanes[lane]])

    @staticmethod
    def _drop_emptied(lane: deque[HeldChunk]) -> None:
        for held in [held for held in lane if not held.pending]:
            lane.remove(held)
            held.queued = False
