"""Opt-outs in sentences, the one question that a doubt is answered with, and its answers."""

from datetime import UTC, datetime, timedelta

import pytest

from chappe.consent import questions, service
from chappe.consent.model import ConsentState, Outcome, OutcomeKind, StatedConsent, SuppressionScope
from chappe.contacts import service as contacts
from chappe.contacts.model import IncomingContact
from chappe.db.pool import Connection, Database

ANNA = 33612345678
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HELD = {ANNA: SuppressionScope.MARKETING}


@pytest.fixture
async def here(database: Database) -> int:
    key: int = await database.engine.fetchval("insert into workspace (name) values ('ACME') returning id")
    return key


async def say(conn: Connection, here: int, text: str, at: datetime = NOON) -> Outcome:
    return await service.handle_inbound_text(conn, here, ANNA, "36105", text, at=at, inbound_id=7)


async def known_contact(conn: Connection, here: int) -> int:
    merged = await contacts.merge(conn, here, [IncomingContact(phone=ANNA, zones="Europe/Paris")])
    proof = StatedConsent(basis="express", source="form", text="yes")
    await service.grant_marketing(
        conn, here, [merged[0].id], proof, await service.keep_wording(conn, here, "yes")
    )
    return merged[0].id


async def test_a_sentence_withdraws_and_stays_for_a_person_to_read(database: Database, here: int) -> None:
    async with database.engine_transaction() as conn:
        contact = await known_contact(conn, here)
        outcome = await say(conn, here, "merci de ne plus m'envoyer de sms")
        assert (outcome.kind, outcome.keyword, outcome.settled) == (OutcomeKind.STOP, "stop", False)
        assert outcome.answer is not None
        assert await service.suppressed(conn, here, [ANNA]) == HELD
        assert await service.marketing_states(conn, here, [contact]) == {contact: ConsentState.WITHDRAWN}


async def test_a_doubt_holds_marketing_and_asks_once(database: Database, here: int) -> None:
    async with database.engine_transaction() as conn:
        contact = await known_contact(conn, here)
        first = await say(conn, here, "STOP this bill")
        second = await say(conn, here, "stop cette facture", NOON + timedelta(hours=1))
        assert (first.kind, second.kind) == (OutcomeKind.ASK, OutcomeKind.ASK)
        assert first.answer is not None
        assert second.answer is None
        assert await service.suppressed(conn, here, [ANNA]) == HELD
        assert await service.marketing_states(conn, here, [contact]) == {contact: ConsentState.GRANTED}
        waiting = await questions.of_number(conn, here, ANNA, NOON)
        assert waiting is not None
        assert waiting.expires_at == NOON + questions.WAITS


@pytest.mark.parametrize(
    ("reply", "kind", "held", "consent"),
    [
        ("OUI", OutcomeKind.STOP, HELD, ConsentState.WITHDRAWN),
        ("yes!", OutcomeKind.STOP, HELD, ConsentState.WITHDRAWN),
        ("non", OutcomeKind.KEEP, {}, ConsentState.GRANTED),
        ("STOP", OutcomeKind.STOP, HELD, ConsentState.WITHDRAWN),
        ("START", OutcomeKind.START, {}, ConsentState.GRANTED),
    ],
)
async def test_the_answers(
    database: Database,
    here: int,
    reply: str,
    kind: OutcomeKind,
    held: dict[int, SuppressionScope],
    consent: ConsentState,
) -> None:
    async with database.engine_transaction() as conn:
        contact = await known_contact(conn, here)
        await say(conn, here, "STOP this bill")
        outcome = await say(conn, here, reply, NOON + timedelta(days=1))
        assert outcome.kind is kind
        assert outcome.settled
        assert await service.suppressed(conn, here, [ANNA]) == held
        assert await service.marketing_states(conn, here, [contact]) == {contact: consent}
        assert await questions.of_number(conn, here, ANNA, NOON) is None


async def test_yes_and_no_mean_nothing_without_a_question(database: Database, here: int) -> None:
    async with database.engine_transaction() as conn:
        contact = await known_contact(conn, here)
        for text in ("OUI", "non", "yes"):
            assert await say(conn, here, text) == Outcome(kind=OutcomeKind.NONE)
        await say(conn, here, "STOP this bill")
        late = NOON + questions.WAITS
        assert (await say(conn, here, "NO", late)).kind is OutcomeKind.NONE
        # Nobody answered in time: the wish that was feared stands.
        assert await service.suppressed(conn, here, [ANNA]) == HELD
        await say(conn, here, "STOP", late)
        assert await service.marketing_states(conn, here, [contact]) == {contact: ConsentState.WITHDRAWN}
        assert (await say(conn, here, "NO", late)).kind is OutcomeKind.NONE


async def test_who_has_left_is_not_asked(database: Database, here: int) -> None:
    async with database.engine_transaction() as conn:
        await known_contact(conn, here)
        await say(conn, here, "STOP")
        assert (await say(conn, here, "STOP this bill")).answer is None
        assert await questions.of_number(conn, here, ANNA, NOON) is None
