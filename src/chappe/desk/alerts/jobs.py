"""The worker's part: what is unusual is found, kept and mailed, each once."""

import asyncio
from typing import Final

import structlog

from chappe.accounts.mails import Outbox
from chappe.accounts.permissions import Permission, permissions_of
from chappe.accounts.team import service as team
from chappe.db.errors import ServerGone
from chappe.db.pool import Connection, Database
from chappe.desk.alerts import repo
from chappe.desk.alerts.model import Alert, Kind
from chappe.kit.clock import Clock

log = structlog.get_logger(__name__)

_REST: Final = 60.0
_PAGES: Final = {Kind.BUDGET: "/", Kind.BROKEN_LINK: "/", Kind.CARRIER_DELIVERY: "/carriers"}


async def keep_watching(db: Database, outbox: Outbox, clock: Clock) -> None:
    """For ever; cancel to stop, at any point."""
    while True:
        try:
            await watch(db, outbox, clock)
        except ServerGone as gone:
            log.warning("alerts_wait_for_the_database", reason=gone.detail)
        except Exception:
            # Alerts are later then; the next round may do better.
            log.exception("alerts_failed")
        await asyncio.sleep(_REST)


async def watch(db: Database, outbox: Outbox, clock: Clock) -> list[Alert]:
    """Look once, in one transaction: an alert is opened and mailed, or neither; those opened."""
    async with db.engine_transaction() as conn:
        if not await repo.watching_alone(conn):
            return []
        now = clock.now()
        opened = await repo.reconcile(conn, await repo.found(conn, now), now)
        for alert in opened:
            if (await repo.choices(conn, alert.workspace_id))[alert.kind].mailed:
                await _mail(conn, outbox, clock, alert)
    return opened


async def _mail(conn: Connection, outbox: Outbox, clock: Clock, alert: Alert) -> None:
    """To everybody who may change the workspace's settings."""
    workspace = await repo.workspace(conn, alert.workspace_id)
    for person in await team.members(conn, clock, alert.workspace_id):
        if Permission.SETTINGS_WRITE in permissions_of(person.role):
            await outbox.post(
                conn,
                "alert",
                to=person.email,
                language=workspace["language"],
                workspace_id=alert.workspace_id,
                link=_PAGES.get(alert.kind, f"/campaigns/{alert.subject}"),
                workspace=workspace["name"],
                what=alert.kind.value,
                told=alert.told,
            )
