"""Suppressions as they are committed, and the proof that none was missed.

The ledger announces each by NOTIFY, in commit order. A question that the same connection answers after that
proves that everything committed before it was asked has arrived: four times a second, and when the last
proof is older than 0.9 s nothing is submitted (I4: no submit later than 1 s after a suppression is
committed).
"""

from collections import deque
from collections.abc import Mapping
from typing import Final, Protocol

from chappe.kit.clock import Clock

CHANNEL: Final = "chappe_suppression"
BULK: Final = "bulk"
LEFT: Final = "topic"
"""The scope of who left one topic; the others sort before it, and win."""
FRESH_FOR: Final = 0.9
_KEPT: Final = 10_000


class Suppressible(Protocol):
    """A link, as suppressions see it."""

    def suppress(self, workspace: int, scopes: Mapping[int, str]) -> None: ...


class Suppressions:
    """Notices to every link of the process, and to chunks that were being read when they came."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._links: list[Suppressible] = []
        self._proved = float("-inf")
        self._count = 0
        self._recent: deque[tuple[int, Mapping[int, str]]] = deque(maxlen=_KEPT)
        # Many at once, or a connection that was lost: what is held is read again before anything is sent.
        self._asked_again = 1
        self._read_again = 0

    def add(self, link: Suppressible) -> None:
        self._links.append(link)

    def remove(self, link: Suppressible) -> None:
        self._links.remove(link)

    @property
    def fresh(self) -> bool:
        return self._read_again == self._asked_again and self._clock.monotonic() - self._proved < FRESH_FOR

    def prove(self, asked_at: float) -> None:
        """The connection has answered a question asked then."""
        self._proved = asked_at

    def lost(self) -> None:
        """The connection is gone, and with it the notices until the next."""
        self._proved = float("-inf")
        self._ask_again()

    @property
    def reread(self) -> int:
        """Not zero: what is held must be read again; give the figure to `read_again` when that is done."""
        return self._asked_again if self._asked_again != self._read_again else 0

    def read_again(self, asked: int) -> None:
        """Everything held was checked against the ledger, after `asked` was read."""
        self._read_again = max(self._read_again, asked)

    def _ask_again(self) -> None:
        self._asked_again += 1
        # Chunks that are being read now have missed more than is kept.
        self._count += _KEPT + 1

    def mark(self) -> int:
        """Take before reading a chunk; `catch_up` after."""
        return self._count

    def catch_up(self, link: Suppressible, mark: int) -> None:
        """What came while the chunk was read, which may have been read before it."""
        missed = self._count - mark
        if missed > len(self._recent):
            self._asked_again += 1
        elif missed:
            for workspace, scopes in list(self._recent)[-missed:]:
                link.suppress(workspace, scopes)

    def notice(self, payload: str) -> None:
        """`workspace:phone:scope …`, or `bulk`. What cannot be read counts as bulk."""
        found = _read(payload)
        if found is None:
            self._ask_again()
            return
        for workspace, scopes in found.items():
            self._count += 1
            self._recent.append((workspace, scopes))
            for link in self._links:
                link.suppress(workspace, scopes)


def _read(payload: str) -> dict[int, dict[int, str]] | None:
    if payload == BULK:
        return None
    found: dict[int, dict[int, str]] = {}
    try:
        for one in payload.split():
            workspace, phone, scope = one.split(":")
            scopes = found.setdefault(int(workspace), {})
            if scopes.get(int(phone)) != "all":
                scopes[int(phone)] = scope
    except ValueError:
        return None
    return found
