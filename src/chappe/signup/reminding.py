"""Questions that nobody answers: repeated once after a day, and ended when their time is over."""

import asyncio
from typing import Final

import structlog

from chappe.consent.opt_in import service as opt_in
from chappe.db.errors import ServerGone
from chappe.db.pool import Database
from chappe.kit.clock import Clock
from chappe.messages.model import Purpose
from chappe.sending.model import Intent
from chappe.sending.service import Door
from chappe.signup.joining import refused

log = structlog.get_logger()

_EVERY: Final = 60.0
_MOST: Final = 200


async def keep_reminding(db: Database, door: Door, clock: Clock) -> None:
    """For ever; cancel to stop, at any point: each step is whole."""
    while True:
        try:
            while await remind(db, door, clock) or await end(db, clock):
                pass
        except ServerGone as gone:
            log.warning("reminding_waits_for_the_database", reason=gone.detail)
        except Exception:
            # Nothing is lost by waiting, and the log says why.
            log.exception("reminding_failed")
        await asyncio.sleep(_EVERY)


async def remind(db: Database, door: Door, clock: Clock) -> int:
    """Repeat questions, each once; how many. Who was suppressed or blocked meanwhile is asked no more."""
    repeated = 0
    async with db.engine_transaction() as conn:
        for workspace_id, asked in await opt_in.take_unanswered(conn, clock.now(), _MOST):
            if await refused(conn, workspace_id, asked.phone):
                continue
            text = await opt_in.reminder(conn, workspace_id, asked)
            intent = Intent(phone=asked.phone, sender_id=asked.sender_id, body=text, purpose=Purpose.SERVICE)
            await door.accept(conn, workspace_id, [intent])
            repeated += 1
    return repeated


async def end(db: Database, clock: Clock) -> int:
    """End the questions that are over; how many."""
    async with db.engine_transaction() as conn:
        return await opt_in.expire(conn, clock.now(), _MOST)
