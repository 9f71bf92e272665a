"""What people do with campaigns: each change of state is made once, and a wrong one says what is possible."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chappe.campaigns import service
from chappe.campaigns.model import (
    Action,
    Audience,
    CampaignState,
    ListIsFilling,
    NewCampaign,
    NoAudience,
    NoRoute,
    UnknownCampaign,
    UnknownCampaignSender,
    WrongPurpose,
    WrongState,
    WrongTimes,
)
from chappe.content.model import BadTemplate, UnknownVariable
from chappe.kit.errors import Problem
from chappe.messages.model import Purpose

FIRST = 33600000001


@pytest.fixture
def do(world, clock):
    """Do one action as a request does: in a transaction of the web role."""

    async def act(action: str, campaign, **more: object):
        async with world.database.transaction(world.workspace_id) as conn:
            arguments = (conn, world.workspace_id, campaign.id)
            if action == "send":
                return await service.send(*arguments, clock=clock, gate_clock=clock)
            if action == "schedule":
                return await service.schedule(*arguments, more["send_at"], clock=clock)
            if action == "cancel":
                return await service.cancel(*arguments, clock)
            return await {"pause": service.pause, "resume": service.resume}[action](*arguments)

    return act


async def test_fifty_simultaneous_sends_are_one_run(world, draft, do, planner_of, each_once) -> None:
    campaign = await draft(await world.list_of(3))
    answers = await asyncio.gather(*(do("send", campaign) for _ in range(50)))
    assert len({answer.runs for answer in answers}) == 1
    assert await world.database.engine.fetchval("select count(*) from campaign_run") == 1
    await planner_of().plan_due_runs()
    again = await do("send", campaign)
    assert again.state is CampaignState.SENDING
    await each_once(again, 3)


async def test_send_waits_for_its_time_by_the_gates_clock(world, draft, do, clock, upkeep, now) -> None:
    campaign = await draft(await world.list_of(1), send_at=clock.now() + timedelta(hours=1))
    assert (await do("send", campaign)).state is CampaignState.SCHEDULED
    assert await upkeep.start_due() == 0
    clock.advance(hours=1)
    assert await upkeep.start_due() == 1
    assert (await now(campaign)).state is CampaignState.PREPARING
    assert await upkeep.start_due() == 0


async def test_a_restored_installation_starts_nothing(world, draft, do, clock, upkeep) -> None:
    campaign = await draft(await world.list_of(1), send_at=clock.now() + timedelta(hours=1))
    await do("send", campaign)
    await world.database.engine.execute("delete from instance")
    await world.database.engine.execute(
        "insert into instance (instance_id, key_fingerprint, held_at) values ($1, '\\x00', now())", uuid4()
    )
    clock.advance(days=30)
    assert await upkeep.start_due() == 0
    await world.database.engine.execute("update instance set held_at = null")
    assert await upkeep.start_due() == 1


async def test_many_campaigns_of_one_second_all_run(world, draft, do, clock, upkeep, planner_of) -> None:
    at = clock.now() + timedelta(minutes=5)
    members = await world.list_of(2)
    for _ in range(28):
        await do("schedule", await draft(members), send_at=at)
    clock.advance(minutes=5)
    started = await asyncio.gather(*(upkeep.start_due() for _ in range(4)))
    assert sum(started) == 28
    await asyncio.gather(*(planner_of().plan_due_runs() for _ in range(3)))
    await planner_of().plan_due_runs()
    assert await world.database.engine.fetchval("select count(*) from message") == 56


async def test_pause_before_the_audience_is_taken(world, sent, do, planner_of, each_once, now) -> None:
    campaign = await sent(await world.list_of(3))
    await do("pause", campaign)
    assert await planner_of().plan_due_runs() == 0
    assert (await do("resume", campaign)).state is CampaignState.PREPARING
    await planner_of().plan_due_runs()
    await each_once(campaign, 3)
    assert (await do("pause", campaign)).state is CampaignState.PAUSED
    assert (await do("resume", campaign)).state is CampaignState.SENDING


async def test_cancel_ends_every_message(world, sent, do, planner_of, upkeep, each_once, now) -> None:
    campaign = await sent(await world.list_of(7))
    planner = planner_of()
    [run] = await planner._store.due_runs()
    run = await planner._store.take_audience(run)
    async with planner._store.claim(run) as row:
        plan = await planner._row_plan(run)
        settled = await row.settle(plan.judged(await row.groups(plan.variables)), plan.law, plan.gate_now())
        await row.write(plan.rows(settled, row.first_id))
    await do("cancel", campaign)
    await upkeep.end_runs()
    assert (await now(campaign)).finished_at is None
    await planner.plan_due_runs()
    await upkeep.end_runs()
    states = await world.database.engine.fetch("select state, reason from message_state")
    assert [(row["state"], row["reason"]) for row in states] == [(9, "canceled")] * 7
    counted = await world.database.engine.fetch("select state, sum(n)::int n from run_delta group by 1")
    assert {row["state"]: row["n"] for row in counted if row["n"]} == {9: 7}
    ended = await now(campaign)
    assert ended.state is CampaignState.CANCELED
    assert ended.finished_at is not None


async def test_cancel_before_anything_was_taken_is_over_at_once(world, sent, do, planner_of) -> None:
    campaign = await sent(await world.list_of(2))
    canceled = await do("cancel", campaign)
    assert canceled.finished_at is not None
    assert await planner_of().plan_due_runs() == 0
    assert await world.database.engine.fetchval("select count(*) from message") == 0


async def test_nothing_left_is_finished(world, sent, planner_of, upkeep, now) -> None:
    campaign = await sent(await world.list_of(2))
    await planner_of().plan_due_runs()
    await upkeep.end_runs()
    assert (await now(campaign)).state is CampaignState.SENDING
    await world.database.engine.execute("delete from chunk")
    await upkeep.end_runs()
    finished = await now(campaign)
    assert finished.state is CampaignState.FINISHED
    assert finished.finished_at is not None


@pytest.mark.parametrize(
    ("state", "action", "possible"),
    [
        ("finished", "pause", "Create a new campaign"),
        ("canceled", "send", "Create a new campaign"),
        ("draft", "pause", "Possible now: send, schedule, cancel, change."),
        ("draft", "resume", "Possible now: send, schedule, cancel, change."),
        ("scheduled", "pause", "Possible now: schedule, cancel."),
        ("finished", "cancel", "Create a new campaign"),
    ],
)
async def test_a_wrong_state_says_what_is_possible(world, draft, do, state, action, possible) -> None:
    campaign = await draft(await world.list_of(1))
    await world.database.engine.execute("update campaign set state = $1", state)
    with pytest.raises(WrongState) as caught:
        await do(action, campaign)
    assert possible in caught.value.detail


async def test_asked_again_is_answered_again(world, sent, do, planner_of) -> None:
    campaign = await sent(await world.list_of(1))
    await planner_of().plan_due_runs()
    for action, state in (("pause", "paused"), ("resume", "sending"), ("cancel", "canceled")):
        assert (await do(action, campaign)).state == state
        assert (await do(action, campaign)).state == state


async def test_a_random_walk_of_commands_loses_and_repeats_nobody(
    world, sent, do, planner_of, upkeep, each_once, clock
) -> None:
    campaign = await sent(await world.list_of(30))
    choices = random.Random(7)

    async def planning() -> None:
        for _ in range(60):
            await planner_of(parallel=choices.choice((1, 2))).plan_due_runs()

    async def commands() -> None:
        for _ in range(100):
            try:
                action = choices.choice(("pause", "resume", "send", "rate"))
                if action == "rate":
                    async with world.database.transaction(world.workspace_id) as conn:
                        await service.change_rate(
                            conn, world.workspace_id, campaign.id, choices.randint(1, 9)
                        )
                else:
                    await do(action, campaign)
                await upkeep.end_runs()
            except WrongState:
                continue

    await asyncio.gather(planning(), commands())
    await do("resume", campaign)
    await planner_of().plan_due_runs()
    await each_once(campaign, 30)
    assert (await do("cancel", campaign)).state is CampaignState.CANCELED
    await upkeep.end_runs()
    ended = await world.database.engine.fetchval("select count(*) from message_state where state = 9")
    assert ended == 30


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"purpose": Purpose.OTP}, WrongPurpose),
        ({"audience": Audience(())}, NoAudience),
        ({"sender_id": uuid4()}, UnknownCampaignSender),
        ({"body": "Hello {{ frist_name }}"}, UnknownVariable),
        ({"body": "{% for a in b %}{% endfor %}"}, BadTemplate),
        ({"send_at": datetime(2026, 3, 10, 10)}, WrongTimes),  # noqa: DTZ001 - the missing offset is meant
        ({"send_at": datetime(2020, 12, 1, 10, tzinfo=UTC)}, WrongTimes),
        ({"send_at": datetime(2926, 12, 1, 10, tzinfo=UTC)}, WrongTimes),
        ({"expires_at": datetime(2026, 3, 10, 9, tzinfo=UTC)}, WrongTimes),
        (
            {
                "send_at": datetime(2026, 3, 11, 9, tzinfo=UTC),
                "expires_at": datetime(2026, 3, 11, 9, tzinfo=UTC),
            },
            WrongTimes,
        ),
    ],
)
async def test_what_cannot_be_a_campaign(world, draft, changes, problem) -> None:
    members = await world.list_of(1)
    with pytest.raises(problem) as caught:
        await draft(members, **changes)
    assert caught.value.field is not None


async def test_an_unknown_list_is_named(world, draft) -> None:
    with pytest.raises(Problem) as caught:
        await draft(uuid4())
    assert caught.value.field == "audience.include"


async def test_without_a_carrier_nothing_can_be_sent(world, draft, do) -> None:
    campaign = await draft(await world.list_of(1))
    await world.database.engine.execute("update carrier set enabled = false")
    with pytest.raises(NoRoute):
        await do("send", campaign)


@pytest.mark.parametrize("state", ["queued", "running", "finished"])
async def test_a_list_that_is_being_imported_is_not_sent_to(world, draft, do, clock, state) -> None:
    filling, other = await world.list_of(1), await world.list_of(1, first=33600000011)
    await world.database.engine.execute(
        "insert into import (id, workspace_id, list_id, state, filename, default_country)"
        " values ($1, $2, $3, $4, 'may.csv', 'FR')", uuid4(), world.workspace_id, filling, state
    )  # fmt: skip
    for audience in (Audience((filling,)), Audience((other,), (filling,))):
        campaign = await draft(audience=audience)
        if state == "finished":
            await do("send", campaign)
            continue
        with pytest.raises(ListIsFilling, match=r"may\.csv"):
            await do("send", campaign)
    later = await draft(filling)
    await do("schedule", later, send_at=clock.now() + timedelta(days=3))
    await do("send", await draft(other))


async def test_another_workspace_sees_nothing(world, draft, do, clock) -> None:
    campaign = await draft(await world.list_of(1))
    other = await world.database.engine.fetchval("insert into workspace (name) values ('Other') returning id")
    async with world.database.transaction(other) as conn:
        with pytest.raises(UnknownCampaign):
            await service.send(conn, other, campaign.id, clock=clock, gate_clock=clock)
        assert await service.page(conn, other, after=None, state=None, limit=10) == []


async def test_only_a_draft_is_rewritten(world, draft, sent, clock) -> None:
    campaign = await draft(await world.list_of(1))
    new = NewCampaign(
        name="Other",
        purpose=Purpose.TRANSACTIONAL,
        audience=campaign.audience,
        sender_id=world.alphanumeric,
        body="Hello. STOP 38200",
    )
    async with world.database.transaction(world.workspace_id) as conn:
        changed = await service.change(conn, world.workspace_id, campaign.id, new, clock)
    assert (changed.name, changed.body, changed.purpose) == (
        "Other",
        "Hello. STOP 38200",
        Purpose.TRANSACTIONAL,
    )
    await world.database.engine.execute("update campaign set state = 'sending'")
    async with world.database.transaction(world.workspace_id) as conn:
        with pytest.raises(WrongState, match=Action.CHANGE.value):
            await service.change(conn, world.workspace_id, campaign.id, new, clock)


@pytest.mark.parametrize("times", [{"send_at": 1}, {"expires_at": 1}, {"send_at": 1, "expires_at": 2}])
async def test_a_time_that_went_by_while_the_draft_lay_there_does_not_mean_now(
    world, draft, do, clock, times
) -> None:
    hours = {name: clock.now() + timedelta(hours=hour) for name, hour in times.items()}
    campaign = await draft(await world.list_of(1), **hours)
    clock.advance(3 * 3600)
    with pytest.raises(WrongTimes):
        await do("send", campaign)
    async with world.database.transaction(world.workspace_id) as conn:
        assert (await service.get(conn, world.workspace_id, campaign.id)).state == "draft"
