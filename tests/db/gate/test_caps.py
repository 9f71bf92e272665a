"""Caps over campaigns: two that start together cannot both pass, whatever the order of their transactions."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from chappe.gate import caps
from chappe.gate.caps import Caps, Claim
from chappe.gate.rulings import Rulings
from chappe.kit.clock import FakeClock
from chappe.messages.model import Purpose
from chappe.messages.service import MessageIds
from chappe.sending.model import Intent
from chappe.sending.service import Door

FIRST = 33600000001
DAILY = Caps(per_day=1)
HOUR = timedelta(hours=1)


async def contact_ids(world) -> list[int]:
    rows = await world.database.engine.fetch("select id from contact order by id")
    return [row["id"] for row in rows]


async def limit(world, wanted: Caps) -> None:
    async with world.database.transaction(world.workspace_id) as conn:
        await caps.set_caps(conn, world.workspace_id, wanted)


async def take(world, ids: Sequence[int], due_at: datetime, wanted: Caps = DAILY) -> dict[int, str]:
    async with world.database.engine_transaction() as conn:
        claim = Claim(wanted.limits, due_at, ids)
        [refused] = await caps.reserve(conn, world.workspace_id, [claim], due_at)
        return refused


async def test_caps_are_kept_changed_and_dropped(world) -> None:
    async def now() -> Caps:
        async with world.database.transaction(world.workspace_id) as conn:
            return await caps.caps_of(conn, world.workspace_id)

    assert await now() == Caps()
    await limit(world, Caps(1, 4))
    await limit(world, Caps(2, None))
    assert await now() == Caps(per_day=2)


async def test_the_second_message_of_a_day_is_refused_with_the_rule(world, clock: FakeClock) -> None:
    await world.list_of(3)
    ids = await contact_ids(world)
    assert await take(world, ids[:2], clock.now()) == {}
    assert await take(world, ids, clock.now() + 3 * HOUR) == dict.fromkeys(ids[:2], "workspace.cap.day")
    assert await take(world, ids, clock.now() + 27 * HOUR) == {}
    weekly = Caps(per_week=2)
    assert await take(world, ids[:1], clock.now() + 60 * HOUR, weekly) == {ids[0]: "workspace.cap.week"}


async def test_what_is_undone_is_not_reserved(world, clock: FakeClock) -> None:
    await world.list_of(1)
    ids = await contact_ids(world)
    async with world.database.engine.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        await caps.reserve(conn, world.workspace_id, [Claim(DAILY.limits, clock.now(), ids)], clock.now())
        await transaction.rollback()
    assert await take(world, ids, clock.now()) == {}


async def test_of_two_at_the_same_time_the_second_waits_and_is_refused(world, clock: FakeClock) -> None:
    """Two connections, the same people in opposite orders: no deadlock, and each person once."""
    await world.list_of(200)
    ids = await contact_ids(world)
    held, go_on = asyncio.Event(), asyncio.Event()

    async def first() -> dict[int, str]:
        async with world.database.engine_transaction() as conn:
            claim = Claim(DAILY.limits, clock.now(), ids)
            [refused] = await caps.reserve(conn, world.workspace_id, [claim], clock.now())
            held.set()
            await go_on.wait()
            return refused

    async def waiting() -> None:
        """Until the second stands at the lock of the first."""
        while not await world.database.engine.fetchval(
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%promised%'"
        ):
            await asyncio.sleep(0.005)

    began = asyncio.create_task(first())
    await held.wait()
    second = asyncio.create_task(take(world, ids[::-1], clock.now() + HOUR))
    await waiting()
    go_on.set()
    assert await began == {}
    assert await second == dict.fromkeys(ids, "workspace.cap.day")


async def test_single_messages_take_part_and_the_transactional_do_not(world, clock: FakeClock) -> None:
    await world.list_of(2)
    await limit(world, DAILY)
    door = Door(MessageIds(world.database, clock), Rulings(world.database), clock, clock)

    def intent(purpose: Purpose, phone: int = FIRST) -> Intent:
        return Intent(phone=phone, sender_id=world.short_code, body="Hello", purpose=purpose)

    async def accept(*intents: Intent) -> list[str | None]:
        async with world.database.transaction(world.workspace_id) as conn:
            return [one.reason for one in await door.accept(conn, world.workspace_id, intents)]

    marketing, useful = intent(Purpose.MARKETING), intent(Purpose.TRANSACTIONAL)
    # Twice the same person in one request: the first passes.
    assert await accept(marketing, useful, marketing) == [None, None, "capped"]
    assert await accept(useful, marketing, intent(Purpose.MARKETING, FIRST + 1)) == [None, "capped", None]


async def test_a_contact_that_is_erased_is_forgotten(world, clock: FakeClock) -> None:
    await world.list_of(2)
    ids = await contact_ids(world)
    await take(world, ids, clock.now())
    await world.database.engine.execute("delete from contact where id = $1", ids[0])
    kept = await world.database.engine.fetch("select contact_id from promised")
    assert [row["contact_id"] for row in kept] == ids[1:]
