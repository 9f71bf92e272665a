"""Caps over campaigns: who has had enough is skipped, however the campaigns are planned."""

import asyncio

from chappe.campaigns import service
from chappe.campaigns.estimate import estimate
from chappe.consent.topics import frequency
from chappe.consent.topics import service as topics
from chappe.consent.topics.frequency import SetBy
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
        "select sum(hi - lo) from chunk where run_id = $1", second.runs[0]
    )
    assert left == 5


async def test_an_estimate_tells_who_has_had_enough_and_by_which_rule(
    world, sent, draft, planner_of, upkeep, clock
) -> None:
    everybody = await world.list_of(5)
    first = await world.database.engine.fetchval("select min(id) from contact")
    async with world.database.transaction(world.workspace_id) as conn:
        offers = await topics.default_topic(conn, world.workspace_id)
        await caps.set_caps(conn, world.workspace_id, Caps(per_week=2), offers.id)
        assert await frequency.want(conn, world.workspace_id, first, 1, SetBy.API)

    async def capped() -> dict[str, int]:
        campaign = await draft(everybody)
        async with world.database.transaction(world.workspace_id) as conn:
            found = await estimate(conn, campaign, clock=clock, gate_clock=clock)
        assert found.skipped.get("capped", 0) == sum(found.capped.values()) == 5 - found.sendable
        return found.capped

    assert await capped() == {}
    await sent(everybody)
    await planner_of().plan_due_runs()
    assert await capped() == {"person.cap.week": 1}
    second = await sent(everybody)
    await planner_of().plan_due_runs()
    assert await capped() == {"topic.cap.week": 4, "person.cap.week": 1}
    # Both were due at one time: one place each is given back, not both.
    async with world.database.transaction(world.workspace_id) as conn:
        await service.cancel(conn, world.workspace_id, second.id, clock)
    await upkeep.end_runs()
    assert await capped() == {"person.cap.week": 1}
