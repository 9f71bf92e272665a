"""The worker's part of imports: take one that waits, read its file in a thread, merge batch after batch.

The lock is PostgreSQL's, held by a connection: when a worker is killed it is free at once, and the next one
goes on at the cursor. The guarded cursor fences a worker that was only thought dead.
"""

import asyncio
import tempfile
from contextlib import closing
from datetime import timedelta
from typing import BinaryIO

import structlog

from chappe.consent import evidence
from chappe.consent import service as consent
from chappe.consent.evidence import Evidence
from chappe.consent.topics import service as topics
from chappe.contacts import service as contacts
from chappe.contacts.attributes import service as attributes
from chappe.contacts.entry import OWN_FIELDS
from chappe.db.errors import ServerGone
from chappe.db.pool import Database
from chappe.kit.clock import Clock
from chappe.kit.errors import Problem
from chappe.signup import repo
from chappe.signup.files import fetch_file
from chappe.signup.merging import ImportTaken, SeenContacts, Stated, merge_batch
from chappe.signup.model import Column, Import, ImportState
from chappe.signup.reading import ContactFile

log = structlog.get_logger()

CHANNEL = "chappe_import"
_LOOK_SECONDS = 5.0
# A file that nobody began to import by then is thrown away.
_DRAFTS_KEPT = timedelta(days=1)
# The code of what has no better one.
UNFORESEEN = "unforeseen"


async def run_imports(db: Database, clock: Clock) -> None:
    """Import whatever is uploaded, for ever; cancel to stop, at any point."""
    while True:
        try:
            await _run_while_connected(db, clock)
        except ServerGone as gone:
            log.warning("imports_wait_for_the_database", reason=gone.detail)
            await asyncio.sleep(_LOOK_SECONDS)


async def run_next_import(db: Database, clock: Clock) -> bool:
    """Bring one import to its end. False when none waits (or others are at work on all that do)."""
    lock = await db.connection()
    try:
        import_id = await repo.lock_next(lock)
        if import_id is None:
            return False
        under_way = await repo.start(lock, import_id, clock.now())
        if under_way is not None:
            await _run(db, clock, under_way)
        return True
    finally:
        await lock.close()


async def _run_while_connected(db: Database, clock: Clock) -> None:
    wake = asyncio.Event()

    def heard(*told: object) -> None:
        if str(told[-1]).endswith(f":{ImportState.QUEUED.value}"):
            wake.set()

    listener = await db.connection()
    try:
        await listener.add_listener(CHANNEL, heard)
        while True:
            wake.clear()
            await repo.drop_stale_drafts(listener, clock.now() - _DRAFTS_KEPT)
            while await run_next_import(db, clock):
                pass
            try:
                await asyncio.wait_for(wake.wait(), _LOOK_SECONDS)
            except TimeoutError:
                continue
    finally:
        await listener.close()


async def _run(db: Database, clock: Clock, under_way: Import) -> None:
    started = clock.monotonic()
    try:
        with tempfile.TemporaryFile() as file:  # without a name: gone with the process, whatever happens
            await fetch_file(db, under_way.id, file)
            await _read_and_merge(db, under_way, file)
    except ImportTaken:
        log.warning("import_taken_by_another_worker", id=str(under_way.id))
    except ServerGone:
        raise
    except Problem as problem:
        await _end(db, clock, under_way, ImportState.FAILED, problem.detail, problem.code)
    except Exception:
        # A file that breaks the reader must not be tried for ever; the log has the trace.
        log.exception("import_failed", id=str(under_way.id))
        error = (
            "The file could not be imported, for a reason we did not foresee; the log of the worker has it."
        )
        await _end(db, clock, under_way, ImportState.FAILED, error, UNFORESEEN)
    else:
        await _end(db, clock, under_way, ImportState.FINISHED, None)
        log.info("import_finished", id=str(under_way.id), seconds=round(clock.monotonic() - started, 3))


async def _read_and_merge(db: Database, under_way: Import, file: BinaryIO) -> None:
    async with db.engine_transaction() as conn:
        shapes = await attributes.shapes(conn, under_way.workspace_id)
    contact_file = await asyncio.to_thread(
        ContactFile, file, under_way.default_country, under_way.mapping, shapes
    )
    with closing(contact_file):
        stated = await _note_header(db, under_way, contact_file.columns)
        seen = SeenContacts()
        await _recall(db, under_way, contact_file, seen)
        # The next batch is read in a thread while the database merges this one.
        reading = asyncio.create_task(asyncio.to_thread(contact_file.next_batch))
        try:
            last = False
            while not last:
                batch = await reading
                last = batch.last
                if not last:
                    reading = asyncio.create_task(asyncio.to_thread(contact_file.next_batch))
                async with db.engine_transaction() as conn:
                    await merge_batch(conn, under_way, batch, seen, stated, db.number_keys)
        finally:
            # The thread reads from the file, which is about to be closed.
            await asyncio.gather(reading, return_exceptions=True)


async def _note_header(db: Database, under_way: Import, columns: tuple[Column, ...]) -> Stated | None:
    """Keep what was understood of the header, and the words and evidence of the consent, if it was stated."""
    async with db.engine_transaction() as conn:
        await repo.note_columns(conn, under_way.id, under_way.mapping, columns)
        await contacts.name_attributes(conn, under_way.workspace_id, _labels(columns))
        if under_way.consent is None:
            return None
        wording_id = await consent.keep_wording(conn, under_way.workspace_id, under_way.consent.text)
        told = Evidence(
            channel="import",
            file=under_way.filename,
            actor=under_way.begun_by or "",
            collected_on=under_way.consent.collected_on,
        )
        kept = await evidence.keep(conn, under_way.workspace_id, told, shared=True)
        # One that was archived since the import was asked for is still what people agreed to.
        chosen = await topics.require(conn, under_way.workspace_id, under_way.consent.topics, archived=True)
        return Stated(wording_id, kept, topics.marketing_words(chosen))


async def _recall(db: Database, under_way: Import, contact_file: ContactFile, seen: SeenContacts) -> None:
    """Go to the cursor, and know again who was met before it."""
    skipping = contact_file.skip_to(under_way.cursor)
    while (phones := await asyncio.to_thread(next, skipping, None)) is not None:
        async with db.engine_transaction() as conn:
            known = await contacts.ids_by_phone(conn, under_way.workspace_id, phones)
        seen.add(known.values())


async def _end(
    db: Database,
    clock: Clock,
    under_way: Import,
    state: ImportState,
    error: str | None,
    code: str | None = None,
) -> None:
    async with db.engine_transaction() as conn:
        await repo.finish(conn, under_way.id, state, error, code, clock.now())
        await repo.notify(conn, under_way.workspace_id, under_way.id, state)


def _labels(columns: tuple[Column, ...]) -> dict[str, str]:
    return {
        column.field: column.name.strip()
        for column in columns
        if column.field is not None and column.field not in OWN_FIELDS
    }
