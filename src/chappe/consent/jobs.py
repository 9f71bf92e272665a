"""The worker's part of the suppression list: new contacts are looked up among the numbers that are known by a
hash alone.
"""

import asyncio

import structlog

from chappe.consent.hashed.matching import recognise_all, workspaces_waiting
from chappe.db.errors import NumberKeyMissing, ServerGone
from chappe.db.pool import Database

log = structlog.get_logger()

_LOOK_SECONDS = 1.0


async def keep_matching(db: Database) -> None:
    """For ever; cancel to stop, at any point."""
    while True:
        try:
            await match_waiting(db)
        except ServerGone as gone:
            log.warning("suppression_hashes_wait_for_the_database", reason=gone.detail)
        await asyncio.sleep(_LOOK_SECONDS)


async def match_waiting(db: Database) -> None:
    """Every contact that waits, of every workspace whose keys are here."""
    async with db.engine_transaction() as conn:
        waiting = await workspaces_waiting(conn)
    for workspace_id in waiting:
        try:
            await recognise_all(db, workspace_id)
        except NumberKeyMissing as missing:
            log.error("suppression_key_missing", workspace=workspace_id, reason=missing.detail)
