"""A message told whole, and the log's questions."""

from datetime import timedelta

import pytest

from chappe.consent.model import ConsentState
from chappe.consent.topics import holding
from chappe.consent.topics import service as topics
from chappe.consent.topics.holding import Change
from chappe.consent.topics.model import TopicEntry
from chappe.contacts import service as contacts
from chappe.desk import message_log, message_story
from chappe.gate.model import Code
from chappe.gate.rulings import Rulings
from chappe.messages.dispatch import PartState
from chappe.messages.model import MessageState, Purpose, utc_day
from chappe.messages.service import Filters, MessageIds, UnknownMessage
from chappe.sending.model import Intent
from chappe.sending.service import Door

PHONE = 33600000001
LONG = "Un texte qui ne tient pas dans une partie. " * 5


@pytest.fixture
async def accept(world, clock):
    door = Door(MessageIds(world.database, clock), Rulings(world.database), clock, clock)

    async def accepted(body: str, purpose: Purpose = Purpose.TRANSACTIONAL, phone: int = PHONE) -> int:
        intent = Intent(phone=phone, sender_id=world.short_code, body=body, purpose=purpose)
        async with world.database.transaction(world.workspace_id) as conn:
            return (await door.accept(conn, world.workspace_id, [intent]))[0].id

    return accepted


async def _story(world, clock, message_id):
    async with world.database.transaction(world.workspace_id) as conn:
        return await message_story.story_of(conn, world.workspace_id, message_id, clock)


async def test_each_part_has_its_text_its_id_and_its_state(world, clock, accept) -> None:
    message_id = await accept(LONG)
    await world.database.engine.execute(
        "insert into message_state (id, workspace_id, state, parts, carrier_number, provider_id, more_ids, "
        "done_mask, failed_mask, reason, submitted_at, done_at) "
        "values ($1, $2, $3, 2, $4, 'A1', '{A2}', 3, 2, 'err:011', now(), now())",
        message_id,
        world.workspace_id,
        MessageState.UNDELIVERED,
        world.carrier_number,
    )
    story = await _story(world, clock, message_id)
    assert "".join(part.text for part in story.parts) == LONG
    assert [(part.sent.provider_id, part.sent.state) for part in story.parts] == [
        ("A1", PartState.DELIVERED),
        ("A2", PartState.FAILED),
    ]
    assert story.carrier.number == world.carrier_number
    assert story.sender.id == world.short_code
    assert story.code is Code.SEND
    assert not story.asks_consent


async def test_before_a_carrier_has_it_the_parts_are_texts_alone(world, clock, accept) -> None:
    story = await _story(world, clock, await accept("Bonjour"))
    assert [(part.number, part.text, part.sent) for part in story.parts] == [(1, "Bonjour", None)]
    assert story.carrier is None


async def test_why_it_was_not_sent_outlives_the_reason(world, clock, accept) -> None:
    """The suppression is lifted afterwards; the message still says what held when it was decided."""
    await world.list_of(1)
    await world.suppress(PHONE)
    message_id = await accept("-20 %", Purpose.MARKETING)
    execute = world.database.engine.execute
    await execute("update suppression set lifted_at = now() + interval '1 minute', lifted_by = 'test'")
    story = await _story(world, clock, message_id)
    assert story.code is Code.SUPPRESSED
    assert story.suppression.reason == "stop"
    assert story.asks_consent


async def test_consent_is_the_one_of_that_moment(world, clock, accept) -> None:
    await world.list_of(1)
    add = (
        "insert into consent_event (workspace_id, contact_id, purpose, state, basis, source, at) "
        "select $1, id, 'marketing', $2, $3, 'shop', now() + $4 from contact where phone = $5"
    )
    execute = world.database.engine.execute
    await execute(add, world.workspace_id, "granted", "express", timedelta(days=-9), PHONE)
    message_id = await accept("-20 %", Purpose.MARKETING)
    await execute(add, world.workspace_id, "withdrawn", "keyword", timedelta(hours=1), PHONE)
    story = await _story(world, clock, message_id)
    assert (story.consent.state, story.consent.basis) == ("granted", "express")


async def test_a_message_of_another_workspace_is_unknown(world, clock, accept) -> None:
    message_id = await accept("Bonjour")
    other = await world.database.engine.fetchval("insert into workspace (name) values ('o') returning id")
    async with world.database.transaction(other) as conn:
        with pytest.raises(UnknownMessage):
            await message_story.story_of(conn, other, message_id, clock)


@pytest.mark.parametrize(
    ("state", "number", "narrowed"),
    [
        (None, "", False),
        (MessageState.DELIVERED, "", True),
        (MessageState.FAILED, "", False),
        (MessageState.FAILED, "06 12 34 56 78", True),
    ],
)
def test_a_state_that_is_kept_by_day_is_sought_today(state, number, narrowed, clock) -> None:
    wish = message_log.wish_of(
        number=number, country="FR", state=state, campaign_id=None, day="", now=clock.now()
    )
    assert wish.narrowed is narrowed
    assert wish.filters.day == (utc_day(clock.now()) if narrowed else None)
    assert wish.filters.to == (33612345678 if number else None)


async def test_rows_carry_the_senders_address(world, clock, accept) -> None:
    ids = [await accept(f"Texte {n}") for n in range(3)]
    async with world.database.transaction(world.workspace_id) as conn:
        rows = await message_log.page(
            conn, world.workspace_id, Filters(), after=ids[2], limit=10, gate_now=clock.now()
        )
    assert [row.message.id for row in rows] == [ids[1], ids[0]]
    assert {row.sender for row in rows} == {"38200"}


async def test_a_message_is_told_with_the_consent_to_its_own_topic(world, clock) -> None:
    here = world.workspace_id
    await world.list_of(1)
    how = Change(basis="express", source="counter")
    async with world.database.transaction(here) as conn:
        news = await topics.create(conn, here, TopicEntry(name="News"))
        [contact] = (await contacts.ids_by_phone(conn, here, [PHONE])).values()
        await holding.turn(conn, here, contact, PHONE, [news.word], ConsentState.GRANTED, how)
    door = Door(MessageIds(world.database, clock), Rulings(world.database), clock, clock)
    stories = []
    for topic in (news.id, None):
        intent = Intent(
            phone=PHONE, sender_id=world.short_code, body="Hello", purpose=Purpose.MARKETING, topic_id=topic
        )
        async with world.database.transaction(here) as conn:
            [one] = await door.accept(conn, here, [intent])
        # What was said by then: the clock of the test stands where the ledger's does not.
        await world.database.engine.execute("update message set created_at = now() where id = $1", one.id)
        stories.append(await _story(world, clock, one.id))
    about_news, about_offers = stories
    assert (about_news.topic.name, about_news.consent.source) == ("News", "counter")
    assert (about_offers.topic.name, about_offers.consent) == ("Offers", None)
