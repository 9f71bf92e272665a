"""A list imported: a file of contacts with consent, uploaded, read and merged by the worker in its process.

The clock starts when the file is stored and stops when the import says that it is finished: every contact is
on the list, with its consent and the proof of it. fsync and synchronous_commit are on.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import uvloop

from chappe.accounts import service as accounts
from chappe.accounts.passwords import Passwords
from chappe.bench.ground import role
from chappe.bench.place import place
from chappe.bench.usage import parent_of, peak_of, usage_of
from chappe.contacts import service as contacts
from chappe.db.open import open_database
from chappe.db.pool import Database
from chappe.kit.errors import Problem
from chappe.signup import service as signup
from chappe.signup.model import Import, ImportState, NewImport, StatedConsent

PEOPLE = 1_000_000
_WITHIN = 900.0
_BLOCK = 10_000
_TOWNS = ("Saint-Étienne", "Lyon", "Aix-en-Provence", "Lille", "Besançon", "Nîmes", "Le Mans")


class ImportFailed(Problem):
    code = "import_failed"
    status = 500
    title = "The import failed"


def run(people: int = PEOPLE) -> dict[str, Any]:
    """Figures of one import of so many people, who are all new."""
    return uvloop.run(_run(people))


async def _run(rows: int) -> dict[str, Any]:
    with place() as settings:
        async with open_database(settings, exclusive=True) as db:
            workspace, list_id = await prepare(db)
            async with role("worker", settings) as worker:
                async with db.engine.acquire() as conn:
                    server = parent_of(conn.get_server_pid())
                opened = await upload(db, workspace, list_id, rows)
                before = usage_of(worker=worker.pid, database=server)
                started = time.perf_counter()
                done = await until_done(db, workspace, opened.id)
                seconds = time.perf_counter() - started
                after = usage_of(worker=worker.pid, database=server)
                peak = peak_of(worker.pid)
        return {
            "rows": rows,
            "seconds": round(seconds, 2),
            "rows_per_second": round(rows / seconds),
            "created": done.created,
            "rejected": done.rejected,
            "microseconds_per_row": {
                name: round((after[name].cpu - before[name].cpu) * 1e6 / rows, 1) for name in after
            },
            "worker_peak_resident_mb": round(peak / 1e6),
        }


async def prepare(db: Database) -> tuple[int, UUID]:
    async with db.engine_transaction() as conn:
        await accounts.first_run(conn, Passwords())
        workspace = await accounts.default_workspace(conn)
        return workspace, (await contacts.create_list(conn, workspace, "bench")).id


async def upload(db: Database, workspace: int, list_id: UUID, rows: int) -> Import:
    consent = StatedConsent(basis="express", source="bench", text="I want offers by SMS.")
    new = NewImport(
        list_id=list_id, filename="bench.csv", default_country="FR", consent=consent, mapping=None
    )
    async with db.engine_transaction() as conn:
        return await signup.open_import(conn, workspace, new, _file(rows))


async def _file(rows: int) -> AsyncIterator[bytes]:
    """Six columns, some 70 bytes a row; numbers as people write them."""
    yield "Téléphone;Prénom;Nom;Ville;Langue;Client depuis\n".encode()
    for start in range(0, rows, _BLOCK):
        lines = [_row(n) for n in range(start, min(start + _BLOCK, rows))]
        yield "".join(lines).encode()
        await asyncio.sleep(0)


def _row(n: int) -> str:
    digits = f"{n:08}"
    pairs = (digits[:2], digits[2:4], digits[4:6], digits[6:])
    phone = (f"+336{digits}", f"06 {' '.join(pairs)}", f"06.{'.'.join(pairs)}", f"336{digits}")[n % 4]
    town = _TOWNS[n % len(_TOWNS)]
    return (
        f"{phone};Prénom{n % 9973};Nom{n % 99991};{town};{'fr' if n % 5 else 'en'};2024-{n % 12 + 1:02}-11\n"
    )


async def until_done(db: Database, workspace: int, import_id: UUID) -> Import:
    async with asyncio.timeout(_WITHIN):
        while True:
            async with db.engine_transaction() as conn:
                found = await signup.get_import(conn, workspace, import_id)
            if found.state is ImportState.FINISHED:
                return found
            if found.state is ImportState.FAILED:
                raise ImportFailed(found.error or "It does not say why.")
            await asyncio.sleep(0.1)
