"""The results of a test: what people did, over the same time after each message."""

from datetime import timedelta

import pytest

from chappe.campaigns import service
from chappe.campaigns.experiments import service as experiments
from chappe.campaigns.experiments.model import Metric, Settings
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
