"""The connection on which the ledger tells the senders what changed."""

import asyncio
from collections.abc import Callable

import asyncpg
import structlog

from chappe.db.errors import ServerGone
from chappe.db.pool import Database, OwnConnection
from chappe.engine.statements import SQL
from chappe.engine.suppressions import CHANNEL as SUPPRESSION
from chappe.engine.suppressions import Suppressions
from chappe.kit.clock import Clock

log = structlog.get_logger()
PING_EVERY = 0.25
_ANSWER_WITHIN = 5.0
_AGAIN_AFTER = 0.5


class Notices:
    """Hands each notice to its reader; proves, four times a second, that none is missing."""

    def __init__(
        self,
        db: Database,
        suppressions: Suppressions,
        clock: Clock,
        *,
        readers: dict[str, Callable[[str], None]],
        connected: Callable[[], None],
    ) -> None:
        self._db = db
        self._suppressions = suppressions
        self._clock = clock
        self._readers = {SUPPRESSION: suppressions.notice, **readers}
        # Notices may have been missed: everything they tell of must be read again.
        self._connected = connected

    async def run(self) -> None:
        """Until cancelled; reconnects when the server is lost."""
        while True:
            try:
                connection = await self._db.connection()
            except (ServerGone, asyncpg.PostgresError) as error:
                log.warning("notices_wait", reason=type(error).__name__)
                await asyncio.sleep(_AGAIN_AFTER)
                continue
            try:
                await self._listen(connection)
            except (
                OSError,
                TimeoutError,
                asyncpg.PostgresError,
                asyncpg.InterfaceError,
                asyncpg.InternalClientError,
            ) as error:
                log.warning("notices_lost", reason=type(error).__name__)
            finally:
                self._suppressions.lost()
                connection.terminate()
            await asyncio.sleep(_AGAIN_AFTER)

    async def _listen(self, connection: OwnConnection) -> None:
        for channel in self._readers:
            await connection.add_listener(channel, self._received)
        # What was committed before this moment was heard by nobody: what is held is read again from here on.
        self._suppressions.lost()
        self._connected()
        while True:
            asked_at = self._clock.monotonic()
            # The server hands over what was committed before the question together with its answer.
            await connection.fetchval(SQL.ping, timeout=_ANSWER_WITHIN)
            self._suppressions.prove(asked_at)
            await asyncio.sleep(PING_EVERY)

    def _received(self, connection: object, pid: int, channel: str, payload: object) -> None:
        self._readers[channel](str(payload))
