"""Planning alone: a campaign's audience taken, gated, rendered, written to the ledger; no sender is up."""

import asyncio
import time
from typing import Any
from uuid import UUID

import uvloop

from chappe.bench.ground import (
    Ground,
    database_server,
    draft_campaign,
    ground,
    role,
    send_campaign,
    until_calm,
)
from chappe.bench.usage import usage_of
from chappe.campaigns import service as campaigns
from chappe.messages.model import MessageState

PEOPLE = 200_000
_WITHIN = 600.0


def run(people: int = PEOPLE) -> dict[str, Any]:
    """From the send command until every message of `people` contacts is in the ledger, ready to be leased."""
    return uvloop.run(_run(people))


async def _run(people: int) -> dict[str, Any]:
    async with ground() as on:
        campaign = await draft_campaign(on, people)
        async with role("worker", on.settings) as worker:
            await until_calm(worker)
            pids = {"worker": worker.pid, "database": await database_server(on.db)}
            before, written = usage_of(**pids), await _wal(on)
            started = time.perf_counter()
            await send_campaign(on, campaign)
            await _planned(on, campaign, people)
            seconds = time.perf_counter() - started
            after, written = usage_of(**pids), await _wal(on) - written
    return {
        "messages": people,
        "seconds": round(seconds, 2),
        "messages_per_second": round(people / seconds),
        "microseconds_per_message": {
            name: round((after[name].cpu - before[name].cpu) * 1e6 / people, 1) for name in after
        },
        "log_bytes_per_message": round(written / people),
        "resident_mb": {name: round(after[name].resident / 1e6) for name in after},
    }


async def _planned(on: Ground, campaign: UUID, people: int) -> None:
    """Returns when all messages are counted as queued."""
    async with asyncio.timeout(_WITHIN):
        while True:
            async with on.db.engine_transaction() as conn:
                progress = await campaigns.progress(conn, on.workspace_id, campaign)
            if sum(count.n for count in progress.counts if count.state is MessageState.QUEUED) >= people:
                return
            await asyncio.sleep(0.05)


async def _wal(on: Ground) -> int:
    """Bytes of the write-ahead log so far."""
    async with on.db.engine.acquire() as conn:
        written: int = await conn.fetchval("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
    return int(written)
