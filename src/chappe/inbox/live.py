"""The bell of one process: whoever looks at an inbox waits for it instead of asking over and over."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import structlog

from chappe.db.errors import ServerGone
from chappe.db.pool import Database
from chappe.inbox.model import CHANNEL

log = structlog.get_logger(__name__)

_AGAIN_AFTER: Final = 2.0


class Watch:
    """What one page knows of the changes of one workspace: a ring between two waits is kept for the next."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Until something has changed since the last wait ended, or this long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), seconds)
        self._rung.clear()


class Bell:
    """Hears of every workspace's conversations on one connection, from the first who watches on."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._watching: dict[int, set[Watch]] = defaultdict(set)
        self._listening: asyncio.Task[None] | None = None

    @contextmanager
    def watch(self, workspace_id: int) -> Iterator[Watch]:
        """Hear of the workspace from now on: opened before the first read, nothing falls between the two."""
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())
        watch = Watch()
        watching = self._watching[workspace_id]
        watching.add(watch)
        try:
            yield watch
        finally:
            watching.discard(watch)

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
            # What changed while nobody listened rang no bell.
            for watching in self._watching.values():
                _ring_all(watching)
            await lost.wait()
        finally:
            await connection.close()

    def _ring(self, *told: object) -> None:
        _ring_all(self._watching.get(int(str(told[-1])), ()))


def _ring_all(watching: Iterable[Watch]) -> None:
    for watch in watching:
        watch.ring()
