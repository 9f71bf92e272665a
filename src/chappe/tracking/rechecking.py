"""Whether the pages that links lead to are still there.

A page that misses twice in a row has a fault, which is shown where its links are; one miss may be a moment's.
The next look comes a quarter of an hour after a miss, then after twice as long, to a day; where nothing is
wrong, after a day. Only what people may still hold is looked at: links of the last ninety days, and those
made by hand.
"""

import asyncio
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

import httpx

from chappe.db.pool import Database
from chappe.kit.clock import Clock
from chappe.kit.outbound import AddressRefused
from chappe.tracking.repo import SQL

Client = Callable[[float], httpx.AsyncClient]
"""Makes a client that goes where it may: `Outbound.client`."""

_BATCH: Final = 20
_AT_ONCE: Final = 5
_PATIENCE: Final = 10.0
_AGENT: Final = {"user-agent": "Chappe (checks that a link leads somewhere)"}
_MISSING: Final = frozenset({404, 410})
_BROKEN: Final = 500
# What a site that does not know HEAD answers to it, or one that knows programs.
_ASK_AGAIN: Final = 400
# Names for documents, which nobody has (RFC 2606): of the demo.
_NOBODYS: Final = (".example", "example.com", "example.org", "example.net", ".test", ".invalid")


async def recheck(db: Database, clock: Clock, client: Client) -> int:
    """Look at the links that are due, without a transaction meanwhile; how many there were."""
    async with db.engine_transaction() as conn:
        rows = await conn.fetch(SQL.take_due_links, clock.now(), _BATCH)
    if not rows:
        return 0
    turns = asyncio.Semaphore(_AT_ONCE)

    async def in_turn(url: str) -> str | None:
        async with turns:
            return await look(client, url)

    faults = await asyncio.gather(*(in_turn(row["url"]) for row in rows))
    async with db.engine_transaction() as conn:
        await conn.execute(SQL.keep_faults, [row["id"] for row in rows], faults)
    return len(rows)


async def look(client: Client, url: str) -> str | None:
    """What is wrong with a page: no_answer, private (an inner network), not_found, server_error. None:
    nothing that can be told; a site that refuses programs, or sends on, is there.
    """
    if (urlsplit(url).hostname or "").endswith(_NOBODYS):
        return None
    try:
        async with client(_PATIENCE) as http:
            status = (await http.head(url, headers=_AGENT)).status_code
            if status >= _ASK_AGAIN:
                async with http.stream("GET", url, headers=_AGENT) as answer:
                    status = answer.status_code
    except AddressRefused:
        return "private"
    except (httpx.HTTPError, httpx.InvalidURL):
        return "no_answer"
    if status in _MISSING:
        return "not_found"
    return "server_error" if status >= _BROKEN else None
