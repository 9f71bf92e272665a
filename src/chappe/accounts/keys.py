"""API keys at work: from the Bearer token to the caller, with a short memory."""

import asyncio
import re
from collections import OrderedDict
from datetime import timedelta

from chappe.accounts import repo
from chappe.accounts.model import LIVE_PREFIX, TEST_PREFIX
from chappe.api.caller import Caller
from chappe.db.pool import Database
from chappe.kit.clock import Clock
from chappe.kit.crypto import sha256

# A revoked key works on for at most this long, in seconds.
REMEMBERED = 3.0
_MOST_REMEMBERED = 10_000
# Last use is kept to the minute: one write a minute and key, not one a request.
_USED_STEP = timedelta(minutes=1)
_KEY = re.compile(rf"(?:{LIVE_PREFIX}|{TEST_PREFIX})[A-Za-z0-9_\-]{{43}}")


class KeyRing:
    """The `Authenticator` of the API: keys are looked up by digest, and remembered for three seconds."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._known: OrderedDict[bytes, tuple[Caller, float]] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[Caller | None]] = {}

    async def authenticate(self, token: str) -> Caller | None:
        """The caller; None for what is no key, or one that is unknown, revoked or out of date. ServerGone
        when that cannot be found out.
        """
        if _KEY.fullmatch(token) is None:
            return None
        digest = sha256(token)
        known = self._known.get(digest)
        if known is not None and self._clock.monotonic() < known[1]:
            return known[0]
        # Of a hundred requests that find a key forgotten, one asks the database; a request that is given up
        # does not take the answer from the others.
        asking = self._asking.get(digest)
        if asking is None:
            asking = self._asking[digest] = asyncio.create_task(self._ask(digest))
        return await asyncio.shield(asking)

    async def _ask(self, digest: bytes) -> Caller | None:
        try:
            caller = await self._look_up(digest)
        finally:
            del self._asking[digest]
        if caller is None:
            self._known.pop(digest, None)
        else:
            self._remember(digest, caller)
        return caller

    async def _look_up(self, digest: bytes) -> Caller | None:
        now = self._clock.now()
        async with self._db.engine_transaction() as conn:
            key = await repo.key_by_hash(conn, digest, now)
            if key is None:
                return None
            if key.last_used_at is None or now - key.last_used_at > _USED_STEP:
                await repo.mark_used(conn, key.id, now)
        return Caller(workspace_id=key.workspace_id, key_id=key.id, scopes=key.scopes, live=key.live)

    def _remember(self, digest: bytes, caller: Caller) -> None:
        self._known[digest] = (caller, self._clock.monotonic() + REMEMBERED)
        self._known.move_to_end(digest)
        if len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)
