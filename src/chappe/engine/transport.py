"""What a link asks of the way to its carrier. `chappe.smpp.client.SmppClient` is one; a simulation brings
its own.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from chappe.smpp.link import LinkState


class Transport(Protocol):
    """Batches in, batches out; nothing waits."""

    epoch: int
    """Grows with every bind."""

    @property
    def state(self) -> LinkState: ...

    def room(self) -> int:
        """Parts that may be submitted now."""
        ...

    def submit_all(self, tokens: Sequence[int], bodies: Sequence[bytes]) -> None:
        """Write bodies of submit_sm, in order: `tokens[n]` comes back with the answer to `bodies[n]`."""
        ...

    def acknowledge(self, sequences: Iterable[int], status: int = 0, *, epoch: int | None = None) -> None: ...

    def slow_down(self) -> None: ...
