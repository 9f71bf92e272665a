"""Reading messages: the state of this moment, and lists by filter and cursor."""

from datetime import timedelta
from uuid import uuid4

import pytest

from chappe.gate.rulings import Rulings
from chappe.messages import service
from chappe.messages.model import MessageState, Purpose, day_of
from chappe.messages.service import (
    Filters,
    MessageIds,
    StateNeedsScope,
    UnknownCampaignFilter,
    UnknownMessage,
)
from chappe.sending.model import Intent
from chappe.sending.service import Door

FIRST = 33600000001


@pytest.fixture
async def ids(world, clock) -> list[int]:
    """Six messages: queued, leased, delivered, failed, skipped, and one due tomorrow; in this order."""
    await world.suppress(FIRST + 4, "all")
    door = Door(MessageIds(world.database, clock), Rulings(world.database), clock, clock)
    async with world.database.transaction(world.workspace_id) as conn:
        accepted = [
            (
                await door.accept(
                    conn,
                    world.workspace_id,
                    [
                        Intent(
                            phone=FIRST + n,
                            sender_id=world.short_code,
                            body=f"Text {n}",
                            purpose=Purpose.TRANSACTIONAL,
                        )
                    ],
                )
            )[0].id
            for n in range(6)
        ]
    execute = world.database.engine.execute
    await execute("update chunk set state = 1 where lo = $1", accepted[1])
    for n, state in ((2, MessageState.DELIVERED), (3, MessageState.FAILED)):
        await execute("delete from chunk where lo = $1", accepted[n])
        await execute(
            "insert into message_state (id, workspace_id, state, parts) values ($1, $2, $3, 1)",
            accepted[n],
            world.workspace_id,
            state,
        )
    await execute(
        "insert into message_exception (id, workspace_id, state) values ($1, 1, 6), ($2, 1, 11)",
        accepted[3],
        accepted[2],
    )
    await execute("update chunk set due_at = $1 where lo = $2", clock.now() + timedelta(days=1), accepted[5])
    return accepted


@pytest.fixture
def listed(world, clock):
    async def read(after: int | None = None, limit: int = 100, **filters: object) -> list[int]:
        async with world.database.transaction(world.workspace_id) as conn:
            page = await service.list_page(
                conn,
                world.workspace_id,
                Filters(**filters),
                after=after,
                limit=limit,
                gate_now=clock.now(),
            )
        return [message.id for message in page]

    return read


async def test_the_state_of_this_moment(world, ids, clock) -> None:
    async with world.database.transaction(world.workspace_id) as conn:
        found = [await service.read_one(conn, world.workspace_id, each, clock.now()) for each in ids]
    assert [message.state.label for message in found] == [
        "queued",
        "sending",
        "delivered",
        "failed",
        "skipped",
        "accepted",
    ]
    first = found[0]
    assert (first.phone, first.body, first.purpose) == (FIRST, "Text 0", Purpose.TRANSACTIONAL)
    assert (first.sender_id, first.campaign_id) == (world.short_code, None)
    assert found[4].reason == "suppressed"
    assert found[2].parts_sent == 1
    waits_until = clock.now() + timedelta(days=1)
    assert [message.due_at for message in found] == [None] * 5 + [waits_until]


async def test_unknown_and_foreign_messages(world, ids, clock) -> None:
    other = await world.database.engine.fetchval("insert into workspace (name) values ('Other') returning id")
    for workspace_id, message_id in ((world.workspace_id, ids[-1] + 1), (other, ids[0])):
        async with world.database.transaction(workspace_id) as conn:
            with pytest.raises(UnknownMessage):
                await service.read_one(conn, workspace_id, message_id, clock.now())
    async with world.database.transaction(other) as conn:
        assert not await service.list_page(conn, other, Filters(), after=None, limit=9, gate_now=clock.now())


async def test_pages_newest_first(ids, listed) -> None:
    newest = ids[::-1]
    assert await listed() == newest
    assert await listed(limit=2) == newest[:2]
    assert await listed(after=newest[1], limit=2) == newest[2:4]
    assert await listed(after=ids[0]) == []


async def test_a_page_tells_until_when_a_message_waits(world, ids, clock) -> None:
    due = clock.now() + timedelta(days=1)
    async with world.database.transaction(world.workspace_id) as conn:
        for now, expected in ((clock.now(), due), (due, None)):
            page = await service.list_page(
                conn, world.workspace_id, Filters(), after=None, limit=2, gate_now=now
            )
            assert [message.due_at for message in page] == [expected, None]


async def test_filters(ids, listed) -> None:
    day = day_of(ids[0])
    assert await listed(to=FIRST + 2) == [ids[2]]
    assert await listed(to=FIRST + 2, day=day) == [ids[2]]
    assert await listed(day=day - timedelta(days=1)) == []
    for state, position in (("queued", 0), ("sending", 1), ("delivered", 2), ("skipped", 4), ("accepted", 5)):
        assert await listed(state=MessageState.named(state), day=day) == [ids[position]], state
    assert await listed(state=MessageState.DELIVERED, day=day, to=FIRST) == []


async def test_states_that_need_an_eye_are_listed_over_all_time(ids, listed) -> None:
    assert await listed(state=MessageState.FAILED) == [ids[3]]
    # It was unknown once and has been delivered since.
    assert await listed(state=MessageState.UNKNOWN) == []
    for state in (MessageState.DELIVERED, MessageState.QUEUED, MessageState.SENT):
        with pytest.raises(StateNeedsScope, match="campaign_id"):
            await listed(state=state)
    with pytest.raises(StateNeedsScope):
        await listed(state=MessageState.FAILED, to=FIRST)


async def test_an_unknown_campaign(listed) -> None:
    with pytest.raises(UnknownCampaignFilter):
        await listed(campaign_id=uuid4())


async def test_every_join_on_the_ledger_touches_one_day(world, ids, clock) -> None:
    """A partition of another day must not be read: two of fourteen runs once stalled on such plans."""
    async with world.database.engine_transaction() as conn:
        await conn.execute("set local plan_cache_mode = force_generic_plan")
        statement = service.repo.SQL.messages_by_id
        plan = "\n".join(
            row[0]
            for row in await conn.fetch(
                f"explain (analyze, costs off, timing off) {statement}", 1, ids[:2], clock.now()
            )
        )
    read = {
        line.split(" on ")[1].split()[0]
        for line in plan.splitlines()
        if " on message" in line and "never executed" not in line
    }
    day = f"{day_of(ids[0]):%Y%m%d}"
    tables = {name for name in read if name.startswith("message_") and "exception" not in name}
    assert tables
    assert {name.replace("_pkey", "") for name in tables} <= {f"message_{day}", f"message_state_{day}"}, plan
