"""Whose turn it is to bind: one attempt a second to each host, however many links lead there.

A hundred links that lost the same carrier come back together otherwise, which is how carriers come to ban an
address.
"""

EVERY = 1.0
"""Seconds between two attempts."""


class BindTurns:
    """Shared by the links of a process. Times are monotonic."""

    def __init__(self, every: float = EVERY) -> None:
        self._every = every
        self._free: dict[str, float] = {}

    def take(self, host: str, now: float) -> float:
        """Seconds until the turn that is the caller's from now on; 0: at once."""
        turn = max(now, self._free.get(host, now))
        self._free[host] = turn + self._every
        return turn - now
