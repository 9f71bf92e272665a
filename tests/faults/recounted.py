"""After a fault: what pages count equals what the ledger holds, of every run, link, goal and day there is."""

import asyncio
from time import monotonic

from chappe.db.pool import Database
from chappe.desk import repo as days
from chappe.desk.jobs import count_changes
from chappe.kit.clock import SystemClock
from chappe.messages import recount
from chappe.messages.recount import Difference
from chappe.tracking import repo as clicks
from chappe.tracking.conversions import repo as sales

_COUNTED_WITHIN = 15.0


async def miscounted(db: Database) -> list[tuple[int, Difference]]:
    """By run: counts that a recount does not confirm."""
    runs = await db.engine.fetch(
        "select id, workspace_id, base_id, total from campaign_run where base_id is not null and total > 0"
    )
    return [
        (run["id"], each)
        for run in runs
        for each in await recount.differences(
            db.engine, run["workspace_id"], run["id"], (run["base_id"], run["base_id"] + run["total"])
        )
    ]


async def assert_recounted(db: Database) -> None:
    wrong = [*await miscounted(db), *await clicks.miscounted(db.engine), *await sales.miscounted(db.engine)]
    assert not wrong, f"counts that a recount does not confirm: {wrong}"
    wrong_days = await miscounted_days(db)
    assert not wrong_days, f"days that a recount does not confirm: {wrong_days}"


async def miscounted_days(db: Database) -> list[dict[str, object]]:
    """What stays wrong of days, by run, however often the worker counts. The server takes a moment to say
    which days were written to.
    """
    ends = monotonic() + _COUNTED_WITHIN
    while True:
        await count_changes(db, SystemClock())
        wrong = await days.miscounted(db.engine)
        if not wrong or monotonic() > ends:
            return wrong
        await asyncio.sleep(0.2)
