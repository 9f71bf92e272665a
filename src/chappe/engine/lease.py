"""A link's lease as its owner sees it: by the monotonic clock, from the moment the renewal was asked for."""

from chappe.engine.model import TRUST_LEASE_FOR, LinkSession
from chappe.kit.clock import Clock


class Lease:
    """Trusted for a time that ends before the lease can: a process that was stopped (SIGSTOP, a paused
    machine) finds it out of date before it writes another octet.
    """

    def __init__(self, session: LinkSession, clock: Clock, *, asked_at: float) -> None:
        self.session = session
        self._clock = clock
        self._trusted_until = asked_at + TRUST_LEASE_FOR
        self._lost = False

    def renewed(self, *, asked_at: float) -> None:
        self._trusted_until = asked_at + TRUST_LEASE_FOR

    def lose(self) -> None:
        """Another process owns the link."""
        self._lost = True

    @property
    def lost(self) -> bool:
        return self._lost

    def holds(self) -> bool:
        return not self._lost and self._clock.monotonic() < self._trusted_until
