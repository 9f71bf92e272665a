"""After a fault: what pages count equals what the ledger holds, of every run, link and goal there is."""

from chappe.db.pool import Database
from chappe.messages import recount
from chappe.messages.recount import Difference
from chappe.tracking import repo as clicks
from chappe.tracking.conversions import repo as sales


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
