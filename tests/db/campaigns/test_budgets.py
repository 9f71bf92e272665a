"""Budgets hold, whoever draws on them at once: what they do not reach for waits for money."""

import asyncio
from decimal import Decimal

from chappe.campaigns import service
from chappe.campaigns.budgets import service as budgets
from chappe.campaigns.budgets.model import Budget
from chappe.kit.ids import uuid7

PRICE = Decimal("0.04")


async def written(world) -> int:
    n: int = await world.database.engine.fetchval("select count(*) from message where body is not null")
    return n


async def spent(world) -> dict[str, Decimal]:
    rows = await world.database.engine.fetch("select account, amount from spending")
    return {row["account"]: row["amount"] for row in rows}


def euros(amount: str) -> Budget:
    return Budget(amount=Decimal(amount), currency="EUR")


async def test_a_campaign_stops_before_it_costs_more_and_goes_on_when_it_may(
    world, draft, planner_of, each_once, clock
) -> None:
    campaign = await draft(await world.list_of(9))
    async with world.database.transaction(world.workspace_id) as conn:
        await budgets.save(conn, campaign, euros("0.19"))
        await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)
    await planner_of(1).plan_due_runs()
    await planner_of(1).plan_due_runs()
    assert await written(world) == 4
    assert await spent(world) == {str(campaign.id): 4 * PRICE}
    async with world.database.transaction(world.workspace_id) as conn:
        now = await service.get(conn, world.workspace_id, campaign.id)
        assert now.state == "sending"
        assert await budgets.waiting(conn, now) == 5
        found = await budgets.of_campaign(conn, world.workspace_id, campaign.id)
        assert found.left == Decimal("0.19") - 4 * PRICE
        await budgets.save(conn, campaign, euros("10"))
    await planner_of(2).plan_due_runs()
    await each_once(now, 9)
    assert (await spent(world))[str(campaign.id)] == 9 * PRICE


async def test_campaigns_that_draw_on_one_month_at_once_never_pass_it(world, sent, planner_of, clock) -> None:
    everybody = await world.list_of(120)
    async with world.database.transaction(world.workspace_id) as conn:
        await budgets.save_month(conn, world.workspace_id, euros("5"))
    for _ in range(3):
        await sent(everybody)
    await asyncio.gather(*(planner_of(row_size=7, parallel=2).plan_due_runs() for _ in range(4)))
    n = await written(world)
    assert n * PRICE <= 5
    assert (n + 7) * PRICE > 5, "not more than a row of each was left over"
    [(month, amount)] = (await spent(world)).items()
    assert month == f"{clock.now():%Y-%m}"
    assert amount == n * PRICE


async def test_the_dearest_carrier_and_day_to_come_are_reserved(world, draft, planner_of, clock) -> None:
    """Whichever carrier takes over and whenever it leaves, the budget holds; settling gives the rest back."""
    execute, dearest = world.database.engine.execute, Decimal("0.09")
    other = await world.database.engine.fetchval(
        "insert into carrier (id, workspace_id, name, kind, settings) "
        "select $1, workspace_id, 'Other', kind, settings from carrier returning id",
        uuid7(),
    )
    await execute(
        "insert into route_carrier (workspace_id, route_id, position, carrier_id) values (1, $1, 1, $2)",
        world.route_id,
        other,
    )
    for price, since in ((Decimal("0.05"), "-infinity"), (dearest, "2031-01-01"), (PRICE / 2, "2031-02-01")):
        await execute(
            "insert into carrier_price (workspace_id, carrier_id, prefix, price, currency, valid_from) "
            "values (1, $1, '33', $2, 'EUR', $3::text::date)",
            other,
            price,
            since,
        )
    campaign = await draft(await world.list_of(9))
    async with world.database.transaction(world.workspace_id) as conn:
        await budgets.save(conn, campaign, euros("0.30"))
        await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)
    await planner_of(1).plan_due_runs()
    assert await written(world) == 3
    assert await spent(world) == {str(campaign.id): 3 * dearest}


async def test_prices_in_other_money_draw_on_no_budget(world, draft, planner_of, clock) -> None:
    campaign = await draft(await world.list_of(3))
    async with world.database.transaction(world.workspace_id) as conn:
        await budgets.save(conn, campaign, Budget(amount=Decimal("0.01"), currency="USD"))
        await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)
    await planner_of(1).plan_due_runs()
    assert await written(world) == 3


async def test_what_was_reserved_and_not_spent_is_given_back(world, draft, planner_of, upkeep, clock) -> None:
    campaign = await draft(await world.list_of(4))
    async with world.database.transaction(world.workspace_id) as conn:
        await budgets.save(conn, campaign, euros("1"))
        await budgets.save_month(conn, world.workspace_id, euros("1"))
        await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)
    await planner_of(4).plan_due_runs()
    assert set((await spent(world)).values()) == {4 * PRICE}
    async with world.database.transaction(world.workspace_id) as conn:
        await service.cancel(conn, world.workspace_id, campaign.id, clock)
    await upkeep.end_runs()
    await upkeep.end_runs()
    await upkeep.price_runs()
    assert set((await spent(world)).values()) == {Decimal(0)}


async def test_a_canceled_campaign_does_not_wait_for_money(
    world, draft, planner_of, each_once, clock
) -> None:
    campaign = await draft(await world.list_of(5))
    async with world.database.transaction(world.workspace_id) as conn:
        await budgets.save(conn, campaign, euros("0.10"))
        await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)
    await planner_of(1).plan_due_runs()
    assert await written(world) == 2
    async with world.database.transaction(world.workspace_id) as conn:
        await service.cancel(conn, world.workspace_id, campaign.id, clock)
    await planner_of(1).plan_due_runs()
    waiting = await world.database.engine.fetchval("select count(*) from run_snapshot")
    assert waiting == 0
