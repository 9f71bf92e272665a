"""Events that browsers tell: who may, how often, and of whom.

The answer is the same whether a code is somebody's, an order is known or the person is gone: nothing is read
here.
"""

import hmac
from typing import Any, Final, NamedTuple, final
from uuid import UUID

import msgspec

from chappe.api.limits import Rate, RateLimiter, TooManyRequests
from chappe.contacts.errors import UnknownContact
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.events import service as events
from chappe.events.model import IncomingEvent
from chappe.kit.clock import Clock
from chappe.tracking.browser.model import (
    BadBrowserEvent,
    SiteNotNamed,
    Told,
    TooManyBrowserEvents,
    UnknownBrowserKey,
)
from chappe.tracking.browser.service import SQL
from chappe.tracking.codes import Codes
from chappe.tracking.conversions import service as conversions
from chappe.tracking.resolving import Resolver

# Of each web process. Carriers put many phones behind one address.
_BY_ADDRESS: Final = Rate(per_second=1.0, burst=60)
_BY_KEY: Final = Rate(per_second=50.0, burst=1_000)
_decode: Final = msgspec.json.Decoder(Told).decode


class _Asking(NamedTuple):
    workspace_id: int
    sites: frozenset[str]


@final
class BrowserEvents:
    """One per process."""

    def __init__(self, db: Database, keys: InstanceKeys, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._secret = keys.sub("browser addresses")
        self._resolver = Resolver(db, Codes.of(keys), clock)
        self._addresses = RateLimiter(_BY_ADDRESS, clock)
        self._keys = RateLimiter(_BY_KEY, clock)

    async def may(self, key: UUID | None, origin: str, address: str) -> bool:
        """Whether pages of this origin may tell events by the key. Raises TooManyBrowserEvents."""
        self._count(self._addresses, self._hashed(address))
        asking = await self._asking(key)
        return asking is not None and origin in asking.sites

    async def take(self, key: UUID | None, origin: str, address: str, body: bytes) -> None:
        """Record what a page tells. Raises TooManyBrowserEvents, UnknownBrowserKey, SiteNotNamed,
        BadBrowserEvent.
        """
        self._count(self._addresses, self._hashed(address))
        asking = await self._asking(key)
        if asking is None or key is None:
            raise UnknownBrowserKey("This key is unknown or was revoked. Take one of your workspace.")
        if origin not in asking.sites:
            raise SiteNotNamed("Name the site of this page under Settings, Conversions, Script.")
        self._count(self._keys, key)
        try:
            told = _decode(body)
        except msgspec.DecodeError as wrong:
            raise BadBrowserEvent(str(wrong)) from None
        await self._record(asking.workspace_id, origin, told)

    async def _asking(self, key: UUID | None) -> _Asking | None:
        if key is None:
            return None
        async with self._db.engine_transaction() as conn:
            row = await conn.fetchrow(SQL.sites_of_key, key)
        return None if row is None else _Asking(row["workspace_id"], frozenset(row["sites"]))

    async def _record(self, workspace_id: int, origin: str, told: Told) -> None:
        found = await self._resolver.find(told.code)
        now = self._clock.now()
        async with self._db.transaction(workspace_id) as conn:
            # A refund is no goal: nobody takes a sale back from a browser.
            if told.name not in {goal.event for goal in await conversions.goals(conn, workspace_id)}:
                raise BadBrowserEvent(f"“{told.name}” does not count here. Add it as a goal.", field="name")
            if found is None or found.destination.workspace_id != workspace_id or found.message_id is None:
                return
            person = await conn.fetchval(SQL.person, workspace_id, found.message_id)
            if person is None:
                return
            event = IncomingEvent(
                name=told.name,
                at=now,
                key=_key(told),
                contact_id=person,
                properties=_properties(told, origin),
            )
            try:
                await events.record(conn, workspace_id, [event], now)
            except UnknownContact:
                return

    def _count(self, limiter: RateLimiter, what: UUID) -> None:
        try:
            limiter.take(what)
        except TooManyRequests as wait:
            raise TooManyBrowserEvents("Try again later.", retry_after=wait.params["retry_after"]) from None

    def _hashed(self, address: str) -> UUID:
        return UUID(bytes=hmac.digest(self._secret, address.encode(), "sha256")[:16])


def _key(told: Told) -> str | None:
    """A page that is loaded anew tells the same order: it is one event."""
    return None if told.order_id is None else f"browser {told.name} {told.order_id}"


def _properties(told: Told, origin: str) -> dict[str, Any]:
    given = {"value": told.value, "currency": told.currency, "order_id": told.order_id}
    known = {name: each for name, each in given.items() if each is not None}
    return {**known, "origin": "browser", "site": origin}
