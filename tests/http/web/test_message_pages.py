"""The message log and the message page, as a browser gets them."""

import re
from typing import Any

import pytest

from chappe.db.keys import InstanceKeys

LONG = "Un texte qui ne tient pas dans une partie. " * 5
PHONE = "+33612345678"


@pytest.fixture
async def sender(client: Any) -> str:
    settings = {"host": "127.0.0.1", "port": 2775, "system_id": "me", "password": "secret"}
    await client.post("/v1/carriers", json={"name": "Lab", "kind": "smpp", "settings": settings})
    made = await client.post("/v1/senders", json={"address": "36179", "kind": "short_code"})
    return str(made.json()["id"])


async def _send(client: Any, sender: str, body: str, purpose: str = "transactional") -> str:
    message = {"to": PHONE, "sender_id": sender, "body": body, "purpose": purpose}
    answer = await client.post("/v1/messages", json=message)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def _said(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).replace("\N{NO-BREAK SPACE}", " ").split())


async def test_a_message_tells_its_steps_its_parts_and_why(client: Any, browser: Any, sender: str) -> None:
    message = await _send(client, sender, LONG)
    await browser.log_in()
    said = _said((await browser.get(f"/messages/{message}", **{"accept-language": "fr"})).text)
    assert "+33 6 12 34 56 78" in said
    assert "Partie 1 sur 2" in said
    assert "Pourquoi il a été envoyé" in said
    assert "Ce but ne demande pas de consentement marketing" in said


async def test_what_was_skipped_says_why(client: Any, browser: Any, sender: str) -> None:
    await client.post("/v1/suppressions", json={"phone": PHONE, "reason": "asked at the counter"})
    message = await _send(client, sender, "-20 %", "marketing")
    await browser.log_in()
    said = _said((await browser.get(f"/messages/{message}")).text)
    assert "Why it was not sent" in said
    assert "The number was on the suppression list" in said


async def test_the_carriers_words_stand_beside_the_state(
    client: Any, browser: Any, sender: str, server: Any, keys: InstanceKeys
) -> None:
    message = await _send(client, sender, LONG)
    await server.database.engine.execute(
        "insert into message_state (id, workspace_id, state, parts, carrier_number, provider_id, more_ids, "
        "done_mask, failed_mask, reason, submitted_at, done_at) "
        "select $1, $2, 5, 2, number, 'A1', '{A2}', 3, 2, 'err:011', now(), now() from carrier",
        keys.ids.decode("msg", message),
        server.workspace_id,
    )
    await browser.log_in()
    said = _said((await browser.get(f"/messages/{message}")).text)
    assert "In the carrier's words: err:011" in said
    assert "The carrier's id: A2" in said
    assert "Handed to Lab" in said


async def test_an_address_that_is_no_message_leads_nowhere(browser: Any) -> None:
    await browser.log_in()
    assert (await browser.get("/messages/msg_nothing")).status_code == 404


async def test_the_log_is_searched_by_number_in_any_spelling(client: Any, browser: Any, sender: str) -> None:
    await _send(client, sender, "Un premier texte")
    await browser.log_in()
    assert "Un premier texte" in (await browser.get("/messages")).text
    assert "Un premier texte" in (await browser.get("/messages?to=06+12+34+56+78")).text
    other = (await browser.get("/messages?to=06+12+34+56+79")).text
    assert "Un premier texte" not in other
    assert "Nothing matches" in other


async def test_a_state_without_a_day_is_that_of_today(client: Any, browser: Any, sender: str) -> None:
    await _send(client, sender, "Un texte en attente")
    await browser.log_in()
    page = (await browser.get("/messages?state=queued")).text
    assert "this is today" in page
    assert "Un texte en attente" in page
    assert "Un texte en attente" not in (await browser.get("/messages?state=delivered")).text


async def test_what_is_no_number_is_said(browser: Any) -> None:
    await browser.log_in()
    assert "This is no whole phone number" in (await browser.get("/messages?to=0612")).text


async def test_an_empty_log_teaches(browser: Any) -> None:
    await browser.log_in()
    assert "No message yet" in (await browser.get("/messages")).text
