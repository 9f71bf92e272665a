"""STOPs while a list is imported: how long until each is committed, and until the ledger has sealed it.

They come from numbers of the list in a seeded draw: of some the import has merged the row, to others it comes
later. A STOP is heard as by the engine: one transaction that withdraws, suppresses and tells the senders.
"""

import asyncio
import random
import time
from datetime import UTC, datetime
from typing import Any, Final

import uvloop

from chappe.bench.ground import role
from chappe.bench.imports import PEOPLE, prepare, until_done, upload
from chappe.bench.place import place
from chappe.consent import service as consent
from chappe.db.open import open_database
from chappe.db.pool import Database

_EVERY: Final = 0.05
_FIRST: Final = 33_600_000_000
_LIMIT: Final = 30.0
_ALONE: Final = 200
_UNSEALED: Final = "select coalesce(sum(cardinality(ids)), 0)::bigint from consent_unsealed where not many"


def run(people: int = PEOPLE) -> dict[str, Any]:
    """Milliseconds of each STOP during one import of so many people."""
    return uvloop.run(_run(people))


async def _run(rows: int) -> dict[str, Any]:
    with place() as settings:
        async with open_database(settings, exclusive=True) as db:
            workspace, list_id = await prepare(db)
            async with role("worker", settings):
                alone = sorted([await _stop(db, workspace, n) for n in range(_ALONE)])
                opened = await upload(db, workspace, list_id, rows)
                started = time.perf_counter()
                importing = asyncio.create_task(until_done(db, workspace, opened.id))
                took = await _stop_until(importing, db, workspace, rows)
                seconds = time.perf_counter() - started
                sealed = await _until_sealed(db)
        took.sort()
        return {
            "rows": rows,
            "import_seconds": round(seconds, 2),
            "stops": len(took),
            "alone_ms": _figures(alone),
            "commit_ms": _figures(took),
            "sealed_after_seconds": round(sealed, 2),
        }


async def _stop_until(importing: asyncio.Task[Any], db: Database, workspace: int, rows: int) -> list[float]:
    """A STOP every 50 ms until the import has ended; the seconds that each took."""
    draw, took = random.Random(5), []  # noqa: S311 (a draw that can be repeated, no secret)
    while not importing.done():
        took.append(await _stop(db, workspace, draw.randrange(rows)))
        await asyncio.sleep(_EVERY)
    await importing
    return took


async def _stop(db: Database, workspace: int, number: int) -> float:
    """The seconds until it is committed."""
    began = time.perf_counter()
    async with db.engine_transaction() as conn:
        phone, now = _FIRST + number, datetime.now(UTC)
        await consent.handle_inbound_text(conn, workspace, phone, "36200", "STOP", at=now)
    return time.perf_counter() - began


async def _until_sealed(db: Database) -> float:
    """Seconds from the last STOP until no small group waits."""
    began = time.perf_counter()
    async with asyncio.timeout(_LIMIT):
        while await db.engine.fetchval(_UNSEALED):
            await asyncio.sleep(0.05)
    return time.perf_counter() - began


def _figures(sorted_seconds: list[float]) -> dict[str, float]:
    n = len(sorted_seconds)
    return {
        "p50": _ms(sorted_seconds[n // 2]),
        "p99": _ms(sorted_seconds[n * 99 // 100]),
        "most": _ms(sorted_seconds[-1]),
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
