"""Links of single messages. Those that are accepted together have ids that follow one another, so their
links have one row of numbers for each address, however many messages there are.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, final

from chappe.db.pool import Connection, Database
from chappe.tracking import repo
from chappe.tracking.bodies import Filling, LinkedBody
from chappe.tracking.codes import Codes
from chappe.tracking.destinations import Fault, written_faults
from chappe.tracking.prefixes import prefix_of

_BLOCK: Final = 1_000_000


@final
class Shortener:
    """One per process: it holds the process's numbers, taken on a connection of their own, because the row
    that they come from stays locked until a transaction ends.
    """

    def __init__(self, db: Database, codes: Codes, base: str) -> None:
        """`base`: the address that people open this installation at, without a path."""
        self._db = db
        self._codes = codes
        self._base = base
        self._next = self._end = 0
        self._lock = asyncio.Lock()

    async def shortened(self, conn: Connection, workspace_id: int, texts: Sequence[str]) -> list[LinkedBody]:
        """The texts with markers in the place of their addresses."""
        found = await prefix_of(conn, workspace_id, self._base)
        return [LinkedBody(text, found.prefix) for text in texts]

    async def faults(self, conn: Connection, workspace_id: int, urls: Sequence[str]) -> dict[str, Fault]:
        """To which of these addresses no short link may lead, and why."""
        found = written_faults(urls, self._base, await repo.own_hosts(conn, workspace_id))
        prefix = (await prefix_of(conn, workspace_id, self._base)).prefix
        killed = await repo.killed_of_messages(conn, workspace_id, urls, prefix)
        return dict.fromkeys(killed, Fault.KILLED) | found

    async def fill(
        self, conn: Connection, workspace_id: int, bodies: dict[int, LinkedBody], first_id: int, n: int
    ) -> dict[int, Filling]:
        """What puts codes into the texts of `n` messages from `first_id` on, by the position of the message
        in `bodies`: its links are made here.
        """
        urls = list(dict.fromkeys(url for body in bodies.values() for url in body.links))
        if not urls:
            return {}
        linking = await prefix_of(conn, workspace_id, self._base)
        links = await repo.links_of_messages(conn, workspace_id, urls, linking.prefix, linking.domain_id)
        base = await self._take(n * len(urls))
        bases = {url: base + at * n for at, url in enumerate(urls)}
        await repo.add_blocks(
            conn, workspace_id, [links[url] for url in urls], list(bases.values()), n, first_id
        )
        return {
            position: Filling(body, self._codes, [bases[url] for url in body.links], first_id)
            for position, body in bodies.items()
        }

    async def _take(self, n: int) -> int:
        async with self._lock:
            if self._end - self._next < n:
                await self._refill(max(n, _BLOCK))
            first = self._next
            self._next += n
            return first

    async def _refill(self, size: int) -> None:
        conn = await self._db.connection()
        try:
            self._next = await repo.allocate(conn, size)
        finally:
            await conn.close()
        self._end = self._next + size
