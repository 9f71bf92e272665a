"""Who leaves a topic after a campaign about it was planned gets nothing of it."""

from typing import Any

from tests.db.engine.test_store import place, request, store

from chappe.consent.model import MARKETING, ConsentState
from chappe.consent.topics import holding
from chappe.consent.topics import service as topics
from chappe.consent.topics.holding import Change
from chappe.consent.topics.model import TopicEntry
from chappe.engine.suppressions import LEFT
from chappe.kit.ids import uuid7
from chappe.messages import service as messages

__all__ = ["place", "store"]
HOW = Change(basis="express", source="preferences")
WHO = 33_600_000_003


async def test_a_left_topic_is_left_by_what_is_planned(store: Any, place: Any, database: Any) -> None:
    here, carrier, route, lo = place
    campaign = uuid7()
    async with database.engine_transaction() as conn:
        news = await topics.create(conn, here, TopicEntry(name="News"))
        other = await topics.create(conn, here, TopicEntry(name="Other"))
        contact = await conn.fetchval(
            "insert into contact (workspace_id, phone, zones) values ($1, $2, '') returning id", here, WHO
        )
        await conn.execute(
            "insert into campaign (id, workspace_id, name, purpose, audience, body, topic_id, state) "
            "values ($1, $2, 'New things', 5, '{}', 'x', $3, 'draft')",
            campaign,
            here,
            news.id,
        )
        run = await conn.fetchval(
            "insert into campaign_run (workspace_id, campaign_id) values ($1, $2) returning id",
            here,
            campaign,
        )
        await conn.execute("update message set run_id = $1 where id between $2 and $3", run, lo, lo + 9)
    lease = await store.lease_link(carrier, here, "one")
    chunks = await store.claim(lease.session, request(route))

    async def gone() -> set[int]:
        return set().union(*(found.gone for found in await store.outgoing(chunks)))

    async def turn(word: str, state: ConsentState) -> None:
        async with database.transaction(here) as conn:
            await holding.turn(conn, here, contact, WHO, [word], state, HOW)

    await turn(news.word, ConsentState.GRANTED)
    await turn(other.word, ConsentState.GRANTED)
    assert await gone() == set()
    await turn(other.word, ConsentState.WITHDRAWN)
    assert await gone() == set()
    await turn(news.word, ConsentState.WITHDRAWN)
    assert await gone() == {lo + 3}
    assert await store.suppressed(here, [WHO, WHO + 1]) == {WHO: LEFT}
    await turn(news.word, ConsentState.GRANTED)
    assert await gone() == set()
    await database.engine.execute("update message set run_id = null where id between $1 and $2", lo, lo + 9)
    await turn(news.word, ConsentState.WITHDRAWN)
    assert await gone() == set()
    async with database.transaction(here) as conn:
        await messages.note_topics(conn, here, {lo + 2: news.word, lo + 3: news.word})
    assert await gone() == {lo + 3}
    await turn(MARKETING, ConsentState.WITHDRAWN)
    assert await gone() == {lo + 3}
    await database.engine.execute("delete from message_topic")
    await database.engine.execute("update message set purpose = 5 where id = $1", lo + 3)
    assert await gone() == {lo + 3}
    await database.engine.execute("delete from contact where id = $1", contact)
    assert await database.engine.fetchval("select count(*) from topic_leaving") == 0
