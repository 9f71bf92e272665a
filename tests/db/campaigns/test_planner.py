"""A campaign's audience becomes messages: each recipient once, with the right end."""

import asyncio
from datetime import UTC, datetime

from chappe.campaigns.model import Audience
from chappe.messages.model import MessageState, Purpose

FIRST = 33600000001


async def test_recipients_become_messages(world, sent, planner_of, each_once, now) -> None:
    campaign = await sent(await world.list_of(5))
    assert await planner_of().plan_due_runs() == 3
    await each_once(campaign, 5)
    row = await world.database.engine.fetchrow("select * from message order by id limit 1")
    assert row["body"] == "Hello Anna, 20% off today. STOP 38200"
    assert (row["parts"], row["encoding"], row["purpose"], row["decision"]) == (1, 0, Purpose.MARKETING, 0)
    chunk = await world.database.engine.fetchrow("select * from chunk order by id limit 1")
    assert (chunk["route_id"], chunk["source"], chunk["lane"]) == (world.route_id, "38200", 5)
    assert chunk["window_end"] == datetime(2026, 3, 10, 19, tzinfo=UTC)
    assert (await now(campaign)).state == "sending"
    assert await planner_of().plan_due_runs() == 0


async def test_those_who_must_not_be_sent_to_are_skipped_with_the_reason(
    world, sent, planner_of, each_once
) -> None:
    execute = world.database.engine.execute
    lists = [
        await world.list_of(4),
        await world.list_of(1, first=FIRST + 10, granted=False),
        await world.list_of(1, first=FIRST + 20, attributes={"first_name": " \n"}),
        await world.list_of(1, first=4915100000000),
        await world.list_of(1, first=FIRST + 30, zones="Europe/Atlantis"),
    ]
    await world.suppress(FIRST)
    await world.suppress(FIRST + 1, "all")
    await execute("update contact set state = 2 where phone = $1", FIRST + 2)
    campaign = await sent(*lists)
    await planner_of(row_size=1000).plan_due_runs()
    await each_once(campaign, 8)
    found = await world.database.engine.fetch(
        "select m.phone, s.reason from message m join message_state s on s.id = m.id where s.state = 10"
    )
    assert {row["phone"]: row["reason"] for row in found} == {
        FIRST: "suppressed",
        FIRST + 1: "suppressed",
        FIRST + 2: "contact_blocked",
        FIRST + 10: "no_consent",
        FIRST + 20: "missing_variable",
        4915100000000: "no_price",
        FIRST + 30: "no_common_hour",
    }


async def test_a_transactional_campaign_needs_no_consent_and_knows_no_hours(world, sent, planner_of) -> None:
    campaign = await sent(await world.list_of(2, granted=False), purpose=Purpose.TRANSACTIONAL)
    await world.suppress(FIRST)
    await planner_of().plan_due_runs()
    chunk = await world.database.engine.fetchrow(
        "select sum(hi - lo) as n, max(window_end) as ends from chunk"
    )
    assert (chunk["n"], chunk["ends"]) == (2, None)
    assert len(campaign.runs) == 1


async def test_marketing_waits_for_the_hours_of_each_zone(world, sent, planner_of, each_once) -> None:
    paris = await world.list_of(3)
    tokyo = await world.list_of(2, first=FIRST + 10, zones="Asia/Tokyo")
    campaign = await sent(paris, tokyo)
    # Tuesday 10:00 UTC is 11:00 in Paris and 19:00 in Tokyo; an hour later Tokyo has closed.
    await planner_of(row_size=1000).plan_due_runs()
    await each_once(campaign, 5)
    rows = await world.database.engine.fetch(
        "select hi - lo as n, zones, due_at, window_end from chunk order by lo"
    )
    assert [(row["n"], row["zones"], row["window_end"].hour) for row in rows] == [
        (2, "FR@Asia/Tokyo", 11),
        (3, "FR@Europe/Paris", 19),
    ]


async def test_outside_the_hours_a_chunk_is_due_when_they_begin(world, sent, planner_of, clock) -> None:
    clock.set(datetime(2026, 3, 7, 22, tzinfo=UTC))  # Saturday night: Sunday is closed
    await sent(await world.list_of(3))
    await planner_of().plan_due_runs()
    rows = await world.database.engine.fetch("select due_at, window_end from chunk")
    assert {(row["due_at"], row["window_end"]) for row in rows} == {
        (datetime(2026, 3, 9, 7, tzinfo=UTC), datetime(2026, 3, 9, 19, tzinfo=UTC))
    }


