"""The bell of one process: whoever looks at an inbox waits for it instead of asking over and over."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from typing import Final

import structlog

from chappe.db.errors import ServerGone
from chappe.db.pool import Database
from chappe.inbox.model import CHANNEL

log = structlog.get_logger(__name__)

_AGAIN_AFTER: Final = 2.0


class Bell:
    """Hears of every workspace's conversations on one connection, from the first who waits on."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: dict[int, set[asyncio.Event]] = defaultdict(set)
        self._listening: asyncio.Task[None] | None = None

    async def wait(self, workspace_id: int, seconds: float) -> None:
        """Until a conversation of the workspace changes, or this long."""
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())
        rung = asyncio.Event()
        waiting = self._waiting[workspace_id]
        waiting.add(rung)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(rung.wait(), seconds)
        finally:
            waiting.discard(rung)

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except ServerGone as gone:
                log.info("inbox_bell_waits", detail=gone.detail)
            await asyncio.sleep(_AGAIN_AFTER)

    async def _hear(self) -> None:
        lost = asyncio.Event()
        connection = await self._db.connection()
        try:
            connection.add_termination_listener(lambda *_: lost.set())
            await connection.add_listener(CHANNEL, self._ring)
            await lost.wait()
        finally:
            await connection.close()

    def _ring(self, *told: object) -> None:
        workspace_id = int(str(told[-1]))
        for rung in self._waiting.get(workspace_id, ()):
            rung.set()
