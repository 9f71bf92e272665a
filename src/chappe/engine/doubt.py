"""The bound on what a crash would leave in doubt: parts in the window and results not committed yet.

Without it the sender outruns the ledger: at a kill, 29,000 to 83,000 submitted messages had no recorded
result. It holds for the whole process, whatever the number of its links.
"""

from typing import Protocol

from chappe.engine.model import MOST_IN_DOUBT


class Doubtful(Protocol):
    """A link, as the bound sees it."""

    @property
    def in_doubt(self) -> int: ...


class InDoubt:
    def __init__(self, most: int = MOST_IN_DOUBT) -> None:
        self._most = most
        self._links: list[Doubtful] = []

    def add(self, link: Doubtful) -> None:
        self._links.append(link)

    def remove(self, link: Doubtful) -> None:
        self._links.remove(link)

    def room(self) -> int:
        """Parts that may still be submitted."""
        return self._most - sum([link.in_doubt for link in self._links])
