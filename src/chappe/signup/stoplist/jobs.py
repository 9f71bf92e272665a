"""The worker's part: rows become suppressions, ten thousand a transaction; or an undone list ends.

The lock is a connection's: a killed worker's list is taken up at its cursor.
"""

import asyncio
import tempfile
from contextlib import closing
from datetime import timedelta
from typing import BinaryIO, Final

import structlog

from chappe.consent.listed.adding import Origin, add_hashes, add_numbers, lift_list, look_again
from chappe.db.errors import ServerGone
from chappe.db.pool import Database
from chappe.kit.clock import Clock
from chappe.kit.errors import Problem
from chappe.signup.stoplist import repo, service
from chappe.signup.stoplist.model import SHOWN_REJECTIONS, Kind, ListState, StopList, Taken
from chappe.signup.stoplist.reading import BATCH_ROWS, ListFile, skip
from chappe.signup.stoplist.repo import SQL

log = structlog.get_logger()

_LOOK_SECONDS: Final = 2.0
_DRAFTS_KEPT: Final = timedelta(days=1)
_LIFTED_AT_ONCE: Final = 10_000


class _Elsewhere(Exception):
    """Another worker has moved the cursor."""


async def run_lists(db: Database, clock: Clock) -> None:
    """For ever; cancel to stop, at any point."""
    while True:
        try:
            async with db.engine_transaction() as conn:
                await conn.execute(SQL.drop_drafts, clock.now() - _DRAFTS_KEPT)
            while await run_next_list(db, clock):
                pass
        except ServerGone as gone:
            log.warning("lists_wait_for_the_database", reason=gone.detail)
        await asyncio.sleep(_LOOK_SECONDS)


async def run_next_list(db: Database, clock: Clock) -> bool:
    """Bring one list to its end. False when none waits."""
    lock = await db.connection()
    try:
        found = await repo.next_waiting(lock)
        if found is None:
            return False
        if found.state is ListState.UNDOING:
            await _undo(db, clock, found)
        else:
            await _run(db, clock, found)
        return True
    finally:
        await lock.close()


async def _run(db: Database, clock: Clock, under_way: StopList) -> None:
    state, error = ListState.FINISHED, None
    try:
        with tempfile.TemporaryFile() as file:
            async with db.engine_transaction() as conn:
                for row in await conn.fetch(SQL.blocks, under_way.id):
                    await asyncio.to_thread(file.write, row["data"])
            await _read(db, under_way, file)
    except _Elsewhere:
        log.warning("list_taken_by_another_worker", id=str(under_way.id))
        return
    except ServerGone:
        raise
    except Problem as problem:
        state, error = ListState.FAILED, problem.code
    async with db.engine_transaction() as conn:
        if under_way.kind is Kind.HASHES:
            await look_again(conn, under_way.workspace_id)
        await repo.finish(conn, under_way.id, state, error, clock.now())


async def _read(db: Database, under_way: StopList, file: BinaryIO) -> None:
    listed = await asyncio.to_thread(ListFile, file, under_way.kind, under_way.country, under_way.position)
    with closing(listed):
        await asyncio.to_thread(lambda: list(skip(listed, under_way.cursor)))
        while True:
            taken = await asyncio.to_thread(listed.take)
            if taken.rows:
                under_way = await _add(db, under_way, taken)
            if taken.rows < BATCH_ROWS:
                return


async def _add(db: Database, under_way: StopList, taken: Taken) -> StopList:
    here = under_way.workspace_id
    origin = Origin(under_way.id, under_way.scope, under_way.reason, under_way.source)
    async with db.engine_transaction() as conn:
        added = 0
        if taken.phones:
            added = await add_numbers(conn, here, taken.phones, origin)
        if taken.digests:
            making = service.making_of(under_way, db.number_keys)
            added = await add_hashes(conn, here, taken.digests, making, origin, db.number_keys)
        room = max(0, SHOWN_REJECTIONS - under_way.rejected)
        if kept := taken.refused[:room]:
            await repo.add_rejections(conn, here, under_way.id, kept)
        held = len(taken.phones) + len(taken.digests) - added
        if not await repo.advance(conn, under_way, taken.rows, added, held, len(taken.refused)):
            raise _Elsewhere
        moved = await repo.one(conn, here, under_way.id)
    assert moved is not None, "a list that is worked on is not deleted"
    return moved


async def _undo(db: Database, clock: Clock, found: StopList) -> None:
    lifted = 1
    while lifted:
        async with db.engine_transaction() as conn:
            lifted = await lift_list(conn, found.workspace_id, found.id, "list", _LIFTED_AT_ONCE)
            await conn.execute(SQL.note_lifted, found.id, lifted)
    async with db.engine_transaction() as conn:
        await repo.finish(conn, found.id, ListState.UNDONE, None, clock.now())
