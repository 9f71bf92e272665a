"""Caps over campaigns: two that start together cannot both pass, whatever the order of their transactions."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from chappe.consent.topics import frequency
from chappe.consent.topics import service as topics
from chappe.consent.topics.frequency import SetBy
from chappe.consent.topics.model import TopicEntry
from chappe.gate import caps, promises
from chappe.gate.caps import PERSONAL, Caps
from chappe.gate.model import OFFERS
from chappe.gate.promises import Claim, Promise, full
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
        [refused] = await promises.reserve(conn, world.workspace_id, [claim], due_at)
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
        await promises.reserve(conn, world.workspace_id, [Claim(DAILY.limits, clock.now(), ids)], clock.now())
        await transaction.rollback()
    assert await take(world, ids, clock.now()) == {}


async def refused_second(
    world, first: Sequence[Claim], second: Sequence[Claim], now: datetime
) -> list[dict[int, str]]:
    """What the second of two campaigns is refused that begin at once, on two connections: the second stands
    at the locks of the first until that one is kept.
    """
    held, go_on = asyncio.Event(), asyncio.Event()

    async def begin() -> list[dict[int, str]]:
        async with world.database.engine_transaction() as conn:
            refused = await promises.reserve(conn, world.workspace_id, first, now)
            held.set()
            await go_on.wait()
            return refused

    async def follow() -> list[dict[int, str]]:
        async with world.database.engine_transaction() as conn:
            return await promises.reserve(conn, world.workspace_id, second, now)

    began = asyncio.create_task(begin())
    await held.wait()
    following = asyncio.create_task(follow())
    while not await world.database.engine.fetchval(
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%promised%'"
    ):
        await asyncio.sleep(0.005)
    go_on.set()
    assert not any(await began)
    return await following


async def test_of_two_at_the_same_time_the_second_waits_and_is_refused(world, clock: FakeClock) -> None:
    """The same people in opposite orders: no deadlock, and each person once."""
    await world.list_of(200)
    ids, now = await contact_ids(world), clock.now()
    [second] = await refused_second(
        world, [Claim(DAILY.limits, now, ids)], [Claim(DAILY.limits, now + HOUR, ids[::-1])], now
    )
    assert second == dict.fromkeys(ids, "workspace.cap.day")


async def test_two_at_once_keep_to_what_each_person_wants(world, clock: FakeClock) -> None:
    """Nobody but those who said how often is asked, and they hear from one of the two."""
    await world.list_of(60)
    ids, now = await contact_ids(world), clock.now()
    async with world.database.transaction(world.workspace_id) as conn:
        for one in ids[::3]:
            assert await frequency.want(conn, world.workspace_id, one, 1, SetBy.PERSON)
    alone = [Claim((PERSONAL,), now, ids)]
    [second] = await refused_second(world, alone, [Claim((PERSONAL,), now + HOUR, ids[::-1])], now)
    assert second == dict.fromkeys(ids[::3], "person.cap.week")
    assert await world.database.engine.fetchval("select count(*) from promised") == len(ids[::3])
    # Under a cap of the workspace as well, everybody is counted.
    both = (*DAILY.limits, PERSONAL)
    [later] = await refused_second(
        world, [Claim(both, now + 50 * HOUR, ids[1::3])], [Claim(both, now + 51 * HOUR, ids)], now
    )
    assert later == dict.fromkeys(ids[::3], "person.cap.week") | dict.fromkeys(ids[1::3], "workspace.cap.day")


async def test_two_at_once_about_one_topic_hold_its_cap(world, clock: FakeClock) -> None:
    await world.list_of(40)
    ids, now = await contact_ids(world), clock.now()
    async with world.database.transaction(world.workspace_id) as conn:
        news = await topics.create(conn, world.workspace_id, TopicEntry(name="News"))
        await caps.set_caps(conn, world.workspace_id, Caps(per_month=1), news.id)
        patience = await caps.patience_of(conn, world.workspace_id)
    about_news, about_offers = patience.limits(news.word), patience.limits(OFFERS.word)
    assert (len(about_news), about_offers) == (1, ())
    wide = Caps(per_week=3).limits
    # Offers take no place of news, though both are counted by the workspace.
    assert await take(world, ids, now, Caps(per_week=3)) == {}
    claims = [Claim((*wide, *about_news), now + days * timedelta(days=1), ids) for days in (1, 20)]
    [second] = await refused_second(world, claims[:1], claims[1:], now)
    assert second == dict.fromkeys(ids, "topic.cap.month")
    assert await take(world, ids, now + 20 * HOUR, Caps(per_week=3)) == {}


async def test_single_messages_take_part_and_the_transactional_do_not(world, clock: FakeClock) -> None:
    await world.list_of(2)
    await limit(world, DAILY)
    door = Door(MessageIds(world.database, clock), Rulings(world.database), clock, clock)

    def intent(purpose: Purpose, phone: int = FIRST) -> Intent:
        return Intent(phone=phone, sender_id=world.short_code, body="Hello, STOP 38200", purpose=purpose)

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


async def test_the_statement_counts_as_the_rule_does(world, clock: FakeClock) -> None:
    """Hundreds of reservations in no order of time, under one to four caps at once: each is refused where the
    pure rule refuses it, by the rule that it names.
    """
    await world.list_of(12)
    ids, now, chance = await contact_ids(world), clock.now(), Random(36)
    topic = await world.database.engine.fetchval("select id from topic where is_default")
    sets = [
        Caps(per_day=1).limits,
        Caps(2, 5).limits,
        Caps(2, 5, 9).limits,
        Caps(3, 6, 12).limits_of("topic", topic),
        (*Caps(2, 8).limits, *Caps(1, 3).limits_of("topic", topic), PERSONAL),
    ]
    wanted = {one: chance.choice((None, 1, 3)) for one in ids}
    kept: dict[int, list[Promise]] = {one: [] for one in ids}
    async with world.database.engine_transaction() as conn:
        for one, per_week in wanted.items():
            await frequency.want(conn, world.workspace_id, one, per_week, SetBy.API)
        for _ in range(400):
            limits, some = chance.choice(sets), chance.sample(ids, chance.randint(1, 6))
            due_at = now + timedelta(hours=chance.randint(0, 24 * 25))
            about = topic if any(limit.topic for limit in limits) else None
            expected = {}
            for one in some:
                limit = full(limits, kept[one], due_at, wanted[one])
                if limit is None:
                    kept[one].append(Promise(due_at, about))
                else:
                    expected[one] = limit.rule
            [refused] = await promises.reserve(conn, world.workspace_id, [Claim(limits, due_at, some)], now)
            assert refused == expected
        for one in ids:
            found = await promises.promises_of(conn, world.workspace_id, one)
            assert sorted(found, key=str) == sorted(kept[one], key=str)
