"""The results of a test: what people did, over the same time after each message."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from chappe.campaigns import service
from chappe.campaigns.experiments import service as experiments
from chappe.campaigns.experiments.model import Decider, Decision, ExperimentState, Metric, Settings
from chappe.campaigns.results.incremental import incremental
from chappe.campaigns.results.jobs import apply_rules
from chappe.campaigns.results.service import results, verdict
from chappe.campaigns.variants import service as variants
from chappe.campaigns.variants.model import Difference
from chappe.statistics.verdict import Why

MINUTE = timedelta(minutes=1)


@pytest.fixture
def campaign_of(world, draft, planner_of, clock):
    """A campaign that tries two texts, planned."""

    async def make(n: int, **settings: object):
        campaign = await draft(await world.list_of(n))
        async with world.database.transaction(world.workspace_id) as conn:
            await variants.add(
                conn, campaign, Difference(name="Short", body="Hello, 20% off today only. STOP 38200")
            )
            await experiments.save(conn, campaign, Settings(**settings))
            await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)
        await planner_of(20).plan_due_runs()
        async with world.database.transaction(world.workspace_id) as conn:
            return await service.get(conn, world.workspace_id, campaign.id)

    return make


@pytest.fixture
def read(world):
    async def at(campaign, now):
        async with world.database.transaction(world.workspace_id) as conn:
            return await results(conn, campaign, now)

    return at


async def _leave(world, at) -> None:
    """Every message was handed over at a moment, and the counts say so."""
    await world.database.engine.execute(
        "insert into message_state (id, workspace_id, state, parts, carrier_number, submitted_at) "
        "select m.id, m.workspace_id, 4, m.parts, $2, $1 from message m where m.body is not null",
        at, world.carrier_number,
    )  # fmt: skip
    await world.database.engine.execute(
        "insert into run_minute (workspace_id, run_id, minute, state, n) "
        "select workspace_id, run_id, date_trunc('minute', $1::timestamptz), 4, count(*) "
        "from message group by 1, 2",
        at,
    )
    await world.database.engine.execute("delete from chunk")


async def _click(world, letter: str, n: int, at, human: bool = True) -> None:
    await world.database.engine.execute(
        "insert into message_click (message_id, workspace_id, run_id, contact_id, first_at, human_at) "
        "select m.id, m.workspace_id, m.run_id, m.contact_id, $3::timestamptz, "
        "case when $4 then $3::timestamptz end "
        "from message m join campaign_run r on r.id = m.run_id where r.variant = $1 "
        "and not exists (select from message_click c where c.message_id = m.id) order by m.id limit $2",
        letter, n, at, human,
    )  # fmt: skip


async def test_nothing_is_compared_while_messages_leave(campaign_of, read, clock) -> None:
    campaign = await campaign_of(40)
    found = await read(campaign, clock.now())
    assert found is not None
    assert found.verdict is None
    assert [line.audience for line in found.lines] == [line.audience for line in found.lines if line.audience]


async def test_people_count_once_and_for_the_same_time(world, campaign_of, read, clock) -> None:
    campaign = await campaign_of(400)
    left = clock.now().replace(second=0, microsecond=0)
    await _leave(world, left)
    await _click(world, "A", 5, left + 5 * MINUTE)
    await _click(world, "B", 60, left + 6 * MINUTE)
    await _click(world, "A", 50, left + 7 * MINUTE, human=False)
    await _click(world, "B", 3, left + 600 * MINUTE)
    early = await read(campaign, left + 6 * MINUTE)
    assert [line.arm.acted for line in early.lines] == [5, 0], "five minutes after each message"
    found = await read(campaign, left + 61 * MINUTE)
    assert found.counted == 60 * MINUTE
    assert [line.arm.acted for line in found.lines] == [5, 60]
    assert sum(line.arm.people for line in found.lines) == 400
    assert found.verdict.winner == "B"
    assert found.verdict.why is Why.SURE
    assert found.lines[1].lift.low > 0
    assert found.lines[1].chance > 0.99
    assert found.lines[0].lift is None
    assert (await read(campaign, left + 999 * MINUTE)).lines[1].arm.acted == 63


async def test_replies_are_compared_and_those_who_leave_stop_a_variant(
    world, campaign_of, clock, upkeep
) -> None:
    campaign = await campaign_of(120, metric=Metric.REPLIES, most_optouts=0.02)
    left = clock.now().replace(second=0, microsecond=0)
    await _leave(world, left)
    await world.database.engine.execute(
        "insert into inbound (workspace_id, carrier_number, phone, source, destination, sender_id, body, "
        "keyword, fingerprint, session, received_at, answers, "
        "matched) select m.workspace_id, $1, m.phone, m.phone::text, '38200', $2, w.body, w.keyword, "
        " convert_to(m.id::text || w.body, 'utf8'), 1, $3, m.id, true "
        "from message m join campaign_run r on r.id = m.run_id and r.variant = 'B' "
        "cross join (values ('OUI', null), ('STOP', 'stop')) as w (body, keyword)",
        world.carrier_number, world.short_code, left + MINUTE,
    )  # fmt: skip
    async with world.database.transaction(world.workspace_id) as conn:
        experiment = await experiments.experiment_of(conn, campaign)
        said = await verdict(conn, campaign, experiment, left + 9 * MINUTE)
        found = await results(conn, campaign, left + 9 * MINUTE)
    assert said.stopped == ("B",)
    assert (said.winner, said.why) == ("A", Why.ALONE)
    assert [line.arm.acted for line in found.lines] == [0, found.lines[1].arm.people]
    assert found.lines[1].stopped


async def test_a_campaign_without_a_test_has_no_results(world, sent, read, clock) -> None:
    assert await read(await sent(await world.list_of(2)), clock.now()) is None


async def _buy(world, letter: str, n: int, at, amount: str = "10") -> None:
    """The first people of a variant buy once, owed to their message; counted as settling counts it."""
    await world.database.engine.execute(
        "with bought as (insert into conversion (workspace_id, run_id, message_id, contact_id, goal, by, "
        "amount, currency, at) select m.workspace_id, m.run_id, m.id, m.contact_id, 'Order', 'click', "
        "$4::numeric, 'EUR', $3 from message m join campaign_run r on r.id = m.run_id where r.variant = $1 "
        "order by m.id limit $2 returning *) "
        "insert into run_conversion (workspace_id, run_id, goal, currency, n, people, amount, refunded) "
        "select workspace_id, run_id, goal, currency, count(*), count(*), sum(amount), 0 from bought "
        "group by 1, 2, 3, 4",
        letter, n, at, Decimal(amount),
    )  # fmt: skip


async def test_what_people_buy_is_compared_by_people_and_by_money(world, campaign_of, read, clock) -> None:
    campaign = await campaign_of(300, metric=Metric.REVENUE)
    left = clock.now().replace(second=0, microsecond=0)
    await _leave(world, left)
    await _buy(world, "A", 10, left + 5 * MINUTE, "40")
    await _buy(world, "B", 40, left + 5 * MINUTE, "50")
    found = await read(campaign, left + 61 * MINUTE)
    assert found.currency == "EUR"
    assert [(line.arm.acted, line.arm.worth) for line in found.lines] == [(10, 400.0), (40, 2000.0)]
    assert found.lines[1].arm.squares == 40 * 2500
    assert found.lines[1].lift.low > 0
    assert (await read(campaign, left + 4 * MINUTE)).lines[1].arm.acted == 0, "before they bought"


async def test_a_campaign_is_compared_with_those_held_out_of_it(world, campaign_of, clock) -> None:
    campaign = await campaign_of(400, holdout_percent=25, metric=Metric.CONVERSIONS)
    left = clock.now().replace(second=0, microsecond=0)
    await _leave(world, left)
    await _buy(world, "A", 60, left + 5 * MINUTE)
    await _buy(world, "B", 60, left + 5 * MINUTE)
    # Who was held out buys too, by themselves: owed to no message.
    await world.database.engine.execute(
        "insert into conversion (workspace_id, contact_id, goal, amount, currency, at) select workspace_id, "
        "contact_id, 'Order Completed', 10, 'EUR', $1 from campaign_holdout order by contact_id limit 5",
        left + 5 * MINUTE,
    )
    async with world.database.transaction(world.workspace_id) as conn:
        early = await incremental(conn, campaign, left + 9 * MINUTE)
        found = await incremental(conn, campaign, left + timedelta(days=30))
        held_out = await experiments.held_out(conn, campaign)
    assert (early.over, found.over) == (False, True)
    assert (found.written.people, found.held.people) == (400 - held_out, held_out)
    assert (found.written.acted, found.held.acted) == (120, 5)
    assert found.found.sure
    assert found.found.per_person == pytest.approx(120 / (400 - held_out) - 5 / held_out)
    assert found.found.lift.low > 0


async def test_the_rule_sends_the_winner_to_the_rest_once(world, campaign_of, clock) -> None:
    campaign = await campaign_of(800, test_percent=50, decision=Decision.RULE)
    left = clock.now().replace(second=0, microsecond=0)
    await apply_rules(world.database, left)
    await _leave(world, left)
    await apply_rules(world.database, left + 9 * MINUTE)
    assert (await _test_of(world, campaign)).state is ExperimentState.TESTING, "nobody acted"
    await _click(world, "B", 60, left + 5 * MINUTE)
    await asyncio.gather(*(apply_rules(world.database, left + 60 * MINUTE) for _ in range(4)))
    found = await _test_of(world, campaign)
    assert (found.winner, found.decided_by) == ("B", Decider.RULE)
    rest = await world.database.engine.fetchrow("select variant, held from campaign_run where role = 'rest'")
    assert tuple(rest) == ("B", False)
    told = await world.database.engine.fetch("select action from audit_event where action like 'campaign.w%'")
    assert [row["action"] for row in told] == ["campaign.winner_chosen"]


@pytest.mark.parametrize(("clicks", "winner"), [(3, "B"), (0, "A")])
async def test_when_its_time_is_over_the_one_ahead_goes_though_nothing_is_sure(
    world, campaign_of, clock, clicks, winner
) -> None:
    campaign = await campaign_of(200, test_percent=50, decision=Decision.RULE, decide_within=120)
    left = clock.now().replace(second=0, microsecond=0)
    await _leave(world, left)
    await _click(world, "B", clicks, left + 5 * MINUTE)
    await apply_rules(world.database, left + 60 * MINUTE)
    assert (await _test_of(world, campaign)).winner is None
    await apply_rules(world.database, left + 130 * MINUTE)
    assert (await _test_of(world, campaign)).winner == winner


async def test_the_guardrail_stops_a_variant_while_messages_still_leave(world, campaign_of, clock) -> None:
    campaign = await campaign_of(120, most_optouts=0.02)
    left = clock.now().replace(second=0, microsecond=0)
    await world.database.engine.execute(
        "insert into run_minute (workspace_id, run_id, minute, state, n) select workspace_id, run_id, $1, 4, "
        "count(*) from message group by 1, 2", left,
    )  # fmt: skip
    await world.database.engine.execute(
        "insert into inbound (workspace_id, carrier_number, phone, source, destination, sender_id, body, "
        "keyword, fingerprint, session, received_at, answers, matched) select m.workspace_id, $1, m.phone, "
        "m.phone::text, '38200', $2, 'STOP', 'stop', convert_to(m.id::text, 'utf8'), 1, $3, m.id, true "
        "from message m join campaign_run r on r.id = m.run_id and r.variant = 'A' order by m.id limit 20",
        world.carrier_number, world.short_code, left + MINUTE,
    )  # fmt: skip
    await apply_rules(world.database, left + 2 * MINUTE)
    await apply_rules(world.database, left + 3 * MINUTE)
    found = await _test_of(world, campaign)
    assert (found.stopped, found.state) == (("A",), ExperimentState.TESTING)
    told = await world.database.engine.fetch("select action from audit_event where action like '%stopped'")
    assert len(told) == 1


async def _test_of(world, campaign):
    async with world.database.transaction(world.workspace_id) as conn:
        return await experiments.experiment_of(conn, campaign)


async def test_orders_that_name_a_code_count_against_those_held_out(world, campaign_of, clock) -> None:
    """Who was held out places the same orders. A code told by itself has nothing to stand against."""
    campaign = await campaign_of(400, holdout_percent=25, metric=Metric.CONVERSIONS)
    left = clock.now().replace(second=0, microsecond=0)
    await _leave(world, left)
    await _buy(world, "A", 60, left + 5 * MINUTE)
    await _buy(world, "B", 30, left + 5 * MINUTE)
    await world.database.engine.execute(
        "update conversion c set by = 'code', event_id = case when r.variant = 'A' then c.id end "
        "from campaign_run r where r.id = c.run_id"
    )
    async with world.database.transaction(world.workspace_id) as conn:
        found = await incremental(conn, campaign, left + timedelta(days=30))
    assert found.written.acted == 60
