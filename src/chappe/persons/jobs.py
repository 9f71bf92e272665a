"""The worker's part: files are written, and deleted when their days are over; erasures come to their end."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import structlog

from chappe.db.errors import ServerGone
from chappe.db.pool import Database
from chappe.desk.retention import rules
from chappe.kit.clock import Clock
from chappe.kit.errors import Problem
from chappe.kit.ids import IdCipher
from chappe.persons import erasure, repo
from chappe.persons.exports import Writer
from chappe.persons.files import ExportFolder
from chappe.persons.model import KEPT

log = structlog.get_logger()

_LOOK_SECONDS: Final = 1.0
_ERASING_SECONDS: Final = 2.0
_SELDOM: Final = 600.0
_IDLE_AT_ONCE: Final = 200
_SWEEP_EVERY: Final = 60.0
# The code of what has no better one.
_UNFORESEEN: Final = "unforeseen"


async def run_exports(db: Database, folder: ExportFolder, writer: Writer, clock: Clock) -> None:
    """Write what is asked for and delete what is over, for ever; cancel to stop, at any point."""
    swept: float | None = None
    while True:
        try:
            while await run_next_batch(db, writer, clock):
                pass
            if swept is None or clock.monotonic() - swept > _SWEEP_EVERY:
                await sweep(db, folder, clock.now())
                swept = clock.monotonic()
        except ServerGone as gone:
            log.warning("exports_wait_for_the_database", reason=gone.detail)
        await asyncio.sleep(_LOOK_SECONDS)


async def run_next_batch(db: Database, writer: Writer, clock: Clock) -> bool:
    """One batch of the oldest export that nobody works on; False when there is none, or it has to wait."""
    async with db.engine_transaction() as conn:
        waiting = await repo.next_export(conn)
        if waiting is None:
            return False
        try:
            async with conn.transaction():
                days = (await rules.chosen(conn, waiting.workspace_id)).export_days
                kept = KEPT if days is None else timedelta(days=days)
                after = await writer.step(conn, waiting, clock.now(), kept)
        except ServerGone:
            raise
        except Problem as problem:
            # What it is of is gone, say: it must not be tried for ever.
            await repo.fail(conn, waiting, problem.code, clock.now())
        except Exception:
            # No place left, most often. Whatever it is, the worker has other work: the log has it, and the
            # person may ask again.
            log.exception("export_failed", id=str(waiting.id))
            await repo.fail(conn, waiting, _UNFORESEEN, clock.now())
        else:
            if after is None:
                return False
            if after.finished_at is not None:
                log.info("export_finished", id=str(after.id), rows=after.done, bytes=after.bytes)
    return True


async def sweep(db: Database, folder: ExportFolder, now: datetime) -> int:
    """Delete files whose days are over, and those that no row knows; how many."""
    async with db.engine_transaction() as conn:
        await repo.expire(conn, now)
    files = await folder.keys()
    if not files:
        return 0
    async with db.engine_transaction() as conn:
        live = await repo.live(conn, list(files))
    gone = [path for key, path in files.items() if key not in live]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


async def run_erasures(db: Database, ids: IdCipher, clock: Clock) -> None:
    """Bring erasures to their end, for ever; cancel to stop, at any point."""
    while True:
        try:
            await go_on_erasing(db, ids, clock)
        except ServerGone as gone:
            log.warning("erasures_wait_for_the_database", reason=gone.detail)
        except Problem as problem:
            # The keys of numbers are gone, say: what is there waits, and the log says why.
            log.warning("erasures_wait", reason=problem.detail)
        await asyncio.sleep(_ERASING_SECONDS)


async def go_on_erasing(db: Database, ids: IdCipher, clock: Clock) -> int:
    """Once more for each that is under way; how many came to their end."""
    async with db.engine_transaction() as conn:
        ended = [
            await erasure.go_on(conn, one, db.number_keys, ids, clock.now())
            for one in await erasure.under_way(conn)
        ]
    return sum(ended)


async def run_forgetting_idle(db: Database, ids: IdCipher, clock: Clock) -> None:
    """Erase contacts of whom nothing has come for as long as their workspace says, for ever."""
    while True:
        try:
            while await forget_idle(db, ids, clock):
                await asyncio.sleep(_LOOK_SECONDS)
        except ServerGone as gone:
            log.warning("idle_contacts_wait_for_the_database", reason=gone.detail)
        except Problem as problem:
            log.warning("idle_contacts_wait", reason=problem.detail)
        await asyncio.sleep(_SELDOM)


async def forget_idle(db: Database, ids: IdCipher, clock: Clock) -> int:
    """Some of each workspace; how many. Nobody asked, so no hash stays: a file may bring them back."""
    now, gone = clock.now(), 0
    async with db.engine_transaction() as conn:
        for workspace_id, chosen in await rules.limited(conn):
            before = rules.limit(chosen, "idle_months", now)
            found = {} if before is None else await rules.idle(conn, workspace_id, before, _IDLE_AT_ONCE)
            if found:
                who = erasure.Who(tuple(found), tuple(sorted(set(found.values()))))
                await erasure.begin(conn, workspace_id, who, db.number_keys, ids, now, keep_hash=False)
                gone += len(found)
    return gone
