"""What the worker erases: texts older than their workspace keeps them, a bounded step a transaction."""

import asyncio
from typing import Final

import structlog

from chappe.db.errors import ServerGone
from chappe.db.pool import Database
from chappe.desk.retention import rules, service
from chappe.desk.retention.messages import keep_messages
from chappe.kit.clock import Clock

log = structlog.get_logger()

_SELDOM: Final = 600.0
# Between two steps: sending goes before.
_REST: Final = 0.2


async def keep_erasing(db: Database, clock: Clock) -> None:
    """For ever; cancel to stop, at any point: each step is whole."""
    while True:
        try:
            await erase_old(db, clock, rest=_REST)
            await keep_rules(db, clock, rest=_REST)
            await keep_messages(db, clock.now().date(), rest=_REST)
        except ServerGone as gone:
            log.warning("erasing_waits_for_the_database", reason=gone.detail)
        except Exception:
            # Nothing is lost by waiting, and the log says why.
            log.exception("erasing_failed")
        await asyncio.sleep(_SELDOM)


async def erase_old(db: Database, clock: Clock, *, rest: float = 0.0) -> int:
    """Erase all that is old by now; how many texts. Several workers may: erased twice is erased once."""
    today = clock.now().date()
    erased = 0
    async with db.engine_transaction() as conn:
        waiting = await service.limited(conn)
    for one in waiting:
        more = True
        while more:
            async with db.engine_transaction() as conn:
                done = await service.erase(conn, one, today)
            erased, more, one = erased + done.texts, done.more, one._replace(start=done.end)
            await asyncio.sleep(rest)
    if erased:
        log.info("texts_erased", texts=erased)
    return erased


async def keep_rules(db: Database, clock: Clock, *, rest: float = 0.0) -> int:
    """Take away all that the other rules do not keep; how much."""
    now, gone = clock.now(), 0
    async with db.engine_transaction() as conn:
        waiting = await rules.limited(conn)
    for workspace_id, chosen in waiting:
        done = 1
        while done:
            async with db.engine_transaction() as conn:
                done = await rules.step(conn, workspace_id, chosen, now)
            gone += done
            await asyncio.sleep(rest)
    if gone:
        log.info("retention_kept", gone=gone)
    return gone
