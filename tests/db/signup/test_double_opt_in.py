"""Who subscribes is asked to confirm by text; nothing is theirs before they do."""

from typing import Any

import msgspec
import pytest

from chappe.consent import service as consent
from chappe.consent.evidence import Evidence
from chappe.consent.inbound import handle_inbound_text
from chappe.consent.model import Outcome, OutcomeKind
from chappe.consent.opt_in import service as opt_in
from chappe.consent.opt_in.model import Settings, UnknownVersion
from chappe.consent.opt_in.texts import (
    DEFAULTS,
    LONGEST,
    Kind,
    TextLacks,
    UnknownBlank,
    checked,
    filled,
    whole,
)
from chappe.consent.topics import service as topics
from chappe.consent.topics.model import TopicEntry, TopicWords
from chappe.gate.rulings import Rulings
from chappe.messages.service import MessageIds
from chappe.sending.service import Door
from chappe.signup import reminding
from chappe.signup.joining import Join, Joined, Joining, JoinState
from chappe.sms.encoding import ucs2_causes

PHONE = 33600000001


class Subscriber:
    """One person's phone, and the form they fill in."""

    def __init__(self, world: Any, clock: Any) -> None:
        self.world, self.clock, self.here = world, clock, world.workspace_id
        self.door = Door(MessageIds(world.database, clock), Rulings(world.database), clock, clock)

    async def join(self, *chosen: Any, phone: int = PHONE) -> Joined:
        async with self.world.database.transaction(self.here) as conn:
            wording = await consent.keep_wording(conn, self.here, "I want this by text")
            wanted = Join(
                phone=phone, topics=chosen, basis="express", source="form", wording_id=wording,
                evidence=Evidence(channel="web", address="192.0.2.1"),
            )  # fmt: skip
            return await Joining(self.door, self.clock).join(conn, self.here, wanted)

    async def text(self, words: str) -> Outcome:
        async with self.world.database.engine_transaction() as conn:
            return await handle_inbound_text(conn, self.here, PHONE, "38200", words, at=self.clock.now())

    async def states(self) -> dict[str, str]:
        rows = await self.world.database.engine.fetch(
            "select coalesce(t.name, k.purpose) as name, k.state from consent k "
            "left join topic t on t.word = k.purpose"
        )
        return {row["name"]: row["state"] for row in rows}

    async def received(self) -> list[str]:
        rows = await self.world.database.engine.fetch("select body from message order by id")
        return [row["body"] for row in rows]


@pytest.fixture
async def anna(world: Any, clock: Any) -> Subscriber:
    return Subscriber(world, clock)


@pytest.fixture
async def news(world: Any) -> Any:
    words = {"fr": TopicWords(title="Nouveautés", frequency="2 par mois au plus")}
    async with world.database.transaction(world.workspace_id) as conn:
        entry = TopicEntry(name="News", words=words, double_opt_in=True)
        return (await topics.create(conn, world.workspace_id, entry)).id


async def test_a_yes_makes_it_theirs_with_both_steps_as_proof(anna: Subscriber, news: Any) -> None:
    assert (await anna.join(news)).state is JoinState.PENDING
    assert (await anna.join(news)).state is JoinState.PENDING
    assert await anna.states() == {"News": "pending"}
    [question] = await anna.received()
    assert question.startswith(
        "Hello : répondez OUI pour recevoir par SMS : Nouveautés (2 par mois au plus)."
    )
    outcome = await anna.text("Oui !")
    assert (outcome.kind, outcome.settled) == (OutcomeKind.CONFIRM, True)
    assert "bienvenue" in str(outcome.answer)
    assert "STOP" in str(outcome.answer)
    assert await anna.states() == {"News": "granted"}
    rows = await anna.world.database.engine.fetch(
        "select e.state, e.source, w.text, v.data from consent_event e "
        "join consent_wording w on w.id = e.wording_id join consent_evidence v on v.id = e.evidence_id "
        "order by e.id"
    )
    assert [(row["state"], row["text"]) for row in rows] == [
        ("pending", "I want this by text"),
        ("granted", "I want this by text"),
    ]
    assert "192.0.2.1" in rows[0]["data"]
    assert "Oui !" in rows[1]["data"]
    assert (await anna.text("OUI")).kind is OutcomeKind.NONE
    assert (await anna.join(news)).state is JoinState.GRANTED


async def test_a_yes_answers_no_question_that_was_never_asked(anna: Subscriber) -> None:
    assert (await anna.text("YES")).kind is OutcomeKind.NONE
    assert await anna.states() == {}


@pytest.mark.parametrize(
    ("said", "kind", "left"),
    [
        ("Non", OutcomeKind.DECLINE, {"News": "none"}),
        ("STOP", OutcomeKind.STOP, {"News": "none", "Offers": "withdrawn"}),
    ],
)
async def test_who_says_no_or_stop_is_asked_no_more(
    anna: Subscriber, news: Any, said: str, kind: OutcomeKind, left: dict[str, str]
) -> None:
    await anna.join(news)
    assert (await anna.text(said)).kind is kind
    assert await anna.states() == left
    assert (await anna.text("OUI")).kind is OutcomeKind.NONE
    assert await anna.states() == left


