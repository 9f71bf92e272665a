"""Short links: how fast a reader is sent on, with each click on disk before; and how fast codes are made.

Every request is for the code of another message, so that nothing of an answer is remembered but where the
run's links lead.
"""

import time
from typing import Any, Final
from uuid import uuid4

import uvloop

from chappe.bench.api import quantiles, web
from chappe.bench.ground import Ground, ground
from chappe.bench.load import Load, run_load
from chappe.config.secret import secret_key
from chappe.db.keys import InstanceKeys
from chappe.tracking import repo
from chappe.tracking.codes import Codes
from chappe.tracking.model import Linking

CLICKS: Final = 30_000
PER_SECOND: Final = 3_000.0
_CONNECTIONS: Final = 64
_CODES: Final = 200_000


def run(clicks: int = CLICKS) -> dict[str, Any]:
    """Answers a second as fast as they come; milliseconds to the answer at a steady PER_SECOND."""
    return uvloop.run(_run(clicks))


async def _run(clicks: int) -> dict[str, Any]:
    async with ground() as on:
        codes = Codes.of(InstanceKeys.derive(secret_key(on.settings)))
        base = await _block(on, 2 * clicks)
        async with web(on) as (port, _):
            fast = await run_load(_load(on, port, codes.codes(range(base, base + clicks))))
            steady = _load(on, port, codes.codes(range(base + clicks, base + 2 * clicks)))
            steady.per_second = PER_SECOND
            slow = await run_load(steady)
        async with on.db.engine_transaction() as conn:
            written = await conn.fetchval("select count(*) from click_unread")
        return {
            "clicks": 2 * clicks,
            "per_second": round(clicks / fast.seconds),
            "at_full_speed": quantiles(fast.milliseconds()),
            f"at_{PER_SECOND:.0f}_a_second": quantiles(slow.milliseconds()),
            "statuses": {"fast": fast.statuses, "steady": slow.statuses},
            "answered_but_not_written": 2 * clicks - written,
            "codes_per_second": _codes_per_second(codes),
        }


async def _block(on: Ground, size: int) -> int:
    """The first number of a link of so many messages."""
    async with on.db.engine_transaction() as conn:
        linking = Linking("https://x/l/", None, {})
        url = "https://shop.example.com/spring"
        [link] = await repo.add_links(conn, on.workspace_id, 1, uuid4(), [url], linking)
        base = await repo.allocate(conn, size)
        await repo.add_blocks(conn, on.workspace_id, [link], [base], size, 1)
    return base


def _load(on: Ground, port: int, codes: list[str]) -> Load:
    return Load(
        host="127.0.0.1", port=port, key=on.key, path="/l/@@@@@@@@", method="GET", connections=_CONNECTIONS,
        requests=len(codes), keyed=False, words=codes,
    )  # fmt: skip


def _codes_per_second(codes: Codes) -> int:
    began = time.perf_counter()
    for first in range(0, _CODES, 1_000):
        codes.codes(range(first, first + 1_000))
    return round(_CODES / (time.perf_counter() - began))
