"""A suppression wins over a campaign at planning, whether the number is known or a hash of it."""

from chappe.consent import service as consent
from chappe.db.number_keys import NO_KEYS
from chappe.engine.planner import Planner
from chappe.engine.planner_store import PostgresPlanStore
from chappe.gate.model import Code

FIRST = 33600000001


async def decisions(world) -> dict[int, int]:
    rows = await world.database.engine.fetch("select phone, decision from message order by phone")
    return {row["phone"]: row["decision"] for row in rows}


async def test_numbers_and_hashes_are_skipped_alike(world, sent, planner_of) -> None:
    here, keys = world.workspace_id, world.database.number_keys
    async with world.database.transaction(here) as conn:
        await consent.forget_numbers(conn, here, [FIRST + 1], keys)
    # The contacts come in after it, with a consent that somebody claims for them.
    members = await world.list_of(3)
    await world.suppress(FIRST)
    await sent(members)
    await planner_of().plan_due_runs()
    assert await decisions(world) == {
        FIRST: Code.SUPPRESSED,
        FIRST + 1: Code.SUPPRESSED,
        FIRST + 2: Code.SEND,
    }


async def test_without_the_key_the_campaign_waits_and_says_why(world, sent, clock, now) -> None:
    here = world.workspace_id
    async with world.database.transaction(here) as conn:
        await consent.forget_numbers(conn, here, [FIRST + 1], world.database.number_keys)
    campaign = await sent(await world.list_of(2))
    world.database.number_keys = NO_KEYS
    await Planner(PostgresPlanStore(world.database, clock), clock, clock).plan_due_runs()
    assert await decisions(world) == {}
    stopped = await now(campaign)
    assert stopped.state.value == "paused"
    assert "suppression.keys" in (stopped.error or "")
