"""The worker's part of contacts: those that came in great numbers are made to be found by name."""

import asyncio

import structlog

from chappe.contacts import indexing
from chappe.db.errors import ServerGone
from chappe.db.pool import Database

log = structlog.get_logger()

_LOOK_SECONDS = 2.0


async def run_indexing(db: Database) -> None:
    """Index what waits, for ever; cancel to stop, at any point."""
    checked = False
    while True:
        try:
            if not checked:
                await _queue_missing(db)
                checked = True
            while await _index_next(db):
                pass
        except ServerGone as gone:
            log.warning("contact_index_waits_for_the_database", reason=gone.detail)
        await asyncio.sleep(_LOOK_SECONDS)


async def _queue_missing(db: Database) -> None:
    reached: int | None = 0
    while reached is not None:
        async with db.engine_transaction() as conn:
            reached = await indexing.queue_missing(conn, reached)


async def _index_next(db: Database) -> bool:
    async with db.engine_transaction() as conn:
        return await indexing.index_next(conn)
