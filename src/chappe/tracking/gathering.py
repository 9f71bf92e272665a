"""Group commit of clicks: each is on disk before its reader is sent on.

A commit waits for the disk, some milliseconds; what is asked for meanwhile goes into the next one. So the
number of commits does not grow with the clicks, and a lone click waits for nobody. Nothing is lost by a kill:
who has been answered has been written down. While the database is gone people are sent on all the same, after
`PATIENCE`, and their clicks wait here for its return: those alone a kill would lose.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final, NamedTuple, final

import asyncpg
import structlog

from chappe.db.errors import ServerGone
from chappe.db.pool import Database
from chappe.tracking import repo

log = structlog.get_logger()

PATIENCE: Final = 1.0
"""Seconds that a reader waits for the disk."""
MOST_WAITING: Final = 100_000
_MOST_IN_BATCH: Final = 1_000
_AGAIN: Final = 0.5


class Asked(NamedTuple):
    """A click as it came. `who`: a keyed hash of the network address; `network`: who is known to ask from
    there.
    """

    workspace_id: int
    at: datetime
    link_id: int
    message_id: int | None
    agent: str
    head: bool
    who: bytes
    network: str | None


@final
class ClickLog:
    """One per process; `close` waits until what it holds is written, as long as there is a database."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: deque[tuple[Asked, asyncio.Future[None]]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    async def write(self, click: Asked) -> None:
        """Returns when the click is on disk, or after PATIENCE."""
        if len(self._waiting) >= MOST_WAITING:
            log.error("click_lost", why="too many wait for the database")
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((click, done))
        if self._task is None:
            self._task = asyncio.create_task(self._drain())
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(done), PATIENCE)

    async def close(self) -> None:
        self._closing = True
        if self._task is not None:
            await self._task

    async def _drain(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(_MOST_IN_BATCH, len(self._waiting)))]
            while not await self._written([click for click, _ in batch]):
                if self._closing:
                    log.error("clicks_lost", n=len(batch) + len(self._waiting))
                    self._waiting.clear()
                    break
                await asyncio.sleep(_AGAIN)
            for _, done in batch:
                if not done.done():
                    done.set_result(None)
        self._task = None

    async def _written(self, clicks: Sequence[Asked]) -> bool:
        try:
            async with self._db.engine_transaction() as conn:
                await repo.write_clicks(conn, clicks)
        except (ServerGone, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("clicks_wait", n=len(clicks), error=str(error))
            return False
        return True
