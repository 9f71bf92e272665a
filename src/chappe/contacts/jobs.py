"""The worker's part of contacts: those that came in great numbers are made to be found by name; actions on
all that match a filter are done.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from chappe.contacts import bulk, lists
from chappe.contacts.attributes import changing
from chappe.contacts.search import indexing
from chappe.db.errors import ServerGone
from chappe.db.pool import Connection, Database
from chappe.kit.clock import Clock
from chappe.kit.errors import Problem

log = structlog.get_logger()

_LOOK_SECONDS = 2.0
_BULK_LOOK_SECONDS = 1.0
_FOLD_SECONDS = 3600.0


async def run_indexing(db: Database) -> None:
    """Index what waits, for ever; cancel to stop, at any point."""
    missing: int | None = 0

    async def look() -> None:
        nonlocal missing
        while missing is not None:
            async with db.engine_transaction() as conn:
                missing = await indexing.queue_missing(conn, missing)
        while await _in_transaction(db, indexing.index_next):
            pass

    await _repeat("contact_index", look, _LOOK_SECONDS)


async def run_bulk(db: Database, clock: Clock) -> None:
    """Do bulk actions, the oldest first, a batch a transaction; for ever, cancel to stop at any point."""

    async def look() -> None:
        while await run_next_batch(db, clock):
            pass

    await _repeat("bulk", look, _BULK_LOOK_SECONDS)


async def run_changes(db: Database, clock: Clock) -> None:
    """Read, then write, the values of attributes that are to be of another kind."""

    async def look() -> None:
        while await run_next_change(db, clock):
            pass

    await _repeat("attributes", look, _BULK_LOOK_SECONDS)


async def run_next_change(db: Database, clock: Clock) -> bool:
    """One stretch of the oldest change that nobody works on; False when there is none."""
    async with db.engine_transaction() as conn:
        waiting = await changing.next_waiting(conn)
        if waiting is not None:
            await changing.step(conn, waiting, clock)
    return waiting is not None


async def run_folding(db: Database) -> None:
    """Fold what lists noted of days that are over."""

    async def look() -> None:
        while await _in_transaction(db, lists.fold):
            pass

    await _repeat("lists", look, _FOLD_SECONDS)


async def run_next_batch(db: Database, clock: Clock) -> bool:
    """One batch of the oldest action that nobody works on; False when there is none."""
    async with db.engine_transaction() as conn:
        waiting = await bulk.next_waiting(conn)
        if waiting is None:
            return False
        try:
            async with conn.transaction():
                await bulk.step(conn, waiting, clock)
        except Problem as problem:
            # Its list is gone, say: it must not be tried for ever.
            await bulk.fail(conn, waiting, problem.code, clock)
    return True


async def _repeat(name: str, look: Callable[[], Awaitable[None]], seconds: float) -> None:
    while True:
        try:
            await look()
        except ServerGone as gone:
            log.warning("waits_for_the_database", job=name, reason=gone.detail)
        await asyncio.sleep(seconds)


async def _in_transaction(db: Database, step: Callable[[Connection], Awaitable[int]]) -> int:
    async with db.engine_transaction() as conn:
        return await step(conn)
