"""The worker's part of feeds: what a carrier left or answers is brought as a list, once.

Each file becomes a list of its own on /suppressions/lists, to be seen and taken back like any other.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

import asyncpg
import httpx
import structlog

from chappe.config.settings import BadSettings
from chappe.consent.reasons import Reason
from chappe.db.errors import ServerGone
from chappe.db.pool import Database
from chappe.kit.clock import Clock
from chappe.kit.crypto import sha256
from chappe.kit.errors import Problem
from chappe.kit.outbound import Outbound
from chappe.signup.files import shown_name
from chappe.signup.model import BLOCK_BYTES
from chappe.signup.stoplist import service
from chappe.signup.stoplist.feeds import Feed, feeds_of
from chappe.signup.stoplist.model import MOST_BYTES, NewList

log = structlog.get_logger()

SOURCE: Final = "feed"
TAKEN: Final = "taken"
_LOOK_SECONDS: Final = 10.0
_PATIENCE: Final = 60.0
_FAILURES: Final = (Problem, OSError, httpx.HTTPError, httpx.InvalidURL, asyncpg.ForeignKeyViolationError)


async def follow_feeds(db: Database, home: Path, clock: Clock, outbound: Outbound) -> None:
    """For ever; cancel to stop, at any point. The file of feeds is read each time: no start is needed."""
    feeding = Feeding(db, clock, outbound.client)
    while True:
        try:
            await feeding.look(await asyncio.to_thread(feeds_of, home))
        except BadSettings as problem:
            log.error("feeds_cannot_be_read", reason=problem.detail)
        except ServerGone as gone:
            log.warning("feeds_wait_for_the_database", reason=gone.detail)
        await asyncio.sleep(_LOOK_SECONDS)


class Feeding:
    """What was fetched last of each feed, so that the same answer is not brought again. `client` makes one
    that waits so many seconds.
    """

    def __init__(self, db: Database, clock: Clock, client: Callable[[float], httpx.AsyncClient]) -> None:
        self._db = db
        self._clock = clock
        self._client = client
        self._due: dict[str, float] = {}
        self._tags: dict[str, str] = {}
        self._seen: dict[str, bytes] = {}

    async def look(self, feeds: tuple[Feed, ...]) -> int:
        """Take what is new of the feeds that are due; how many lists were brought."""
        brought = 0
        for feed in feeds:
            try:
                if feed.folder is not None:
                    brought += await self._take_folder(feed, feed.folder)
                elif self._clock.monotonic() >= self._due.get(feed.name, float("-inf")):
                    self._due[feed.name] = self._clock.monotonic() + 60 * feed.every_minutes
                    brought += await self._fetch(feed, feed.url or "")
            except _FAILURES as error:
                if isinstance(error, ServerGone):
                    raise
                # Without the address, which may hold a password.
                log.error("feed_failed", feed=feed.name, reason=type(error).__name__)
        return brought

    async def _take_folder(self, feed: Feed, folder: Path) -> int:
        """Files in the order of their names. One that is being written has a name that begins with a dot."""
        names = await asyncio.to_thread(lambda: sorted(p for p in folder.iterdir() if p.is_file()))
        files = [path for path in names if not path.name.startswith(".")]
        for path in files:
            data = await asyncio.to_thread(path.read_bytes)
            await self._bring(feed, path.name, data)
            await asyncio.to_thread(_move, path, folder / TAKEN)
        return len(files)

    async def _fetch(self, feed: Feed, url: str) -> int:
        headers = feed.headers
        if feed.name in self._tags:
            headers["if-none-match"] = self._tags[feed.name]
        async with (
            self._client(_PATIENCE) as http,
            http.stream("GET", url, headers=headers) as answer,
        ):
            if answer.status_code == httpx.codes.NOT_MODIFIED:
                return 0
            answer.raise_for_status()
            data = bytearray()
            async for block in answer.aiter_bytes():
                data += block
                if len(data) > MOST_BYTES:
                    break
            tag = answer.headers.get("etag")
        digest = sha256(bytes(data))
        if not data.strip() or self._seen.get(feed.name) == digest:
            return 0
        await self._bring(feed, feed.name, bytes(data))
        self._seen[feed.name] = digest
        if tag is not None:
            self._tags[feed.name] = tag
        return 1

    async def _bring(self, feed: Feed, filename: str, data: bytes) -> None:
        """Raises what `service.bring` does."""
        new = NewList(
            filename=shown_name(filename),
            scope=feed.scope,
            reason=Reason.REFUSED.value,
            source=SOURCE,
            country=feed.country,
            position=None if feed.column is None else feed.column - 1,
            by=feed.name,
        )
        async with self._db.transaction(feed.workspace) as conn:
            await service.bring(conn, feed.workspace, new, _blocks(data), self._db.number_keys)


async def _blocks(data: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(data), BLOCK_BYTES):
        yield data[at : at + BLOCK_BYTES]


def _move(path: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    path.replace(folder / path.name)
