"""What the worker keeps for the home page: the ledger counted by day, again whenever a day has changed."""

import asyncio
from datetime import date, timedelta
from typing import Final

import structlog

from chappe.db.errors import ServerGone
from chappe.db.pool import Connection, Database
from chappe.desk import repo
from chappe.kit.clock import Clock

log = structlog.get_logger()

# A figure is this old at most, when counting takes no time.
_REST: Final = 10.0
# Counting takes one part in so many of a core, however large a day is.
_SHARE: Final = 20.0
# Older days are no page's.
_DAYS: Final = 400


async def keep_counting(db: Database, clock: Clock) -> None:
    """For ever; cancel to stop, at any point."""
    while True:
        started = clock.monotonic()
        try:
            await count_changes(db, clock)
        except ServerGone as gone:
            log.warning("counting_waits_for_the_database", reason=gone.detail)
        except Exception:
            # The figures are late then, and the log says why; the next round may do better.
            log.exception("counting_failed")
        await asyncio.sleep(max(_REST, _SHARE * (clock.monotonic() - started)))


async def count_changes(db: Database, clock: Clock) -> int:
    """Count what has changed since it was counted, each day in a transaction; how many days of the ledger."""
    today = clock.now().date()
    async with db.engine_transaction() as conn:
        if not await repo.counting_alone(conn):
            return 0
        zones = await repo.zones_mark(conn)
        await repo.count_events(conn, zones, clock.now())
        changed = await repo.days_to_count(conn, today - timedelta(days=_DAYS), today, zones)
    for day, mark in changed:
        async with db.engine_transaction() as conn:
            if not await repo.counting_alone(conn):
                return 0
            await count_day(conn, day, mark, clock)
    return len(changed)


async def count_day(conn: Connection, day: date, mark: str, clock: Clock) -> None:
    """Count one day of the ledger. `mark`: how it stood before, so that what is written meanwhile counts next
    time.
    """
    await repo.count_day(conn, day)
    await repo.note_counted(conn, f"ledger {day}", mark, clock.now())
