"""STOP, START and HELP, on the rows they leave."""

from datetime import UTC, datetime, timedelta

import pytest

from chappe.consent import service
from chappe.consent.model import (
    ConsentState,
    InboundText,
    NewSuppression,
    Outcome,
    OutcomeKind,
    StatedConsent,
    SuppressionScope,
)
from chappe.contacts import service as contacts
from chappe.contacts.model import IncomingContact
from chappe.db.pool import Connection, Database

ANNA, BORIS = 33612345678, 12025550123
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
async def here(database: Database) -> int:
    key: int = await database.engine.fetchval("insert into workspace (name) values ('ACME') returning id")
    return key


async def say(
    conn: Connection, here: int, text: str, phone: int | None = ANNA, at: datetime = NOON
) -> Outcome:
    return await service.handle_inbound_text(conn, here, phone, "36105", text, at=at, inbound_id=7)


async def known_contact(conn: Connection, here: int, phone: int, language: str | None = None) -> int:
    merged = await contacts.merge(
        conn, here, [IncomingContact(phone=phone, zones="Europe/Paris", language=language)]
    )
    proof = StatedConsent(basis="express", source="form", text="yes")
    await service.grant_marketing(
        conn, here, [merged[0].id], proof, await service.keep_wording(conn, here, "yes")
    )
    return merged[0].id


@pytest.mark.parametrize(
    "text", ["STOP", "stop", "Stop.", "S T O P", "Arrêt", "opt out", "désabonner", "BAJA"]
)
async def test_stop_suppresses_and_is_confirmed_once(database: Database, here: int, text: str) -> None:
    async with database.engine_transaction() as conn:
        contact = await known_contact(conn, here, ANNA)
        first = await say(conn, here, text)
        second = await say(conn, here, text, at=NOON + timedelta(minutes=1))
        assert (first.kind, second.kind) == (OutcomeKind.STOP, OutcomeKind.STOP)
        assert first.answer is not None
        assert first.answer.startswith("ACME")
        assert second.answer is None
        assert await service.suppressed(conn, here, [ANNA]) == {ANNA: SuppressionScope.MARKETING}
        assert await service.marketing_states(conn, here, [contact]) == {contact: ConsentState.WITHDRAWN}
        rows = await conn.fetch("select reason, source, raw, inbound_id from suppression")
        assert [tuple(row) for row in rows] == [("stop", "inbound", text, 7)]
        events = await conn.fetch("select state, inbound_id from consent_event order by id")
        assert [tuple(event) for event in events] == [("granted", None), ("withdrawn", 7)]


@pytest.mark.parametrize(
    "text", ["", "merci", 'Disliked "Reply STOP to unsubscribe"', "\0", "oui", "non", "shop", "non-stop"]
)
async def test_other_texts_do_nothing(database: Database, here: int, text: str) -> None:
    async with database.engine_transaction() as conn:
        assert await say(conn, here, text) == Outcome(kind=OutcomeKind.NONE)
        assert await conn.fetchval("select count(*) from suppression") == 0


async def test_unknown_numbers_and_names_break_nothing(database: Database, here: int) -> None:
    async with database.engine_transaction() as conn:
        stranger = await say(conn, here, "STOP", phone=99912345678)
        nobody = await say(conn, here, "STOP", phone=None)
    assert stranger.answer is not None
    assert (nobody.kind, nobody.answer) == (OutcomeKind.STOP, None)


async def test_start_lifts_the_persons_own_stop(database: Database, here: int) -> None:
    async with database.engine_transaction() as conn:
        contact = await known_contact(conn, here, ANNA)
        await say(conn, here, "STOP")
        outcome = await say(conn, here, "START")
        assert outcome.kind is OutcomeKind.START
        assert outcome.answer is not None
        assert await service.suppressed(conn, here, [ANNA]) == {}
        assert await service.marketing_states(conn, here, [contact]) == {contact: ConsentState.GRANTED}
        assert await conn.fetchval("select lifted_by from suppression") == "inbound"
        assert (await say(conn, here, "START", at=NOON + timedelta(days=2))).answer is None


