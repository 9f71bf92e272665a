"""Topics and what people hold of them."""

from typing import Any

import pytest

from chappe.consent import service
from chappe.consent.evidence import Evidence
from chappe.consent.model import ConsentState
from chappe.consent.topics import holding
from chappe.consent.topics import service as topics
from chappe.consent.topics.errors import DefaultTopicStays, NotATopic, TopicNameTaken
from chappe.consent.topics.holding import Change
from chappe.consent.topics.model import Topic, TopicEntry, TopicWords

PHONE = 33600000001
FORM = Change(basis="express", source="form", evidence=Evidence(channel="web", address="192.0.2.1"))


@pytest.fixture
async def news(world: Any) -> Topic:
    words = {"fr": TopicWords(title="Nouveautés", frequency="une fois par mois")}
    async with world.database.transaction(world.workspace_id) as conn:
        return await topics.create(conn, world.workspace_id, TopicEntry(name="News", words=words))


async def test_a_workspace_begins_with_offers_whose_word_the_gate_knows(world: Any) -> None:
    async with world.database.transaction(world.workspace_id) as conn:
        [offers] = await service.topics(conn, world.workspace_id)
        assert (offers.name, offers.word, offers.is_default) == ("Offers", "marketing", True)
        assert await service.default_topic(conn, world.workspace_id) == offers
        with pytest.raises(DefaultTopicStays):
            await topics.archive(conn, world.workspace_id, offers.id)


async def test_a_topic_speaks_the_language_it_has(news: Topic) -> None:
    assert news.in_language("fr").title == "Nouveautés"
    english = news.in_language("en")
    assert (english.title, english.frequency) == ("News", "une fois par mois")


async def test_an_archived_topic_is_no_longer_offered_and_frees_its_name(world: Any, news: Topic) -> None:
    here = world.workspace_id
    async with world.database.transaction(here) as conn:
        with pytest.raises(TopicNameTaken):
            await topics.create(conn, here, TopicEntry(name="news"))
        await topics.archive(conn, here, news.id)
        with pytest.raises(NotATopic):
            await topics.require(conn, here, [news.id])
        again = await topics.create(conn, here, TopicEntry(name="News"))
        with pytest.raises(TopicNameTaken):
            await topics.restore(conn, here, news.id)
        assert [each.id for each in await topics.topics(conn, here)][1:] == [again.id]


async def test_consent_to_one_topic_says_nothing_of_another(world: Any, news: Topic) -> None:
    await world.list_of(1, first=PHONE, granted=False)
    here = world.workspace_id
    contact = await world.database.engine.fetchval("select id from contact")

    async def turn(conn: Any, state: ConsentState, how: Change = FORM) -> list[str]:
        return await holding.turn(conn, here, contact, PHONE, [news.word], state, how)

    async with world.database.transaction(here) as conn:
        assert await turn(conn, ConsentState.PENDING) == [news.word]
        assert await turn(conn, ConsentState.GRANTED) == [news.word]
        assert await turn(conn, ConsentState.PENDING) == []
        held = {each.topic.name: each for each in await holding.holdings(conn, here, contact)}
        assert (held["News"].state, held["News"].source) == (ConsentState.GRANTED, "form")
        assert held["Offers"].state is ConsentState.NONE
        assert await service.marketing_states(conn, here, [contact]) == {}
        [counted] = [each for each in await topics.counted(conn, here) if each.id == news.id]
        assert counted.subscribers == 1
        assert await turn(conn, ConsentState.WITHDRAWN) == [news.word]
        assert await turn(conn, ConsentState.NONE) == []
    rows = await world.database.engine.fetch(
        "select e.state, e.phone, v.data from consent_event e "
        "join consent_evidence v on v.id = e.evidence_id order by e.id"
    )
    assert [row["state"] for row in rows] == ["pending", "granted", "withdrawn"]
    assert {row["phone"] for row in rows} == {PHONE}
    assert "192.0.2.1" in rows[0]["data"]
