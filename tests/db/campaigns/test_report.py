"""What a report rests on: what texts answer, what a run cost, when its counts changed, who got it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from chappe.campaigns import recipients, service
from chappe.campaigns.model import Cost
from chappe.campaigns.recipients import Which
from chappe.messages import answers, counts, ranges
from chappe.messages.model import MessageState


async def _sent_out(world, campaign) -> None:
    """All of a campaign's messages are delivered, with their parts."""
    await world.database.engine.execute(
        "insert into message_state (id, workspace_id, state, parts, carrier_number, submitted_at, done_at) "
        "select m.id, m.workspace_id, 4, m.parts, $2, m.created_at, m.created_at from message m "
        "where m.run_id = $1 and m.body is not null",
        campaign.runs[0],
        world.carrier_number,
    )


async def _wrote(world, phone: int, body: str, sender, at, keyword: str | None = None) -> None:
    await world.database.engine.execute(
        "insert into inbound (workspace_id, carrier_number, phone, source, destination, sender_id, body,"
        " keyword, fingerprint, session, received_at) "
        "values ($1, $2, $3, '38200', '38200', $4, $5, $6, $7, 1, $8)",
        world.workspace_id, world.carrier_number, phone, sender, body, keyword, body.encode(), at,
    )  # fmt: skip


async def test_a_text_answers_the_last_message_from_its_sender(
    world, sent, planner_of, upkeep, clock, now
) -> None:
    first = await sent(await world.list_of(3))
    await planner_of().plan_due_runs()
    await _sent_out(world, first)
    written = await world.database.engine.fetchval("select max(created_at) from message")
    soon = written + timedelta(minutes=5)
    await _wrote(world, 33600000001, "Merci", world.short_code, soon)
    await _wrote(world, 33600000002, "STOP", world.short_code, soon, "stop")
    await _wrote(world, 33600000003, "another sender", world.alphanumeric, soon)
    await _wrote(world, 33600000003, "too late", world.short_code, soon + timedelta(days=9))
    await _wrote(world, 33699999999, "a stranger", world.short_code, soon)
    await upkeep.match_answers()
    async with world.database.transaction(world.workspace_id) as conn:
        campaign = await service.get(conn, world.workspace_id, first.id)
        spans = await service.message_ids(conn, campaign)
        assert await answers.count(conn, world.workspace_id, spans) == (2, 1)
        newest = await answers.latest(conn, world.workspace_id, spans, 10)
        replied = await recipients.page(
            conn, campaign, Which.REPLIED, after=None, limit=10, gate_now=clock.now()
        )
        stopped = await recipients.page(
            conn, campaign, Which.STOPPED, after=None, limit=10, gate_now=clock.now()
        )
        rest = await recipients.page(
            conn, campaign, Which.REPLIED, after=replied.rows[0].place, limit=10, gate_now=clock.now()
        )
    assert {row.answer.body for row in replied.rows} == {"Merci", "STOP"}
    assert [row.answer.body for row in stopped.rows] == ["STOP"]
    assert [each.body for each in newest] == ["STOP", "Merci"]
    assert len(rest.rows) == 1
    assert await answers.match(world.database.engine) == 0


@pytest.mark.parametrize(("late", "amount"), [(0, "0.24"), (1, "0.36")])
async def test_a_run_has_its_exact_cost_when_it_is_over(
    world, sent, planner_of, upkeep, now, late, amount
) -> None:
    """A part costs what it did on the day on which it left."""
    campaign = await sent(await world.list_of(3), body="Hello " + "x" * 200 + " STOP 38200")
    await planner_of().plan_due_runs()
    await _sent_out(world, campaign)
    await upkeep.price_runs()
    assert (await now(campaign)).cost is None
    execute = world.database.engine.execute
    await execute("delete from chunk")
    await execute(
        "insert into carrier_price (workspace_id, carrier_id, prefix, price, currency, valid_from) "
        "select workspace_id, carrier_id, prefix, 0.1, currency, '2099-01-01' from carrier_price"
    )
    await execute(
        "update message_state set submitted_at = '2099-01-02' "
        "where id in (select id from message_state order by id limit $1)",
        late,
    )
    await upkeep.end_runs()
    await upkeep.price_runs()
    assert (await now(campaign)).cost == (Cost(currency="EUR", amount=Decimal(amount)),)


async def test_changes_of_counts_are_known_by_the_minute_before_and_after_folding(
    world, sent, planner_of, upkeep, now
) -> None:
    campaign = await sent(await world.list_of(5))
    await planner_of().plan_due_runs()

    async def read() -> list[tuple[MessageState, int]]:
        async with world.database.transaction(world.workspace_id) as conn:
            found = await counts.by_minute(conn, world.workspace_id, campaign.runs)
        assert all(each.at.second == 0 for each in found)
        return [(each.state, each.n) for each in found]

    before = await read()
    assert sum(n for _, n in before) == 5
    await upkeep.fold_counts()
    assert await read() == before


async def test_people_are_paged_by_what_became_of_them(world, sent, planner_of, clock) -> None:
    members = await world.list_of(7)
    await world.suppress(33600000004)
    campaign = await sent(members)
    await planner_of().plan_due_runs()
    await _sent_out(world, campaign)
    async with world.database.transaction(world.workspace_id) as conn:
        seen: list[int] = []
        after = None
        while True:
            found = await recipients.page(
                conn, campaign, Which.DELIVERED, after=after, limit=2, gate_now=clock.now()
            )
            assert found.reached is None
            if not found.rows:
                break
            seen += [row.phone for row in found.rows]
            after = found.rows[-1].place
        skipped = await recipients.page(
            conn, campaign, Which.SKIPPED, after=None, limit=5, gate_now=clock.now()
        )
    assert sorted(seen) == [33600000001 + n for n in range(7) if n != 3]
    assert [(row.phone, row.message.reason, row.name) for row in skipped.rows] == [
        (33600000004, "suppressed", "Anna")
    ]


async def test_what_is_rare_is_looked_for_a_stretch_at_a_time(
    world, sent, planner_of, clock, monkeypatch
) -> None:
    campaign = await sent(await world.list_of(9))
    await planner_of().plan_due_runs()
    await _sent_out(world, campaign)
    monkeypatch.setattr(ranges, "STRETCH", 2)
    monkeypatch.setattr(ranges, "MOST_STRETCHES", 2)
    async with world.database.transaction(world.workspace_id) as conn:
        found = await recipients.page(conn, campaign, Which.FAILED, after=None, limit=5, gate_now=clock.now())
        [(lo, hi)] = await service.message_ids(conn, campaign)
        assert (found.rows, found.reached) == ([], hi - 4)
        last = await recipients.page(
            conn, campaign, Which.FAILED, after=(lo + 3, 0), limit=5, gate_now=clock.now()
        )
    assert (last.rows, last.reached) == ([], None)
