"""What the worker does for links, until it is cancelled: clicks are settled, months of them made ahead."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from chappe.db.errors import ServerGone
from chappe.db.pool import Database
from chappe.kit.clock import Clock
from chappe.kit.outbound import Outbound
from chappe.tracking import rechecking, settling
from chappe.tracking.conversions import settling as conversions

log = structlog.get_logger()

_SECONDS: Final = 1.0
_KEPT_EVERY: Final = 3600.0
_AFTER_FAILURE: Final = 30.0
_LOOK_EVERY: Final = 60.0


async def settle_clicks(db: Database, clock: Clock) -> None:
    """What came becomes clicks, each counted once however many workers there are."""
    kept = -_KEPT_EVERY
    while True:
        try:
            if clock.monotonic() >= kept + _KEPT_EVERY:
                async with db.engine_transaction() as conn:
                    await settling.keep_months(conn, clock.now())
                kept = clock.monotonic()
            while await settle(db, clock):
                pass
        except ServerGone as error:
            log.warning("job_waits", job="clicks", error=str(error))
        except Exception:
            # The worker's other jobs go on, and the log says why these figures wait.
            log.exception("clicks_not_settled")
            await asyncio.sleep(_AFTER_FAILURE)
        await asyncio.sleep(_SECONDS)


async def recheck_links(db: Database, clock: Clock, outbound: Outbound) -> None:
    """Pages that links lead to are looked at when they are due."""
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        try:
            while await rechecking.recheck(db, clock, outbound.client):
                pass
        except ServerGone as error:
            log.warning("job_waits", job="link_pages", error=str(error))


async def settle_conversions(db: Database, sell: Callable[[Database], Awaitable[int]]) -> None:
    """Goal events and answers become conversions; `sell` settles some, and says how many."""
    while True:
        try:
            while await sell(db):
                pass
        except ServerGone as error:
            log.warning("job_waits", job="conversions", error=str(error))
        except Exception:
            log.exception("conversions_not_settled")
            await asyncio.sleep(_AFTER_FAILURE)
        await asyncio.sleep(_SECONDS)


async def settle_sold(db: Database) -> int:
    """One short transaction; how many events and answers it took."""
    async with db.engine_transaction() as conn:
        return await conversions.settle(conn)


async def settle(db: Database, clock: Clock) -> int:
    """One short transaction; how many clicks it settled."""
    async with db.engine_transaction() as conn:
        return await settling.settle(conn, clock.now())
