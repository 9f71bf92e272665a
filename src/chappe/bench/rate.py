"""A campaign over a link of 1,000 parts a second: how steady the pace is, and that it is never passed.

The times are those at which the sender hands parts to the socket, from its journal; beside them the lab's, at
which the carrier reads them, which the scheduling of two processes blurs.
"""

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

import uvloop

from chappe.bench.ground import Ground, draft_campaign, ground, role, send_campaign, until_bound
from chappe.engine.replay import writes
from chappe.lab import checks

PEOPLE = 15_000
LIMIT = 1_000
_SECOND = 1_000_000_000
_WITHIN = 120.0

Writes = Sequence[tuple[int, int]]
"""(monotonic ns, parts), oldest first."""


def run(people: int = PEOPLE, limit: int = LIMIT) -> dict[str, Any]:
    """The most and the fewest parts in every sliding second, the first and the last second left out."""
    return uvloop.run(_run(people, limit))


async def _run(people: int, limit: int) -> dict[str, Any]:
    async with ground(parts_per_second=limit) as on:
        campaign = await draft_campaign(on, people)
        async with role("worker", on.settings), role("sender", on.settings) as sender:
            await until_bound(on, sender)
            await send_campaign(on, campaign)
            await _until_acknowledged(on, people)
            # Before the sender ends and deletes what it no longer needs.
            written = writes(sorted((on.settings.home / "journal").rglob("*.journal")))
        await on.lab.stop()
        submits = checks.submits_per_part(on.lab.log)
        return {
            "messages": people,
            "limit": limit,
            "parts_per_second": round(_mean(written), 1),
            "most_in_a_second": busiest_second(written),
            "fewest_in_a_second": quietest_second(written),
            "longest_pause_ms": round(_longest_pause(written) / 1e6, 1),
            "most_in_a_second_as_read": checks.busiest_second(on.lab.log),
            "lost": people - len(submits),
            "twice": sum(1 for n in submits.values() if n > 1),
        }


async def _until_acknowledged(on: Ground, people: int) -> None:
    async with asyncio.timeout(_WITHIN):
        while (await on.lab.get("/lab/api/counters"))["bench"]["acknowledged"] < people:
            await asyncio.sleep(0.1)


def busiest_second(written: Writes) -> int:
    """The most parts in any half-open second."""
    most = inside = start = 0
    for moment, parts in written:
        inside += parts
        while written[start][0] <= moment - _SECOND:
            inside -= written[start][1]
            start += 1
        most = max(most, inside)
    return most


def quietest_second(written: Writes) -> int:
    """The fewest parts in any second that begins a second after the first write or later, and ends a second
    before the last: the emptiest begin just after a write.
    """
    first, last = written[0][0] + _SECOND, written[-1][0] - _SECOND
    found = []
    inside = end = 0
    for moment, parts in written:
        while end < len(written) and written[end][0] <= moment + _SECOND:
            inside += written[end][1]
            end += 1
        inside -= parts
        if first <= moment <= last - _SECOND:
            found.append(inside)
    return min(found, default=0)


def _mean(written: Writes) -> float:
    """Over the same middle."""
    first, last = written[0][0] + _SECOND, written[-1][0] - _SECOND
    middle = [parts for moment, parts in written if first <= moment < last]
    return sum(middle) / ((last - first) / _SECOND)


def _longest_pause(written: Writes) -> int:
    moments = [moment for moment, _ in written]
    return max(after - before for before, after in itertools.pairwise(moments))
