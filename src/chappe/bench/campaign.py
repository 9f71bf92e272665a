"""A whole campaign, end to end: planned, gated, rendered, submitted over one bind, every receipt durable.

The roles run as they do under `chappe serve`, each in its process; the carrier is the lab in another. The
clock starts with the send command and stops when the last receipt is committed and counted. fsync and
synchronous_commit are on.
"""

import asyncio
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import uvloop

from chappe.bench.ground import (
    Ground,
    after_upkeep,
    database_server,
    draft_campaign,
    ground,
    linked,
    role,
    send_campaign,
    try_texts,
    until_bound,
    until_calm,
)
from chappe.bench.usage import Usage, usage_of
from chappe.campaigns import service as campaigns
from chappe.lab import checks
from chappe.messages.model import MessageState

PEOPLE = 200_000
_WITHIN = 600.0


def run(
    people: int = PEOPLE, *, window: int = 1_000, worker: str = "chappe", studio: bool = False
) -> dict[str, Any]:
    """Figures of one campaign of `people` contacts; the lab's log shows what was lost or sent twice.
    `worker`: the program whose worker plans it. `studio`: it tries three texts, each with two short links
    that are followed, and holds some people out.
    """
    return uvloop.run(_run(people, window, worker, studio=studio))


async def _run(people: int, window: int, program: str, *, studio: bool) -> dict[str, Any]:
    async with ground(window=window) as on:
        if studio:
            campaign = await draft_campaign(on, people, linked("A"))
            await try_texts(on, campaign)
        else:
            campaign = await draft_campaign(on, people)
        await after_upkeep(on)
        async with (
            role("worker", on.settings, program=program) as worker,
            role("sender", on.settings) as sender,
        ):
            await until_bound(on, sender)
            await until_calm(worker)
            pids = {
                "sender": sender.pid,
                "worker": worker.pid,
                "lab": on.lab.pid,
                "database": await database_server(on.db),
            }
            before = usage_of(**pids)
            people, seconds = await _send(on, campaign)
            after = usage_of(**pids)
        states = await _states(on, campaign)
        # Its log is complete then.
        await on.lab.stop()
        return _figures(people, seconds, states, before, after, on.lab.log)


async def _send(on: Ground, campaign: UUID) -> tuple[int, float]:
    """To how many, and seconds from the command to the last receipt."""
    started = time.perf_counter()
    await send_campaign(on, campaign)
    async with asyncio.timeout(_WITHIN):
        while (people := await _total(on, campaign)) is None:
            await asyncio.sleep(0.05)
        while (await _states(on, campaign)).get(MessageState.DELIVERED, 0) < people:
            await asyncio.sleep(0.05)
    return people, time.perf_counter() - started


async def _total(on: Ground, campaign: UUID) -> int | None:
    """Of whoever gets a message; None before the audience is taken."""
    async with on.db.engine_transaction() as conn:
        return (await campaigns.get(conn, on.workspace_id, campaign)).total


async def _states(on: Ground, campaign: UUID) -> dict[MessageState, int]:
    async with on.db.engine_transaction() as conn:
        progress = await campaigns.progress(conn, on.workspace_id, campaign)
    found: dict[MessageState, int] = {}
    for count in progress.counts:
        found[count.state] = found.get(count.state, 0) + count.n
    return {state: n for state, n in found.items() if n}


def _figures(
    people: int,
    seconds: float,
    states: dict[MessageState, int],
    before: dict[str, Usage],
    after: dict[str, Usage],
    log: Path,
) -> dict[str, Any]:
    submitted = checks.submits_per_part(log)
    return {
        "messages": people,
        "seconds": round(seconds, 2),
        "messages_per_second": round(people / seconds),
        "states": {state.label: n for state, n in states.items()},
        "lost": people - len(submitted),
        "twice": sum(1 for n in submitted.values() if n > 1),
        "microseconds_per_message": {
            name: round((after[name].cpu - before[name].cpu) * 1e6 / people, 1) for name in after
        },
        "resident_mb": {name: round(after[name].resident / 1e6) for name in after},
    }
