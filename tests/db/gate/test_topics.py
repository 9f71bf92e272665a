"""What the gate asks of a message about a topic."""

from typing import Any

import pytest

from chappe.consent.topics import service as topics
from chappe.consent.topics.errors import NotATopic
from chappe.consent.topics.model import Topic, TopicEntry, TopicPurpose
from chappe.gate import service as gates
from chappe.gate.model import Code, Subject
from chappe.gate.rulings import Rulings
from chappe.messages.model import Purpose
from chappe.messages.service import MessageIds
from chappe.sending.model import Intent
from chappe.sending.service import Door
from chappe.sending.subjects import WrongTopic

OFFERED, KEEN, LEFT = 33600000001, 33600000002, 33600000003


@pytest.fixture
async def made(world: Any) -> tuple[Topic, Topic]:
    """News and orders; the second person holds both, the third has left them, the first agreed to offers."""
    here = world.workspace_id
    await world.list_of(3, first=OFFERED, granted=False)
    await world.grant([OFFERED])
    async with world.database.engine_transaction() as conn:
        news = await topics.create(conn, here, TopicEntry(name="News"))
        orders = await topics.create(
            conn, here, TopicEntry(name="Orders", purpose=TopicPurpose.TRANSACTIONAL)
        )
        for phone, state in ((KEEN, "granted"), (LEFT, "withdrawn")):
            await conn.execute(
                "insert into consent (workspace_id, contact_id, purpose, state, basis) "
                "select $1, c.id, t.word, $3, 'express' from contact c, topic t "
                "where c.phone = $2 and not t.is_default",
                here,
                phone,
                state,
            )
    return news, orders


async def test_each_message_meets_the_consent_to_its_own_topic(world: Any, made: Any, clock: Any) -> None:
    news, orders = made
    door = Door(MessageIds(world.database, clock), Rulings(world.database), clock, clock)

    async def codes(purpose: Purpose, topic: Topic | None) -> list[Code]:
        intents = [
            Intent(
                phone=phone, sender_id=world.short_code, body="Hello, STOP 38200", purpose=purpose,
                topic_id=None if topic is None else topic.id,
            )
            for phone in (OFFERED, KEEN, LEFT)
        ]  # fmt: skip
        async with world.database.transaction(world.workspace_id) as conn:
            return [one.decision for one in await door.accept(conn, world.workspace_id, intents)]

    refused, left, sent = Code.NO_CONSENT, Code.TOPIC_LEFT, Code.SEND
    assert await codes(Purpose.MARKETING, None) == [sent, refused, refused]
    assert await codes(Purpose.MARKETING, news) == [refused, sent, refused]
    assert await codes(Purpose.TRANSACTIONAL, orders) == [sent, sent, left]
    assert await codes(Purpose.TRANSACTIONAL, None) == [sent, sent, sent]
    with pytest.raises(WrongTopic):
        await codes(Purpose.MARKETING, orders)
    async with world.database.engine_transaction() as conn:
        await topics.archive(conn, world.workspace_id, news.id)
    with pytest.raises(NotATopic):
        await codes(Purpose.MARKETING, news)


async def test_sets_are_judged_as_single_people_are(world: Any, made: Any) -> None:
    rows = await world.database.engine.fetch("select id, phone from contact order by phone")
    contacts, phones = (f"{{{','.join(str(row[at]) for row in rows)}}}" for at in (0, 1))
    news, orders = made
    async with world.database.transaction(world.workspace_id) as conn:
        for topic, purpose, expected in (
            (news, Purpose.MARKETING, {KEEN}),
            (orders, Purpose.TRANSACTIONAL, {OFFERED, KEEN}),
        ):
            subject = Subject.of(topic.id, purpose)
            groups = await gates.groups_of_contacts(conn, world.workspace_id, contacts, phones, [], subject)
            alone = await gates.recipients_of_phones(
                conn, world.workspace_id, [OFFERED, KEEN, LEFT], subjects=[subject] * 3
            )
            assert {phone for group in groups if group.granted for phone in group.phones} == expected
            assert {one.phone for one in alone if one.granted} == expected
