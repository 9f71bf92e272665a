"""The review of a campaign before it leaves: the sampled first answer with its error, and everybody rendered,
with three variants and a holdout.
"""

import asyncio
import time
from typing import Any, Final

import uvloop

from chappe.bench.ground import Ground, draft_campaign, ground, linked, try_texts
from chappe.campaigns import service as campaigns
from chappe.campaigns.estimator import Estimator
from chappe.campaigns.marks import mark_of
from chappe.db.demo import gate_clock
from chappe.kit.clock import SystemClock

PEOPLE: Final = 1_000_000


def run(people: int = PEOPLE) -> dict[str, Any]:
    """Seconds until the first answer and until the exact one, of an audience of `people`."""
    return uvloop.run(_run(people))


async def _run(people: int) -> dict[str, Any]:
    async with ground() as on:
        key = await draft_campaign(on, people, linked("A"))
        await try_texts(on, key)
        return await _review(on, key)


async def _review(on: Ground, key: Any) -> dict[str, Any]:
    clock = SystemClock()
    async with on.db.engine_transaction() as conn:
        scheduled = await gate_clock(conn, clock)
    estimator = Estimator(on.db, clock, scheduled)
    try:
        async with on.db.transaction(on.workspace_id) as conn:
            campaign = await campaigns.get(conn, on.workspace_id, key)
            mark = await mark_of(conn, campaign)
            started = time.perf_counter()
            guess = await estimator.guess(conn, campaign)
            first = time.perf_counter() - started
        started = time.perf_counter()
        looks = 0
        while not (look := await estimator.look(campaign, mark, 0.8)).done:
            looks += 1
            await asyncio.sleep(0)
        whole = time.perf_counter() - started
        exact = look.estimate
        assert exact is not None, look.fault
    finally:
        await estimator.close()
    return {
        "contacts": exact.recipients,
        "first_answer_in_s": round(first, 2),
        "first_answer_states_error_percent": round(guess.estimate.error * 100, 2),
        "first_answer_was_wrong_by_percent": round(
            100 * abs(guess.estimate.parts - exact.parts) / max(1, exact.parts), 2
        ),
        "everybody_in_s": round(whole, 2),
        "progress_shown_times": looks,
        "messages": exact.sendable,
        "held_out": exact.skipped.get("held_out", 0),
    }
