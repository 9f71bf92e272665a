"""The consent log and the proof of a person, on pages and in the API."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from chappe.consent import service as consent
from chappe.consent.ledger.checking import check
from chappe.consent.model import StatedConsent
from chappe.contacts import service as contacts
from chappe.contacts.model import IncomingContact

ANNA, BORIS = 33612345678, 33698765432
WORDS = "I agree to receive offers by text"


@pytest.fixture
async def agreed(server: Any) -> None:
    """Anna and Boris agreed; Anna wrote STOP."""
    here = server.workspace_id
    async with server.database.engine_transaction() as conn:
        people = [
            IncomingContact(phone=ANNA, zones="Europe/Paris", attributes={"first_name": "Anna"}),
            IncomingContact(phone=BORIS, zones="Europe/Paris"),
        ]
        merged = await contacts.merge(conn, here, people)
        wording = await consent.keep_wording(conn, here, WORDS)
        proof = StatedConsent(basis="written", source="at the counter", text=WORDS)
        known = {answer.id: person.phone for answer, person in zip(merged, people, strict=True)}
        await consent.grant_marketing(conn, here, [], proof, wording, new=known)
    async with server.database.engine_transaction() as conn:
        await consent.handle_inbound_text(conn, here, ANNA, "38200", "stop svp", at=datetime.now(UTC))


async def test_the_log_and_the_proof_over_the_api(client: httpx.AsyncClient, agreed: None) -> None:
    empty = (await client.get("/v1/consent-ledger")).json()
    assert (empty["events"], empty["waiting"], empty["checkpoint"], empty["keys"]) == (3, 3, None, [])
    listed = (await client.get("/v1/consents")).json()["data"]
    assert [(row["phone"], row["state"]) for row in listed] == [
        ("+33612345678", "granted"),
        ("+33698765432", "granted"),
        ("+33612345678", "withdrawn"),
    ]
    assert listed[0]["words"] == WORDS
    assert (listed[2]["evidence"]["raw"], listed[2]["evidence"]["to"]) == ("stop svp", "38200")
    asked = {"state": "withdrawn", "phone": "+33612345678"}
    assert [row["id"] for row in (await client.get("/v1/consents", params=asked)).json()["data"]] == [
        listed[2]["id"]
    ]
    later = {"since": "2100-01-01T00:00:00Z"}
    assert (await client.get("/v1/consents", params=later)).json()["data"] == []
    file = await client.get(f"/v1/contacts/{listed[0]['contact_id']}/consent-proof")
    verdict = check(file.content)
    assert [each.payload.state for each in verdict.events] == ["granted", "withdrawn"]
    sealed = (await client.get("/v1/consent-ledger")).json()
    assert (sealed["waiting"], sealed["keys"][0]["fingerprint"]) == (0, verdict.fingerprint)
    signed = (await client.get("/v1/consent-ledger/checkpoints")).json()["data"]
    assert [each["statement"]["events"] for each in signed] == [3]
    assert signed[0] == sealed["checkpoint"]


async def test_a_contact_who_was_never_asked_has_no_proof(client: httpx.AsyncClient, server: Any) -> None:
    async with server.database.engine_transaction() as conn:
        people = [IncomingContact(phone=ANNA, zones="Europe/Paris")]
        await contacts.merge(conn, server.workspace_id, people)
    contact = (await client.get("/v1/contacts")).json()["data"][0]["id"]
    answer = await client.get(f"/v1/contacts/{contact}/consent-proof")
    assert (answer.status_code, answer.json()["code"]) == (404, "nothing_to_prove")


async def test_the_log_is_looked_through(browser: Any, agreed: None) -> None:
    await browser.log_in()
    page = (await browser.get("/consents")).text
    assert page.count("row-link") == 3
    assert "Anna" in page
    counts = {
        "state=withdrawn": 1,
        "q=%2B33698765432": 1,
        "source=inbound": 1,
        "source=import": 0,
        "purpose=marketing": 3,
        "since=2100-01-01": 0,
    }
    for query, count in counts.items():
        assert (await browser.get(f"/consents?{query}")).text.count("row-link") == count, query
    assert "Not yet" in (await browser.get("/consents/ledger")).text
    assert (await browser.get("/consents/key.pem")).status_code == 404


async def test_a_person_s_words_and_their_proof(browser: Any, server: Any, agreed: None) -> None:
    await browser.log_in()
    log = (await browser.get("/consents?state=withdrawn")).text
    event = log.split('href="/consents/cev_')[1].split('"')[0]
    told = (await browser.get(f"/consents/cev_{event}")).text
    assert "stop svp" in told
    contact = told.split('href="/contacts/con_')[1].split("/")[0]
    assert WORDS in (await browser.get(f"/contacts/con_{contact}/consents")).text
    file = await browser.get(f"/contacts/con_{contact}/consents/proof.json")
    assert check(file.content).phone == "+33612345678"
    pdf = await browser.get(f"/contacts/con_{contact}/consents/proof.pdf")
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    key = await browser.get("/consents/key.pem")
    assert key.text.startswith("-----BEGIN PUBLIC KEY-----")
    actions = await server.database.engine.fetch("select action from audit_event")
    assert [row["action"] for row in actions].count("consent.proved") == 2


async def test_a_new_key_is_made_on_the_page_and_older_proofs_stay_good(
    server: Any, browser: Any, client: httpx.AsyncClient, agreed: None
) -> None:
    await browser.log_in()
    token = browser.cookies["__Host-chappe-csrf"]
    listed = (await client.get("/v1/consents")).json()["data"]
    of_anna = f"/v1/contacts/{listed[0]['contact_id']}/consent-proof"
    before = (await client.get(of_anna)).content
    old = check(before).fingerprint
    assert "Make a new key" in (await browser.get("/consents/ledger/key")).text
    left = await browser.post("/consents/ledger/key", {}, token=token)
    assert left.headers["location"] == "/consents?notice=key"
    after = (await client.get(of_anna)).content
    assert check(before).fingerprint == old != check(after).fingerprint
    assert check(after, fingerprint=old) == check(after)
    page = (await browser.get("/consents/ledger")).text
    assert "Keys before it" in page
    assert all(f"<span>{old[at : at + 4]}</span>" in page for at in range(0, 32, 4))
