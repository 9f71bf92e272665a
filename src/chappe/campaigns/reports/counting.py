"""The worker's part: runs are counted again when they have changed."""

import asyncio
from typing import Final

import structlog

from chappe.campaigns.reports import repo
from chappe.campaigns.reports.sources import sources
from chappe.db.errors import ServerGone
from chappe.db.pool import Database
from chappe.kit.clock import Clock

log = structlog.get_logger(__name__)

# What a report tells is this old at most, when counting takes no time.
_REST: Final = 15.0
# Counting takes one part in so many of a core, however large campaigns are.
_SHARE: Final = 20.0
_DAYS: Final = 60
_MOST: Final = 20


async def keep_reports(db: Database, clock: Clock) -> None:
    """For ever; cancel to stop, at any point."""
    while True:
        started = clock.monotonic()
        try:
            await count_changed(db, clock)
        except ServerGone as gone:
            log.warning("reports_wait_for_the_database", reason=gone.detail)
        except Exception:
            # Reports are older then, and say how old; the next round may do better.
            log.exception("reports_failed")
        await asyncio.sleep(max(_REST, _SHARE * (clock.monotonic() - started)))


async def count_changed(db: Database, clock: Clock, age: float = _REST) -> int:
    """Count the runs that have changed since they were counted, each in a transaction; how many. Those that
    leave are first counted when they are `age` seconds old.
    """
    async with db.engine_transaction() as conn:
        found = await repo.stale(conn, _DAYS, _MOST, age)
    for run in found:
        async with db.engine_transaction() as conn:
            parts = await sources(conn, run.workspace_id, run.audience, run.segments, run.created_at)
            await repo.count(conn, run, parts, clock.now())
    return len(found)
