"""The one door: single messages, in either role, whole or not at all."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chappe.carriers import routing
from chappe.carriers.filters import Filter
from chappe.consent.preference_links import PreferenceLinks
from chappe.content.model import EmptyBody
from chappe.db.keys import InstanceKeys
from chappe.gate.model import Code
from chappe.gate.rulings import Rulings
from chappe.messages.model import MessageState, Purpose, first_id_of_day
from chappe.messages.service import MessageIds
from chappe.sending.addressing import NoPreferencePage
from chappe.sending.model import (
    AlreadyExpired,
    ExpiresTooLate,
    Intent,
    TooManyIntents,
    UnknownSender,
)
from chappe.sending.service import Door

FIRST = 33600000001


@pytest.fixture
def door(world, clock) -> Door:
    return Door(MessageIds(world.database, clock), Rulings(world.database), clock, clock)


@pytest.fixture
def accept(world, door):
    """Accept in the web role, as a request does."""

    async def act(*intents: Intent):
        async with world.database.transaction(world.workspace_id) as conn:
            return await door.accept(conn, world.workspace_id, intents)

    return act


@pytest.fixture
def intent(world):
    def make(phone: int = FIRST, **changes: object) -> Intent:
        wanted: dict[str, object] = {
            "phone": phone,
            "sender_id": world.short_code,
            "body": "Your parcel is here",
            "purpose": Purpose.TRANSACTIONAL,
        }
        return Intent(**wanted | changes)

    return make


async def test_a_message_is_on_disk_and_ready(world, accept, intent, clock) -> None:
    [one] = await accept(intent(reference="order 7", expires_at=clock.now() + timedelta(hours=1)))
    assert (one.state, one.decision, one.reason, one.parts) == (MessageState.QUEUED, Code.SEND, None, 1)
    row = await world.database.engine.fetchrow("select * from message")
    assert (row["id"], row["phone"], row["body"], row["reference"]) == (
        one.id,
        FIRST,
        "Your parcel is here",
        "order 7",
    )
    assert (row["sender_id"], row["run_id"], row["contact_id"]) == (world.short_code, None, None)
    chunk = await world.database.engine.fetchrow("select * from chunk")
    assert (chunk["lo"], chunk["hi"], chunk["lane"], chunk["source"]) == (one.id, one.id + 1, 3, "38200")
    assert (chunk["due_at"], chunk["expires_at"]) == (clock.now(), clock.now() + timedelta(hours=1))
    assert chunk["route_id"] == world.route_id


async def test_what_must_not_be_sent_is_written_down_with_the_reason(world, accept, intent) -> None:
    await world.list_of(2)
    await world.suppress(FIRST)
    await world.suppress(FIRST + 1, "all")
    results = await accept(
        intent(FIRST),
        intent(FIRST, purpose=Purpose.MARKETING),
        intent(FIRST + 1),
        intent(FIRST + 1, purpose=Purpose.SERVICE),
        intent(FIRST + 5, purpose=Purpose.MARKETING),
        intent(4915100000000),
        intent(FIRST + 6, sender_id=world.alphanumeric, purpose=Purpose.CONVERSATION),
        intent(FIRST + 6, body="x" * 1600),
    )
    assert [(one.state.label, one.reason) for one in results] == [
        ("queued", None),
        ("skipped", "suppressed"),
        ("skipped", "suppressed"),
        ("queued", None),
        ("skipped", "no_consent"),
        ("skipped", "no_price"),
        ("skipped", "cannot_converse"),
        ("skipped", "too_long"),
    ]
    stored = await world.database.engine.fetch(
        "select m.id, m.body, m.decision, s.reason from message m left join message_state s on s.id = m.id "
        "order by m.id"
    )
    by_id = {row["id"]: row for row in stored}
    for one in results:
        assert by_id[one.id]["decision"] == one.decision
        assert by_id[one.id]["reason"] == one.reason
        assert (by_id[one.id]["body"] is None) == (one.state is MessageState.SKIPPED)


async def test_a_batch_is_few_ranges_in_order(world, accept, intent) -> None:
    phones = [FIRST + n for n in range(1000)]
    results = await accept(*(intent(phone, body=f"Text {phone}") for phone in phones))
    assert await world.database.engine.fetchval("select count(*) from chunk") == 1
    stored = dict(
        await world.database.engine.fetch("select id, body from message where phone = any($1)", phones)
    )
    assert [stored[one.id] for one in results] == [f"Text {phone}" for phone in phones]


async def test_lanes_and_expiries_are_chunks_of_their_own(world, accept, intent, clock) -> None:
    soon = clock.now() + timedelta(minutes=5)
    await accept(
        intent(FIRST, purpose=Purpose.OTP, expires_at=soon),
        intent(FIRST + 1),
        intent(FIRST + 2, purpose=Purpose.OTP, expires_at=soon),
        intent(FIRST + 3, sender_id=world.alphanumeric),
    )
    rows = await world.database.engine.fetch(
        "select lane, source, hi - lo as n, expires_at from chunk order by lo"
    )
    assert [tuple(row) for row in rows] == [
        (1, "38200", 2, soon),
        (3, "38200", 1, None),
        (3, "ACME", 1, None),
    ]


async def test_marketing_outside_the_hours_waits(world, accept, intent, clock) -> None:
    await world.list_of(1)
    clock.set(datetime(2026, 3, 10, 21, tzinfo=UTC))
    [one] = await accept(intent(purpose=Purpose.MARKETING, body="Hello, 20% off. STOP 38200"))
    assert (one.state, one.decision) == (MessageState.ACCEPTED, Code.DEFERRED_HOURS)
    assert one.due_at == datetime(2026, 3, 11, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "problem", "field"),
    [
        ({"sender_id": uuid4()}, UnknownSender, "messages[1].sender_id"),
        ({"body": "  "}, EmptyBody, "body"),
        ({"expires_at": datetime(2026, 3, 10, 10, tzinfo=UTC)}, AlreadyExpired, "messages[1].expires_at"),
        ({"expires_at": datetime(9999, 1, 1, tzinfo=UTC)}, ExpiresTooLate, "messages[1].expires_at"),
    ],
)
async def test_one_bad_intent_refuses_all(world, accept, intent, changes, problem, field) -> None:
    with pytest.raises(problem) as caught:
        await accept(intent(), intent(FIRST + 1, **changes))
    assert caught.value.field == field
    assert await world.database.engine.fetchval("select count(*) from message") == 0


async def test_at_most_a_thousand(accept, intent) -> None:
    with pytest.raises(TooManyIntents):
        await accept(*(intent() for _ in range(1001)))
    assert await accept() == []


async def test_a_new_price_is_known_within_seconds(world, accept, intent, clock) -> None:
    [before] = await accept(intent(4915100000000))
    await world.database.engine.execute(
        "insert into carrier_price select 1, carrier_id, '49', 0.07, 'EUR' from carrier_price"
    )
    clock.advance(seconds=5)
    [after] = await accept(intent(4915100000000))
    assert (before.reason, after.reason) == ("no_price", None)


async def test_after_a_long_rest_the_day_is_made_when_it_is_needed(world, accept, intent) -> None:
    today = await world.database.engine.fetchval("select to_char(now() at time zone 'utc', 'YYYYMMDD')")
    await world.database.engine.execute(f"drop table message_{today}, message_state_{today}")
    [one] = await accept(intent())
    assert one.state is MessageState.QUEUED


async def test_senders_are_woken_at_commit(world, accept, intent) -> None:
    listener = await world.database.connection()
    heard: asyncio.Queue[str] = asyncio.Queue()
    await listener.add_listener("chappe_chunk", lambda *notice: heard.put_nowait(notice[3]))
    try:
        await accept(intent(purpose=Purpose.OTP))
        assert await asyncio.wait_for(heard.get(), 5) == "1"
    finally:
        await listener.close()


async def test_another_workspaces_sender_is_unknown(world, door, intent) -> None:
    other = await world.database.engine.fetchval("insert into workspace (name) values ('Other') returning id")
    async with world.database.transaction(other) as conn:
        with pytest.raises(UnknownSender):
            await door.accept(conn, other, [intent()])


async def test_ids_are_contiguous_distinct_and_of_their_day(world, clock) -> None:
    ids = [MessageIds(world.database, clock, block=50) for _ in range(2)]
    sizes = [1, 49, 7, 120, 3, 1, 30]
    firsts = await asyncio.gather(*(one.take(n) for one in ids for n in sizes))
    taken = [set(range(first, first + n)) for first, n in zip(firsts, sizes * 2, strict=True)]
    assert len(set().union(*taken)) == 2 * sum(sizes)
    today = await world.database.engine.fetchval("select (now() at time zone 'utc')::date")
    midnight, next_midnight = first_id_of_day(today), first_id_of_day(today + timedelta(days=1))
    assert all(midnight <= first < next_midnight for first in firsts)
    clock.advance(days=1)
    before = firsts[-1]
    assert await ids[1].take(1) > before + 30 - 1


async def test_messages_go_by_the_branch_of_their_country_and_purpose(world, accept, intent) -> None:
    async with world.database.transaction(world.workspace_id) as conn:
        [route] = await routing.routes(conn, world.workspace_id)
        only = {route.carriers[0]: Filter(("33", "336"), ("transactional",))}
        await routing.change_route(conn, world.workspace_id, route.id, filters=only)
    results = await accept(
        intent(33600000001), intent(33100000001), intent(33600000002), intent(32470123456),
        intent(33600000003, purpose=Purpose.OTP), intent(33600000004, purpose=Purpose.SERVICE),
    )  # fmt: skip
    assert [one.decision for one in results] == [
        Code.SEND, Code.SEND, Code.SEND, Code.NO_ROUTE, Code.NO_ROUTE, Code.SEND,
    ]  # fmt: skip
    rows = await world.database.engine.fetch(
        "select b.purpose, b.prefix, c.hi - c.lo"
        " from chunk c join route_branch b on b.id = c.route_id order by 1, 2"
    )
    assert [tuple(row) for row in rows] == [
        ("service", "336", 1), ("transactional", "33", 1), ("transactional", "336", 2),
    ]  # fmt: skip


async def test_a_text_may_ask_for_the_link_of_who_gets_it(world, clock, intent) -> None:
    links = PreferenceLinks(InstanceKeys.derive(bytes(32)), "https://sms.example.com")
    door = Door(MessageIds(world.database, clock), Rulings(world.database), clock, clock, links=links)
    await world.list_of(2)
    texts = ["Choose: {{ preferences_url }} {{ other }}", "{{contact.preferences_url}}"]
    asked = [intent(FIRST + at, body=text) for at, text in enumerate(texts)]
    async with world.database.transaction(world.workspace_id) as conn:
        await door.accept(conn, world.workspace_id, asked)
    contacts = dict(await world.database.engine.fetch("select phone, id from contact"))
    bodies = dict(await world.database.engine.fetch("select phone, body from message"))
    own = {phone: links.address(world.workspace_id, key, clock.now()) for phone, key in contacts.items()}
    assert bodies == {FIRST: f"Choose: {own[FIRST]} {{{{ other }}}}", FIRST + 1: own[FIRST + 1]}
    async with world.database.transaction(world.workspace_id) as conn:
        with pytest.raises(NoPreferencePage) as refused:
            await door.accept(conn, world.workspace_id, [asked[0], intent(FIRST + 9, body=texts[0])])
    assert refused.value.field == "messages[1].body"
    assert await world.database.engine.fetchval("select count(*) from message") == 2
