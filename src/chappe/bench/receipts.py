"""Receipts that come all at once, while another campaign is being sent.

The carrier keeps the receipts of a whole campaign back, then lets them go; beside it a campaign goes out over
a link of a given rate. The clock stops when the last receipt is answered, which is after its commit. fsync
and synchronous_commit are on.
"""

import asyncio
import time
from collections.abc import Awaitable
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
    until_bound,
)
from chappe.bench.usage import usage_of
from chappe.campaigns import service as campaigns
from chappe.campaigns.model import NewCampaign
from chappe.carriers import routing
from chappe.carriers import service as carriers
from chappe.carriers.model import SenderKind
from chappe.carriers.settings import SmppSettings
from chappe.config.secret import secret_key
from chappe.db.keys import InstanceKeys
from chappe.kit.clock import SystemClock
from chappe.messages.model import MessageState

RECEIPTS = 200_000
RATE = 5_000
_WITHIN = 600.0
_STEADY_SECONDS = 3.0
_SCENARIO = """
[[carriers]]
name = "bench"
ids = { answer = "uuid", receipt = "uuid", bits = 128 }
receipts = { delay = 0.1, window = 5000, hold = true }

[[carriers]]
name = "paced"
ids = { answer = "uuid", receipt = "uuid", bits = 128 }
receipts = { delay = 0.1, window = 5000 }
"""


def run(people: int = RECEIPTS, *, rate: int = RATE) -> dict[str, Any]:
    """Figures of `people` receipts that come at once, beside a link of `rate` parts a second."""
    return uvloop.run(_run(people, rate))


async def _run(people: int, rate: int) -> dict[str, Any]:
    async with ground(scenario=_SCENARIO) as on:
        first = await draft_campaign(on, people)
        second = await _draft_beside(on, first, rate)
        async with role("worker", on.settings) as worker, role("sender", on.settings) as sender:
            await until_bound(on, sender)
            await send_campaign(on, first)
            await _until_counted(on, "bench", "waiting", people)
            await send_campaign(on, second)
            await _until_counted(on, "paced", "submits", rate)
            pids = {
                "sender": sender.pid,
                "worker": worker.pid,
                "lab": on.lab.pid,
                "database": await database_server(on.db),
            }
            quiet, _ = await _rate_of(on, "paced", asyncio.sleep(_STEADY_SECONDS))
            before = usage_of(**pids)
            await on.lab.post("/lab/api/carriers/bench/hold-receipts", {"on": False})
            during, seconds = await _rate_of(on, "paced", _until_counted(on, "bench", "acknowledged", people))
            after = usage_of(**pids)
            delivered = await _until_delivered(on, first, people)
    return {
        "receipts": people,
        "seconds": round(seconds, 2),
        "receipts_per_second": round(people / seconds),
        "delivered": delivered,
        "sending_before_per_second": round(quiet),
        "sending_during_per_second": round(during),
        "sending_loses_percent": round(100 * (1 - during / quiet), 1),
        # Of everything, the sending among it.
        "cpu_seconds": {name: round(after[name].cpu - before[name].cpu, 2) for name in after},
        "resident_mb": {name: round(after[name].resident / 1e6) for name in after},
    }


async def _draft_beside(on: Ground, like: UUID, rate: int) -> UUID:
    """The same campaign over the other carrier."""
    host, port = on.lab.address("paced")
    keys = InstanceKeys.derive(secret_key(on.settings))
    paced = SmppSettings(host=host, port=port, system_id="paced", window=1_000, parts_per_second=rate)
    async with on.db.engine_transaction() as conn:
        carrier = await carriers.create_carrier(
            conn,
            keys,
            on.workspace_id,
            name="paced",
            settings=paced,
            password="paced",  # noqa: S106 (the lab's, which takes any)
            simulated=True,
        )
        route = await routing.create_route(conn, on.workspace_id, name="paced", carriers=[carrier.id])
        sender = await carriers.create_sender(
            conn, on.workspace_id, address="36181", kind=SenderKind.SHORT_CODE, route_id=route.id
        )
        known = await campaigns.get(conn, on.workspace_id, like)
        new = NewCampaign(
            name="beside",
            purpose=known.purpose,
            audience=known.audience,
            sender_id=sender.id,
            body=known.body,
        )
        return (await campaigns.create(conn, on.workspace_id, new, SystemClock())).id


async def _rate_of(on: Ground, carrier: str, meanwhile: Awaitable[None]) -> tuple[float, float]:
    """Submits a second that reached the carrier meanwhile, and how many seconds that was."""
    started, had = time.perf_counter(), await _count(on, carrier, "submits")
    await meanwhile
    seconds = time.perf_counter() - started
    return (await _count(on, carrier, "submits") - had) / seconds, seconds


async def _until_counted(on: Ground, carrier: str, what: str, enough: int) -> None:
    async with asyncio.timeout(_WITHIN):
        while await _count(on, carrier, what) < enough:
            await asyncio.sleep(0.05)


async def _count(on: Ground, carrier: str, what: str) -> int:
    counters = await on.lab.get("/lab/api/counters")
    return int(counters[carrier][what])


async def _until_delivered(on: Ground, campaign: UUID, people: int) -> int:
    """As its counts say, which are folded once a second."""
    async with asyncio.timeout(_WITHIN):
        while True:
            async with on.db.engine_transaction() as conn:
                progress = await campaigns.progress(conn, on.workspace_id, campaign)
            found = sum(one.n for one in progress.counts if one.state is MessageState.DELIVERED)
            if found >= people:
                return found
            await asyncio.sleep(0.1)