async def test_a_question_is_repeated_once_and_then_over(anna: Subscriber, news: Any) -> None:
    await anna.join(news)
    database, clock = anna.world.database, anna.clock
    assert await reminding.remind(database, anna.door, clock) == 0
    clock.advance(days=1, minutes=1)
    assert await reminding.remind(database, anna.door, clock) == 1
    assert await reminding.remind(database, anna.door, clock) == 0
    assert len(await anna.received()) == 2
    assert await reminding.end(database, clock) == 0
    clock.advance(days=2)
    assert (await anna.text("OUI")).kind is OutcomeKind.NONE
    assert await reminding.end(database, clock) == 1
    assert await anna.states() == {"News": "none"}


@pytest.mark.parametrize("blocked", [True, False])
async def test_who_is_suppressed_or_blocked_is_asked_no_more(
    anna: Subscriber, news: Any, blocked: bool
) -> None:
    await anna.join(news)
    if blocked:
        await anna.world.database.engine.execute("update contact set state = 2")
    else:
        await anna.world.suppress(PHONE, "marketing")
    anna.clock.advance(days=1, minutes=1)
    assert await reminding.remind(anna.world.database, anna.door, anna.clock) == 0
    # Nor does a late yes count: it answered another question.
    assert (await anna.text("OUI")).kind is OutcomeKind.NONE
    assert await anna.states() == {"News": "none"}
    assert (await anna.join(news)).state is JoinState.SUPPRESSED
    assert len(await anna.received()) == 1


async def test_a_country_asks_where_the_topic_does_not(anna: Subscriber) -> None:
    await anna.world.database.engine.execute(
        "insert into carrier_price (workspace_id, carrier_id, prefix, price, currency) "
        "select workspace_id, id, '49', 0.07, 'EUR' from carrier"
    )
    assert (await anna.join(phone=4915112345678)).state is JoinState.PENDING
    assert (await anna.join(phone=PHONE)).state is JoinState.GRANTED
    bodies = await anna.received()
    assert bodies[0].startswith("Hello: reply YES to get Offers by text.")
    assert bodies[1].startswith("Hello : bienvenue !")
    async with anna.world.database.transaction(anna.here) as conn:
        assert await opt_in.of_phone(conn, anna.here, 4915112345678, anna.clock.now()) is not None


async def test_stop_takes_every_topic_and_start_gives_them_back(anna: Subscriber, news: Any) -> None:
    await anna.join(news)
    await anna.text("oui")
    await anna.text("STOP")
    assert (await anna.states())["News"] == "withdrawn"
    await anna.text("START")
    assert (await anna.states())["News"] == "granted"


async def test_the_proof_names_the_very_words_of_the_question(anna: Subscriber, news: Any) -> None:
    own = {"fr": {"question": "{{ brand }} : OUI pour {{ topics }}, STOP pour refuser"}}
    async with anna.world.database.transaction(anna.here) as conn:
        for texts in (own, own, {}, own):
            await opt_in.save_settings(conn, anna.here, Settings(texts=texts))
        kept = await opt_in.versions(conn, anna.here)
        assert [each.version for each in kept] == [3, 2, 1], "what changed nothing is no version"
        assert kept[0].texts["fr"]["question"] == own["fr"]["question"]
        assert kept[1].texts == whole({}), "ours are kept as they were"
        assert await opt_in.version(conn, anna.here, 3) == kept[0]
        with pytest.raises(UnknownVersion):
            await opt_in.version(conn, anna.here, 4)
    await anna.join(news)
    async with anna.world.database.transaction(anna.here) as conn:
        await opt_in.save_settings(conn, anna.here, Settings())
    await anna.text("Oui")
    [proof] = await anna.world.database.engine.fetch(
        "select data from consent_evidence where data like '%Oui%'"
    )
    evidence = msgspec.json.decode(proof["data"], type=Evidence)
    assert evidence.question == "Hello : OUI pour Nouveautés (2 par mois au plus), STOP pour refuser"
    assert evidence.question_version == "3"


def test_a_text_must_say_what_the_person_has_to_know() -> None:
    said = "{{ brand }}: YES for {{ topics }}, STOP to refuse"
    assert checked(f"  {said} ", "en", Kind.QUESTION, field="q") == said
    assert checked(" ", "en", Kind.QUESTION, field="q") == ""
    for lacking in ("{{ brand }} YES STOP", "{{ brand }} {{ topics }} STOP", "{{ brand }} {{ topics }} YES"):
        with pytest.raises(TextLacks):
            checked(lacking, "en", Kind.REMINDER, field="q")
    with pytest.raises(TextLacks) as refused:
        checked(said, "fr", Kind.QUESTION, field="q")
    assert refused.value.params["what"] == "OUI"
    with pytest.raises(UnknownBlank):
        checked(f"{said} {{{{ price }}}}", "en", Kind.WELCOME, field="q")


def test_our_own_texts_say_all_of_it() -> None:
    for (language, kind), text in DEFAULTS.items():
        assert checked(text, language, kind, field="q") == text
        assert len(filled(text, "A shop of some length", [], language)) < LONGEST
        assert not ucs2_causes(text), (language, kind)
