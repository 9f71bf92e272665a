"""The worker's part: people are told, once, before an offer is empty."""

import asyncio
from typing import Final

import structlog

from chappe.accounts.mails import Outbox
from chappe.accounts.permissions import Permission, permissions_of
from chappe.accounts.team import service as team
from chappe.db.errors import ServerGone
from chappe.db.pool import Database
from chappe.kit.clock import Clock
from chappe.kit.ids import public_id
from chappe.offers import repo
from chappe.offers.model import OFFER_ID

log = structlog.get_logger()

_SECONDS: Final = 30.0


async def keep_warning(db: Database, outbox: Outbox, clock: Clock) -> None:
    """For ever; cancel to stop, at any point."""
    while True:
        try:
            await warn(db, outbox, clock)
        except ServerGone as error:
            log.warning("job_waits", job="offers", error=str(error))
        await asyncio.sleep(_SECONDS)


async def warn(db: Database, outbox: Outbox, clock: Clock) -> int:
    """How many offers were told of, to everybody who writes campaigns: noted and mailed, or neither."""
    async with db.engine_transaction() as conn:
        found = await repo.warn(conn, clock.now())
        for offer in found:
            for person in await team.members(conn, clock, offer["workspace_id"]):
                if Permission.CAMPAIGNS_WRITE in permissions_of(person.role):
                    await outbox.post(
                        conn,
                        "offer_low",
                        to=person.email,
                        language=offer["language"],
                        workspace_id=offer["workspace_id"],
                        link=f"/offers/{public_id(OFFER_ID, offer['offer_id'])}",
                        workspace=offer["workspace"],
                        name=offer["name"],
                        free=offer["free"],
                    )
    return len(found)
