"""What a file says of consent, and what it cannot: rows of the ledger, refusals that stay, topics."""

import msgspec
from tests.db.signup.importing import ANNA, BORIS, FILE, PROOF, Imports, counts

from chappe.consent import service as consent
from chappe.consent.model import ConsentState, NewSuppression, SuppressionScope
from chappe.consent.topics import service as topics
from chappe.consent.topics.model import TopicEntry
from chappe.contacts import service as contacts
from chappe.signup.jobs import run_next_import


async def test_the_ledger_keeps_the_file_the_row_and_the_number(imports: Imports) -> None:
    """Of new contacts and of those who were there: Boris comes again, on the third row, and agrees."""
    await imports.run("Portable\n0698765432\n", proof=None)
    await imports.run("Portable\n0612345678\n0698765432\n")
    rows = await imports.database.engine.fetch(
        "select e.phone, e.row_number, v.data, v.shared from consent_event as e "
        "join consent_evidence as v on v.id = e.evidence_id order by e.row_number"
    )
    data = '{"channel":"import","file":"clients.csv"}'
    assert [tuple(row) for row in rows] == [(ANNA, 2, data, True), (BORIS, 3, data, True)]


async def test_without_stated_consent_nobody_gets_marketing(imports: Imports) -> None:
    await imports.run(FILE, proof=None)
    assert await imports.consents() == {}
    await imports.run(FILE)
    assert await imports.consents() == {ANNA: "granted", BORIS: "granted"}


async def test_the_suppressed_stay_suppressed_and_are_counted(imports: Imports) -> None:
    here = imports.workspace_id
    async with imports.database.transaction(here) as conn:
        stopped = NewSuppression(
            phone=ANNA, scope=SuppressionScope.MARKETING, reason="stop", source="inbound"
        )
        await consent.suppress(conn, here, [stopped])
    done = await imports.run(FILE + "0612345678;;\n")
    assert counts(done) == {"rows_read": 3, "created": 2, "duplicates": 1, "suppressed": 1}
    assert await imports.consents() == {BORIS: "granted"}
    async with imports.database.transaction(here) as conn:
        assert await consent.suppressed(conn, here, [ANNA]) == {ANNA: SuppressionScope.MARKETING}


async def test_who_was_erased_is_known_again_in_the_very_batch(imports: Imports) -> None:
    here, keys = imports.workspace_id, imports.database.number_keys
    async with imports.database.transaction(here) as conn:
        await consent.forget_numbers(conn, here, [ANNA], keys)
    done = await imports.run(FILE)
    assert counts(done) == {"rows_read": 2, "created": 2, "suppressed": 1}
    assert await imports.consents() == {BORIS: "granted"}
    assert await imports.database.engine.fetchval("select count(*) from suppression_unmatched") == 0


async def test_stop_then_start_then_import_keeps_the_persons_word(imports: Imports) -> None:
    await imports.run(FILE)
    here, at = imports.workspace_id, imports.clock.now()
    async with imports.database.engine_transaction() as conn:
        await consent.handle_inbound_text(conn, here, ANNA, "36105", "STOP", at=at)
    await imports.run(FILE)
    async with imports.database.engine_transaction() as conn:
        known = await contacts.ids_by_phone(conn, here, [ANNA])
        assert await consent.marketing_states(conn, here, [known[ANNA]]) == {
            known[ANNA]: ConsentState.WITHDRAWN
        }


async def test_consent_to_the_topics_that_people_agreed_to(imports: Imports) -> None:
    here, engine = imports.workspace_id, imports.database.engine
    async with imports.database.transaction(here) as conn:
        offers = await topics.default_topic(conn, here)
        news = await topics.create(conn, here, TopicEntry(name="News"))
        left = await topics.create(conn, here, TopicEntry(name="Left"))
    proof = msgspec.structs.replace(PROOF, topics=(news.id,))

    async def held() -> dict[tuple[int, str], str]:
        rows = await engine.fetch(
            "select phone, purpose, k.state from consent k join contact c on c.id = k.contact_id"
        )
        return {(row["phone"], row["purpose"]): row["state"] for row in rows}

    await imports.run(FILE, proof=proof)
    assert await held() == {(ANNA, news.word): "granted", (BORIS, news.word): "granted"}
    await engine.execute("update consent set state = 'withdrawn' where purpose = $1", news.word)
    both = msgspec.structs.replace(PROOF, topics=(offers.id, news.id, left.id))
    await imports.upload(FILE.encode(), proof=both)
    async with imports.database.transaction(here) as conn:
        await topics.archive(conn, here, left.id)
    assert await run_next_import(imports.database, imports.clock)
    assert await held() == {
        (phone, word): state
        for phone in (ANNA, BORIS)
        for word, state in ((news.word, "withdrawn"), (offers.word, "granted"), (left.word, "granted"))
    }
    events = await engine.fetch("select purpose, row_number, phone from consent_event order by 1, 2")
    assert [tuple(each) for each in events][:2] == [("marketing", 2, ANNA), ("marketing", 3, BORIS)]
    assert len(events) == 6