async def test_what_would_expire_before_the_hours_begin_is_skipped(world, sent, planner_of, clock) -> None:
    clock.set(datetime(2026, 3, 7, 22, tzinfo=UTC))
    await sent(await world.list_of(2), expires_at=datetime(2026, 3, 9, 6, tzinfo=UTC))
    await planner_of().plan_due_runs()
    rows = await world.database.engine.fetch("select state, reason from message_state")
    assert {(row["state"], row["reason"]) for row in rows} == {(MessageState.SKIPPED, "expired")}


async def test_excluded_lists_and_double_members(world, sent, planner_of, each_once, draft) -> None:
    both = await world.list_of(4)
    again = await world.list_of(0, first=FIRST)
    out = await world.list_of(0, first=FIRST)
    await world.database.engine.execute(
        "insert into list_member select $1, $2, id from contact where phone <= $3", 1, again, FIRST + 1
    )
    await world.database.engine.execute(
        "insert into list_member select 1, $1, id from contact where phone = $2",
        out,
        FIRST,
    )
    campaign = await sent(audience=Audience((both, again), (out,)))
    await planner_of().plan_due_runs()
    await each_once(campaign, 3)


async def test_an_empty_audience_is_finished_at_once(world, sent, planner_of, upkeep, now) -> None:
    campaign = await sent(await world.list_of(0))
    await planner_of().plan_due_runs()
    await upkeep.end_runs()
    ended = await now(campaign)
    assert (ended.state, ended.total) == ("finished", 0)


async def test_a_contact_that_is_gone_keeps_its_place(world, sent, planner_of, each_once) -> None:
    campaign = await sent(await world.list_of(4))
    planner = planner_of()
    [run] = await planner._store.due_runs()
    await planner._store.take_audience(run)
    await world.database.engine.execute("delete from contact where phone = $1", FIRST)
    await world.database.engine.execute("update contact set phone = 33699999999 where phone = $1", FIRST + 1)
    await planner.plan_due_runs()
    await each_once(campaign, 4)
    reasons = await world.database.engine.fetch("select reason from message_state")
    assert [row["reason"] for row in reasons] == ["contact_gone", "contact_gone"]


async def test_planners_share_a_run_without_doubles(world, sent, planner_of, each_once, now) -> None:
    campaign = await sent(await world.list_of(40))
    rows = await asyncio.gather(*(planner_of(parallel=2).plan_due_runs() for _ in range(4)))
    rest = await planner_of().plan_due_runs()
    assert sum(rows) + rest == 20
    await each_once(campaign, 40)
    assert await world.database.engine.fetchval("select planned_at is not null from campaign_run")


async def test_a_run_is_not_planned_while_a_row_is_held(world, sent, planner_of, each_once) -> None:
    campaign = await sent(await world.list_of(4))
    slow = planner_of()
    [run] = await slow._store.due_runs()
    run = await slow._store.take_audience(run)
    plan = await slow._row_plan(run)
    planned = "select planned_at is not null from campaign_run"
    async with slow._store.claim(run) as row:
        assert await planner_of().plan_due_runs() == 1
        assert not await world.database.engine.fetchval(planned)
        settled = await row.settle(plan.judged(await row.groups(plan.variables)), plan.law, plan.gate_now())
        await row.write(plan.rows(settled, row.first_id))
    assert await planner_of().plan_due_runs() == 0
    assert await world.database.engine.fetchval(planned)
    await each_once(campaign, 4)


async def test_one_planner_takes_the_audience(world, sent, planner_of) -> None:
    await sent(await world.list_of(4))
    [run] = await planner_of()._store.due_runs()
    taken = await asyncio.gather(*(planner_of()._store.take_audience(run) for _ in range(5)))
    assert len([one for one in taken if one is not None]) == 1
    assert await planner_of()._store.take_audience(run) is None


async def test_a_run_that_cannot_be_planned_is_paused_with_the_error(world, sent, planner_of, now) -> None:
    broken = await sent(await world.list_of(2))
    await world.database.engine.execute("update campaign set body = '{{ oops'")
    good = await sent(await world.list_of(2, first=FIRST + 10))
    assert await planner_of().plan_due_runs() == 1
    failed = await now(broken)
    assert failed.state == "paused"
    assert "Planning failed" in (failed.error or "")
    assert (await now(good)).state == "sending"
