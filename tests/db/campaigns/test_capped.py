"""Caps over campaigns: who has had enough is skipped, however the campaigns are planned."""

import asyncio

from chappe.campaigns import service
from chappe.gate import caps
from chappe.gate.caps import Caps

DAILY = Caps(per_day=1)


async def limit(world, wanted: Caps) -> None:
    async with world.database.transaction(world.workspace_id) as conn:
        await caps.set_caps(conn, world.workspace_id, wanted)


async def test_campaigns_that_are_planned_at_once_reach_each_person_once(world, sent, planner_of) -> None:
    everybody = await world.list_of(120)
    await limit(world, DAILY)
    campaigns = [await sent(everybody), await sent(everybody), await sent(everybody)]
    await asyncio.gather(*(planner_of(row_size=7, parallel=2).plan_due_runs() for _ in range(3)))
    rows = await world.database.engine.fetch(
        "select m.phone, count(*) filter (where s.state is null) as sent, "
        "count(*) filter (where s.reason = 'capped') as capped "
        "from message m left join message_state s on s.id = m.id group by 1"
    )
    assert len(rows) == 120
    assert {(row["sent"], row["capped"]) for row in rows} == {(1, len(campaigns) - 1)}
    told = await world.database.engine.fetch(
        "select r.rule, sum(d.n)::int as n from run_decision d join ruling r on r.number = d.decision "
        "group by 1"
    )
    assert [tuple(row) for row in told] == [("workspace.cap.day", 240)]


async def test_a_canceled_campaign_gives_back_what_it_took(world, sent, planner_of, upkeep, clock) -> None:
    everybody = await world.list_of(5)
    await limit(world, DAILY)
    first = await sent(everybody)
    await planner_of().plan_due_runs()
    async with world.database.transaction(world.workspace_id) as conn:
        await service.cancel(conn, world.workspace_id, first.id, clock)
    await upkeep.end_runs()
    second = await sent(everybody)
    await planner_of().plan_due_runs()
    left = await world.database.engine.fetchval(
        "select sum(hi - lo) from chunk where run_id = $1", second.run_id
    )
    assert left == 5
