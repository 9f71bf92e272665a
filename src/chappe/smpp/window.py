"""Messages sent and not yet answered: at most `size` of them, each with a token and a time limit."""

from collections import deque

from chappe.smpp.constants import MAX_SEQUENCE

_LATE_KEPT = 10_000
"""Tokens kept after their time limit, in case the answer comes late."""


class Sequences:
    """Numbers for our requests: 1 to 0x7FFFFFFF, then 1 again (§5.1.4)."""

    def __init__(self, start: int = 1) -> None:
        self._next = start

    def take(self, count: int = 1) -> int:
        """The first of `count` consecutive numbers; what is left before the end is skipped if too short."""
        first = self._next
        if first + count - 1 > MAX_SEQUENCE:
            first = 1
        self._next = first + count if first + count <= MAX_SEQUENCE else 1
        return first


class Window:
    """`pending` maps sequences to tokens; the session pops from it directly, a call less per answer.

    `stalled`: time limits passed and the peer is silent. A peer that no longer answers gets no second window.
    """

    def __init__(self, size: int, timeout: float) -> None:
        self.size = size
        self.pending: dict[int, int] = {}
        self.overdue: dict[int, int] = {}
        self.stalled = False
        self._timeout = timeout
        # (deadline, first, last): all sent in the same second share one entry, so there are as many
        # entries as seconds in the timeout, whatever the rate.
        self._sent: deque[tuple[float, int, int]] = deque()

    @property
    def room(self) -> int:
        return 0 if self.stalled else self.size - len(self.pending)

    def sent(self, first: int, last: int, now: float) -> None:
        """Sequences `first` to `last` have just been written."""
        deadline = now + self._timeout
        if self._sent:
            oldest, start, end = self._sent[-1]
            if deadline - oldest < 1.0 and first > end:
                self._sent[-1] = (oldest, start, last)
                return
        self._sent.append((deadline, first, last))

    def expire(self, now: float) -> list[int]:
        """Tokens whose time is up, oldest first (up to a second late); they become overdue."""
        tokens: list[int] = []
        while self._sent and now - self._sent[0][0] >= 1.0:
            _, first, last = self._sent.popleft()
            for sequence in [one for one in self.pending if first <= one <= last]:
                token = self.pending.pop(sequence)
                self.overdue[sequence] = token
                tokens.append(token)
        while len(self.overdue) > _LATE_KEPT:
            del self.overdue[next(iter(self.overdue))]
        return tokens

    def abandon(self) -> list[int]:
        """All tokens still pending, when the session ends."""
        tokens = list(self.pending.values())
        self.pending.clear()
        self.overdue.clear()
        self._sent.clear()
        return tokens
