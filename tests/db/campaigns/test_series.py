"""Campaigns that come again: each copy is made once, a day before it leaves."""

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

from chappe.campaigns import service
from chappe.campaigns.approvals import service as approvals
from chappe.campaigns.drafts import Clocks
from chappe.campaigns.model import CampaignState
from chappe.campaigns.series import service as series
from chappe.campaigns.series.jobs import make_next
from chappe.campaigns.series.model import Every, Rule
from chappe.web.formats import Formats

WEEKLY = Rule(every=Every.WEEK)


async def begun(world, draft, clock, rule: Rule = WEEKLY, first: int = 33600000001, **changes):
    people = await world.list_of(2, first=first)
    campaign = await draft(people, send_at=clock.now() + timedelta(hours=1), **changes)
    async with world.database.transaction(world.workspace_id) as conn:
        await series.save(conn, campaign, rule)
        return await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)


async def make(world, clock, workers: int = 1) -> None:
    clocks = Clocks(clock, clock)

    async def worker() -> None:
        while await make_next(world.database, clocks):
            pass

    await asyncio.gather(*(worker() for _ in range(workers)))


async def copies(world, campaign) -> list:
    return await world.database.engine.fetch(
        "select name, state, send_at from campaign where id <> $1 order by send_at", campaign.id
    )


async def of(world, campaign):
    async with world.database.transaction(world.workspace_id) as conn:
        return await series.series_of(conn, world.workspace_id, campaign.id)


async def test_a_copy_is_scheduled_the_day_before_by_one_of_many_workers(world, draft, clock) -> None:
    await world.database.engine.execute("update workspace set language = 'fr', zone = 'Europe/Paris'")
    campaign = await begun(world, draft, clock)
    await make(world, clock)
    assert await copies(world, campaign) == []
    found = await of(world, campaign)
    assert timedelta(days=6, hours=22) < found.next_at - campaign.send_at < timedelta(days=7, hours=2)
    clock.advance(6.5 * 86400)
    await make(world, clock, workers=4)
    [one] = await copies(world, campaign)
    assert (one["state"], one["send_at"]) == ("scheduled", found.next_at)
    day = found.next_at.astimezone(ZoneInfo("Europe/Paris")).date()
    assert one["name"] == f"{campaign.name} ({Formats('fr').civil_day(day)})", "in the workspace's language"
    clock.advance(7 * 86400)
    await make(world, clock, workers=4)
    assert len(await copies(world, campaign)) == 2
    assert (await of(world, campaign)).made == 2


async def test_it_ends_after_its_last_day_and_stops_when_it_shall(world, draft, clock) -> None:
    last = (clock.now() + timedelta(days=8)).date()
    campaign = await begun(world, draft, clock, Rule(every=Every.WEEK, until=last))
    await make(world, clock)
    clock.advance(6.5 * 86400)
    await make(world, clock)
    assert len(await copies(world, campaign)) == 1
    assert (await of(world, campaign)).state == "ended"
    other = await begun(world, draft, clock, first=33600000101)
    await make(world, clock)
    async with world.database.transaction(world.workspace_id) as conn:
        await series.stop(conn, other)
    clock.advance(30 * 86400)
    await make(world, clock)
    assert len(await copies(world, campaign)) == 2, "the copy, and the other one"


async def test_what_was_missed_is_left_out_and_what_is_refused_stays_a_draft(world, draft, clock) -> None:
    campaign = await begun(world, draft, clock)
    await make(world, clock)
    clock.advance(20 * 86400)
    await make(world, clock)
    assert len(await copies(world, campaign)) == 1, "of the third week, after two that nobody made"
    async with world.database.transaction(world.workspace_id) as conn:
        await approvals.require(conn, world.workspace_id, wanted=True)
    clock.advance(7 * 86400)
    await make(world, clock)
    states = [row["state"] for row in await copies(world, campaign)]
    assert states == [CampaignState.SCHEDULED, CampaignState.DRAFT]
    assert "approve" in (await of(world, campaign)).error


async def test_a_copy_ends_as_long_after_its_start_by_the_clocks_of_the_zone(world, draft, clock) -> None:
    """Summer time begins between the first one and its fourth copy."""
    paris = ZoneInfo("Europe/Paris")
    await world.database.engine.execute("update workspace set zone = 'Europe/Paris'")
    over = clock.now() + timedelta(hours=31)
    campaign = await begun(world, draft, clock, expires_at=over)
    await make(world, clock)
    for _ in range(4):
        clock.advance(6.9 * 86400)
        await make(world, clock)
        clock.advance(0.1 * 86400)
    rows = await world.database.engine.fetch(
        "select send_at, expires_at from campaign where id <> $1 order by send_at", campaign.id
    )
    assert len(rows) == 4
    for row in rows:
        assert row["expires_at"].astimezone(paris).hour == over.astimezone(paris).hour
        assert (row["expires_at"].astimezone(paris) - row["send_at"].astimezone(paris)) == timedelta(hours=30)


async def test_a_rule_put_again_makes_no_copy_twice(world, draft, clock) -> None:
    campaign = await begun(world, draft, clock)
    await make(world, clock)
    clock.advance(6.5 * 86400)
    await make(world, clock)

    async def put(rule: Rule) -> None:
        async with world.database.transaction(world.workspace_id) as conn:
            await series.save(conn, campaign, rule)
        await make(world, clock, workers=2)

    before = await of(world, campaign)
    await put(WEEKLY)
    assert await of(world, campaign) == before
    await put(Rule(every=Every.DAY))
    [one] = await copies(world, campaign)
    found = await of(world, campaign)
    assert found.next_at == one["send_at"] + timedelta(days=1), "half a day before the copy that is there"
    async with world.database.transaction(world.workspace_id) as conn:
        today = clock.now().date()
        foreseen = await series.coming(conn, world.workspace_id, today, today + timedelta(2), clock.now())
    assert [coming.at for coming in foreseen] == [found.next_at]
    clock.advance(86400)
    await make(world, clock, workers=2)
    assert [row["send_at"] for row in await copies(world, campaign)] == [one["send_at"], found.next_at]


async def test_it_keeps_its_hour_when_the_workspace_moves_to_another_zone(world, draft, clock) -> None:
    execute, paris = world.database.engine.execute, ZoneInfo("Europe/Paris")
    await execute("update workspace set zone = 'Europe/Paris'")
    campaign = await begun(world, draft, clock)
    await make(world, clock)
    await execute("update workspace set zone = 'America/New_York'")
    for _ in range(4):
        clock.advance(6.9 * 86400)
        await make(world, clock)
        clock.advance(0.1 * 86400)
    rows = await world.database.engine.fetch("select send_at, zone from campaign order by send_at")
    assert len(rows) == 5, "one after summer time has begun in Paris"
    assert {row["send_at"].astimezone(paris).hour for row in rows} == {
        campaign.send_at.astimezone(paris).hour
    }
    assert {row["zone"] for row in rows} == {"Europe/Paris"}
