"""Which hosts are link domains, as the web role knows it, and how a domain shows that it leads here."""

import asyncio
import hmac
from typing import Final, final
from urllib.parse import urlsplit

from chappe.db.errors import ServerGone
from chappe.db.pool import Database
from chappe.kit.clock import Clock
from chappe.tracking import repo

WELL_KNOWN: Final = ".well-known/chappe-links"
REMEMBERED: Final = 5.0
"""Seconds until a new domain is known to every process."""


def proof(key: bytes, host: str) -> str:
    """What this installation answers at WELL_KNOWN of a host, and no other would."""
    return hmac.digest(key, host.encode(), "sha256").hex()


@final
class Hosts:
    """One per process; asked at each request, it asks the database now and then."""

    def __init__(self, db: Database, clock: Clock, base: str) -> None:
        """`base`: the installation's own address, of which no answer rests on the database."""
        self._db = db
        self._clock = clock
        self._own = urlsplit(base).hostname
        self._hosts: frozenset[str] = frozenset()
        self._until = -1.0
        self._reading = asyncio.Lock()

    async def known(self, host: str) -> bool:
        """Whether the host is a link domain that leads here, or did."""
        if host == self._own:
            return False
        if self._until < self._clock.monotonic() and not self._reading.locked():
            async with self._reading:
                await self._read()
        return host in self._hosts

    async def _read(self) -> None:
        try:
            async with self._db.engine_transaction() as conn:
                self._hosts = await repo.hosts(conn)
        except ServerGone:
            pass  # what is known will do
        self._until = self._clock.monotonic() + REMEMBERED