@pytest.mark.parametrize(
    ("scope", "source"), [(SuppressionScope.ALL, "carrier"), (SuppressionScope.MARKETING, "api")]
)
async def test_start_does_not_lift_what_others_suppressed(
    database: Database, here: int, scope: SuppressionScope, source: str
) -> None:
    async with database.engine_transaction() as conn:
        contact = await known_contact(conn, here, ANNA)
        blocked = NewSuppression(phone=ANNA, scope=scope, reason="blocked", source=source)
        await service.suppress(conn, here, [blocked])
        assert (await say(conn, here, "START")).answer is None
        assert await service.suppressed(conn, here, [ANNA]) == {ANNA: scope}
        assert await service.marketing_states(conn, here, [contact]) == {contact: ConsentState.GRANTED}


@pytest.mark.parametrize("source", ["api", "page", "request"])
async def test_start_does_not_lift_what_was_said_for_them_after_their_stop(
    database: Database, here: int, source: str
) -> None:
    async with database.engine_transaction() as conn:
        contact = await known_contact(conn, here, ANNA)
        await say(conn, here, "STOP")
        told = NewSuppression(phone=ANNA, scope=SuppressionScope.MARKETING, reason="by phone", source=source)
        await service.suppress(conn, here, [told])
        assert (await say(conn, here, "START")).answer is None
        assert await service.suppressed(conn, here, [ANNA]) == {ANNA: SuppressionScope.MARKETING}
        assert await service.marketing_states(conn, here, [contact]) == {contact: ConsentState.WITHDRAWN}
        rows = await conn.fetch("select reason, source, raw, inbound_id from suppression")
        assert [tuple(row) for row in rows] == [("by phone", source, "STOP", 7)]


async def test_start_alone_gives_no_consent(database: Database, here: int) -> None:
    async with database.engine_transaction() as conn:
        merged = await contacts.merge(conn, here, [IncomingContact(phone=ANNA, zones="Europe/Paris")])
        assert (await say(conn, here, "START")).answer is None
        assert await service.marketing_states(conn, here, [merged[0].id]) == {}
        # A STOP took nothing from them, so there is nothing to give back.
        await say(conn, here, "STOP")
        await say(conn, here, "START")
        assert await service.suppressed(conn, here, [ANNA]) == {}
        states = await service.marketing_states(conn, here, [merged[0].id])
        assert states == {merged[0].id: ConsentState.WITHDRAWN}


async def test_help_answers_once_a_day_in_the_readers_language(database: Database, here: int) -> None:
    async with database.engine_transaction() as conn:
        await known_contact(conn, here, ANNA, language="en")
        english = await say(conn, here, "INFO")
        again = await say(conn, here, "HELP", at=NOON + timedelta(hours=23))
        next_day = await say(conn, here, "HELP", at=NOON + timedelta(hours=24))
        french = await say(conn, here, "AIDE", phone=BORIS)
    assert english.answer is not None
    assert "Reply STOP" in english.answer
    assert again.answer is None
    assert next_day.answer is not None
    assert french.answer is not None
    assert "Répondez STOP" in french.answer


async def test_two_machines_fall_silent(database: Database, here: int) -> None:
    """S15: each answers whatever comes with a keyword of its own."""
    spoken = 0
    async with database.engine_transaction() as conn:
        for turn in range(50):
            word = ("STOP", "START", "HELP")[turn % 3]
            spoken += (await say(conn, here, word, at=NOON + timedelta(seconds=turn))).answer is not None
    assert spoken == 3


async def test_a_batch_is_taken_in_order(database: Database, here: int) -> None:
    def text(phone: int, words: str) -> InboundText:
        return InboundText(phone=phone, destination="36105", text=words, at=NOON)

    async with database.engine_transaction() as conn:
        outcomes = await service.handle_inbound(
            conn,
            here,
            [
                text(ANNA, "STOP"),
                text(BORIS, "STOP"),
                text(ANNA, "bonjour"),
                text(ANNA, "START"),
                text(BORIS, "HELP"),
                text(BORIS, "START"),
                text(BORIS, "STOP"),
            ],
        )
        suppressed = await service.suppressed(conn, here, [ANNA, BORIS])
        assert await service.handle_inbound(conn, here, []) == []
    assert [outcome.kind.value for outcome in outcomes] == [
        "stop",
        "stop",
        "none",
        "start",
        "help",
        "start",
        "stop",
    ]
    assert [outcome.answer is not None for outcome in outcomes] == [
        True,
        True,
        False,
        True,
        True,
        True,
        False,  # the second STOP of the day: done, and not confirmed again
    ]
    assert suppressed == {BORIS: SuppressionScope.MARKETING}
