"""Messages are due where their people are, at their own hours, and over some time."""

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from chappe.campaigns import service
from chappe.campaigns.experiments import service as experiments
from chappe.campaigns.experiments.model import Settings
from chappe.campaigns.marks import mark_of
from chappe.campaigns.timing import service as timing
from chappe.campaigns.timing.model import How, Timing, WrongTiming
from chappe.campaigns.variants import service as variants
from chappe.campaigns.variants.model import Difference

FIRST = 33600000001
PARIS = ZoneInfo("Europe/Paris")


def ten_in_paris(clock, days: int):
    there = clock.now().astimezone(PARIS) + timedelta(days=days)
    return there.replace(hour=10, minute=0, second=0, microsecond=0)


async def scheduled(world, draft, clock, at, chosen: Timing, *lists):
    campaign = await draft(*lists, send_at=at)
    async with world.database.transaction(world.workspace_id) as conn:
        await timing.save(conn, campaign, chosen)
        return await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)


async def due(world) -> Counter:
    rows = await world.database.engine.fetch("select due_at, zones, hi - lo as n from chunk")
    found: Counter = Counter()
    for row in rows:
        found[row["due_at"], row["zones"]] += row["n"]
    return found


async def test_each_zone_gets_it_at_that_hour_of_its_own_day(
    world, draft, upkeep, planner_of, each_once, now, clock
) -> None:
    lists = [
        await world.list_of(3),
        await world.list_of(2, first=FIRST + 10, zones="Pacific/Auckland"),
    ]
    at = ten_in_paris(clock, 2)
    campaign = await scheduled(world, draft, clock, at, Timing(how=How.LOCAL), *lists)
    assert await upkeep.start_due() == 0
    clock.advance((at - clock.now()).total_seconds() - 12.5 * 3600)
    assert await upkeep.start_due() == 1, "before the day begins in the east"
    await planner_of(2).plan_due_runs()
    found = {zones: moment for moment, zones in await due(world)}
    assert {zones for _, zones in await due(world)} == {"FR@Europe/Paris", "FR@Pacific/Auckland"}
    apart = found["FR@Europe/Paris"] - found["FR@Pacific/Auckland"]
    assert timedelta(hours=10) <= apart <= timedelta(hours=12)
    assert found["FR@Europe/Paris"] == at
    await each_once(await now(campaign), 5)


async def test_messages_leave_evenly_over_the_time_that_was_chosen(
    world, draft, upkeep, planner_of, clock
) -> None:
    at = ten_in_paris(clock, 1)
    everybody = await world.list_of(300)
    await scheduled(world, draft, clock, at, Timing(spread_minutes=180), everybody)
    clock.advance((at - clock.now()).total_seconds())
    await upkeep.start_due()
    await planner_of(5000).plan_due_runs()
    moments = sorted({moment for moment, _ in await due(world)})
    assert [moment - moments[0] for moment in moments] == [timedelta(hours=each) for each in range(3)]


async def test_people_get_it_at_the_hour_at_which_they_act(world, draft, upkeep, planner_of, clock) -> None:
    at = ten_in_paris(clock, 1)
    everybody = await world.list_of(4)
    await world.database.engine.execute(
        "insert into message_click (message_id, workspace_id, contact_id, first_at, human_at) "
        "select n, $1, (select min(id) from contact), x.at, x.at from generate_series(1, 9) n, "
        "lateral (select ($2::date + time '18:20') at time zone 'Europe/Paris' as at) as x",
        world.workspace_id, (clock.now() - timedelta(days=3)).date(),
    )  # fmt: skip
    await scheduled(world, draft, clock, at, Timing(how=How.BEST), everybody)
    clock.advance((at - clock.now()).total_seconds() - 12.5 * 3600)
    await upkeep.start_due()
    await planner_of(4).plan_due_runs()
    hours = {moment.astimezone(PARIS).hour for moment, _ in await due(world)}
    assert hours == {18}, "whose habits are known, and the others by these"


async def test_a_variant_leaves_at_its_own_hour_of_the_campaigns_day(
    world, draft, upkeep, planner_of, clock
) -> None:
    at = ten_in_paris(clock, 1)
    campaign = await draft(await world.list_of(40), send_at=at)
    async with world.database.transaction(world.workspace_id) as conn:
        await variants.add(conn, campaign, Difference(send_hour=18))
        await experiments.save(conn, campaign, Settings())
        await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)
    clock.advance((at - clock.now()).total_seconds())
    await upkeep.start_due()
    await planner_of(40).plan_due_runs()
    assert {moment for moment, _ in await due(world)} == {at, at.replace(hour=18)}


async def test_local_time_needs_a_time(world, draft) -> None:
    campaign = await draft(await world.list_of(1))
    async with world.database.transaction(world.workspace_id) as conn:
        with pytest.raises(WrongTiming):
            await timing.save(conn, campaign, Timing(how=How.LOCAL))


async def test_a_workspace_that_moves_to_another_zone_moves_no_scheduled_campaign(
    world, draft, upkeep, planner_of, clock
) -> None:
    execute, at = world.database.engine.execute, ten_in_paris(clock, 2)
    await execute("update workspace set zone = 'Europe/Paris'")
    campaign = await scheduled(world, draft, clock, at, Timing(how=How.LOCAL), await world.list_of(2))
    other = await draft(await world.list_of(1, first=FIRST + 50), send_at=at)
    async with world.database.transaction(world.workspace_id) as conn:
        before = [await mark_of(conn, each) for each in (campaign, other)]
    await execute("update workspace set zone = 'America/New_York'")
    async with world.database.transaction(world.workspace_id) as conn:
        after = [await mark_of(conn, each) for each in (campaign, other)]
    assert after[0] == before[0]
    assert after[1] != before[1], "a draft is read by the new clock: who approved it has not seen that"
    clock.advance((at - clock.now()).total_seconds() - 12 * 3600)
    assert await upkeep.start_due() == 1
    await planner_of().plan_due_runs()
    assert await due(world) == {(at, "FR@Europe/Paris"): 2}
