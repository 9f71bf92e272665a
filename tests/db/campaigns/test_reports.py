"""What a report tells by country, carrier and hour, and how soon people acted."""

from datetime import timedelta

import pytest

from chappe.audience import service as audiences
from chappe.campaigns import service
from chappe.campaigns.model import Audience
from chappe.campaigns.reports import counting
from chappe.campaigns.reports import service as reports
from chappe.campaigns.reports.model import By

MINUTE = timedelta(minutes=1)


@pytest.fixture
def read(world):
    async def breakdown(campaign):
        async with world.database.transaction(world.workspace_id) as conn:
            found = await service.get(conn, world.workspace_id, campaign.id)
            return await reports.breakdown(conn, found), await reports.clicked(conn, found)

    return breakdown


async def test_sums_by_country_carrier_and_hour_and_again_when_something_changed(
    world, sent, planner_of, upkeep, clock, read
) -> None:
    execute, left = world.database.engine.execute, clock.now().replace(minute=5)
    await world.suppress(33600000004)
    campaign = await sent(await world.list_of(9))
    await planner_of().plan_due_runs()
    await upkeep.fold_counts()
    await execute("update contact set country = 'BE' where phone in (33600000001, 33600000002)")
    await execute(
        "insert into message_state (id, workspace_id, state, parts, carrier_number, submitted_at) "
        "select id, workspace_id, case when phone = 33600000002 then 5 else 4 end, 2, $1, $2 from message "
        "where body is not null",
        world.carrier_number, left,
    )  # fmt: skip
    assert (await read(campaign))[0].at is None
    assert await counting.count_changed(world.database, clock) == 1
    assert await counting.count_changed(world.database, clock) == 0, "nothing has changed"
    found, clicked = await read(campaign)
    assert found.at == clock.now()
    assert clicked == (0, 0)
    by = {one.key: one for one in found.groups[By.COUNTRY]}
    assert (by["BE"].handed, by["BE"].delivered, by["BE"].failed) == (2, 1, 1)
    assert sum(one.handed for one in by.values()) == 8
    assert [one.parts for one in found.groups[By.CARRIER]] == [16]
    assert [one.handed for one in found.groups[By.HOUR]] == [8]
    assert found.delays == ()
    (listed,) = found.groups[By.AUDIENCE]
    assert (listed.handed, listed.delivered, listed.failed, listed.parts) == (8, 7, 1, 16)

    await execute(
        "insert into message_click (message_id, workspace_id, run_id, contact_id, first_at, human_at) "
        "select id, workspace_id, run_id, contact_id, $1::timestamptz, "
        "case when phone <> 33600000003 then $1::timestamptz end "
        "from message where phone in (33600000001, 33600000003)",
        left + 7 * MINUTE,
    )  # fmt: skip
    await execute(
        "insert into inbound (workspace_id, carrier_number, phone, source, destination, sender_id, body, "
        "keyword, fingerprint, session, received_at, answers, matched) "
        "select workspace_id, $1, phone, phone::text, '38200', $2, 'STOP', 'stop', "
        "convert_to(phone::text, 'utf8'), 1, $3, id, true from message where phone = 33600000005",
        world.carrier_number, world.short_code, left + 90 * MINUTE,
    )  # fmt: skip
    await execute(
        "insert into conversion (workspace_id, run_id, message_id, contact_id, goal, by, amount, "
        "currency, at) select workspace_id, run_id, id, contact_id, 'Order Completed', 'click', n * 10, "
        "'EUR', now() "
        "from message, generate_series(1, 2) as n where phone = 33600000001"
    )
    assert await counting.count_changed(world.database, clock) == 1
    found, clicked = await read(campaign)
    assert clicked == (1, 2)
    assert [one.converted for one in found.groups[By.AUDIENCE]] == [1], "two orders, one message"
    acted = [[each[place] for each in found.acts] for place in range(1, 5)]
    assert [sum(each) for each in acted] == [1, 1, 1, 1]
    assert all(one.at.minute % 10 == one.at.second == 0 for one in found.acts)
    assert left + 7 * MINUTE - found.acts[0].at < 10 * MINUTE
    by = {one.key: one for one in found.groups[By.COUNTRY]}
    assert by["BE"].clicked == 1
    assert sum(one.replied for one in by.values()) == sum(one.opted_out for one in by.values()) == 1
    curve = {one.minutes: (one.clicked, one.replied) for one in found.delays}
    assert (curve[5], curve[10], curve[60], curve[120], curve[10_080]) == (
        (0, 0),
        (1, 0),
        (1, 0),
        (1, 1),
        (1, 1),
    )


async def test_a_segment_counts_those_whom_its_rule_held_when_the_campaign_was_sent(
    world, draft, planner_of, upkeep, clock, read
) -> None:
    execute, listed = world.database.engine.execute, await world.list_of(6)
    await execute("update contact set language = 'nl' where phone in (33600000001, 33600000002)")
    async with world.database.transaction(world.workspace_id) as conn:
        rule = {"kind": "language", "values": ["nl"]}
        dutch = await audiences.create(conn, world.workspace_id, "Dutch", rule, clock.now())
    campaign = await draft(audience=Audience((listed,), include_segments=(dutch.id,)))
    async with world.database.transaction(world.workspace_id) as conn:
        await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)
    await planner_of().plan_due_runs()
    await upkeep.fold_counts()
    await execute(
        "insert into message_state (id, workspace_id, state, parts, carrier_number, submitted_at) "
        "select id, workspace_id, 4, 1, $1, $2 from message where body is not null",
        world.carrier_number, clock.now(),
    )  # fmt: skip
    async with world.database.transaction(world.workspace_id) as conn:
        other = {"kind": "language", "values": ["de"]}
        await audiences.change(conn, world.workspace_id, dutch.id, "German", other, clock.now())
    await counting.count_changed(world.database, clock)
    groups = {one.key: one.handed for one in (await read(campaign))[0].groups[By.AUDIENCE]}
    assert groups["Dutch"] == 2
    assert sorted(groups.values()) == [2, 6]


async def test_what_has_just_begun_to_leave_is_counted_later(world, sent, planner_of, clock) -> None:
    """Its sending comes first, and the figures would be out of date at once."""
    await sent(await world.list_of(3))
    await planner_of().plan_due_runs()
    await world.database.engine.execute("update campaign set started_at = now()")
    assert await counting.count_changed(world.database, clock) == 0
    await world.database.engine.execute("update campaign set started_at = now() - interval '16 seconds'")
    assert await counting.count_changed(world.database, clock) == 1
