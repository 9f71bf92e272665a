"""What the web role forgets each hour: sessions and failed logins past their time, old answers kept under
keys. The months of events are made ahead and dropped here too.
"""

import asyncio

from chappe.accounts import service as accounts
from chappe.api import idempotency
from chappe.db.errors import ServerGone
from chappe.db.pool import Database
from chappe.events import service as events
from chappe.kit.clock import Clock

_HOUR = 3600.0


async def sweep_hourly(db: Database, clock: Clock) -> None:
    """Until cancelled. Several web processes may do it: deleting twice is deleting once."""
    while True:
        try:
            while await sweep(db, clock):
                pass
        except ServerGone:
            pass  # the next hour will do
        await asyncio.sleep(_HOUR)


async def sweep(db: Database, clock: Clock) -> bool:
    """One short transaction; whether there is more."""
    async with db.engine_transaction() as conn:
        await accounts.sweep(conn, clock)
        await events.upkeep(conn, clock.now())
        return await idempotency.sweep(conn) > 0
