"""Where a code leads: the block that its number is in, remembered for some seconds."""

from bisect import bisect_right
from typing import Final, NamedTuple, final

from chappe.db.pool import Database
from chappe.kit.clock import Clock
from chappe.tracking import repo
from chappe.tracking.codes import Codes
from chappe.tracking.repo import Destination

REMEMBERED: Final = 5.0
"""Seconds until a link that was killed leads nowhere in every process."""
_MOST: Final = 5_000


class Found(NamedTuple):
    """`message_id`: whose code it is; None for a link made by hand."""

    destination: Destination
    message_id: int | None


@final
class Resolver:
    """One per process."""

    def __init__(self, db: Database, codes: Codes, clock: Clock) -> None:
        self._db = db
        self._codes = codes
        self._clock = clock
        self._bases: list[int] = []
        self._known: dict[int, tuple[Destination, float]] = {}

    async def find(self, code: str) -> Found | None:
        """None for a code that nobody has."""
        number = self._codes.number(code)
        if number is None:
            return None
        destination = self._remembered(number)
        if destination is None:
            async with self._db.engine_transaction() as conn:
                destination = await repo.destination(conn, number)
            if destination is None or number >= destination.base + destination.size:
                return None
            self._remember(destination)
        first = destination.first_message_id
        return Found(destination, None if first is None else first + number - destination.base)

    def _remembered(self, number: int) -> Destination | None:
        at = bisect_right(self._bases, number) - 1
        if at < 0:
            return None
        found, until = self._known[self._bases[at]]
        if number >= found.base + found.size or until < self._clock.monotonic():
            return None
        return found

    def _remember(self, found: Destination) -> None:
        if len(self._bases) >= _MOST:
            self._bases, self._known = [], {}
        if found.base not in self._known:
            self._bases.insert(bisect_right(self._bases, found.base), found.base)
        self._known[found.base] = found, self._clock.monotonic() + REMEMBERED
