"""/compliance/words: what a reply would do, without doing it. The inbox, with a question that waits."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from chappe.consent import service as consent
from chappe.contacts import service as contacts
from chappe.contacts.model import IncomingContact
from chappe.db.keys import InstanceKeys
from chappe.inbox.model import CONVERSATION_ID

ANNA = 33612345678


async def test_what_a_reply_would_do(browser: Any, server: Any) -> None:
    await browser.log_in()
    page = await browser.get("/compliance/words")
    assert page.status_code == 200
    assert "DESABONNER" in page.text
    for text, title in (
        ("merci de ne plus m'écrire", "They leave"),
        ("STOP this bill", "They are asked once"),
        ("please cancel my order", "A person reads it"),
        ("START", "They come back"),
        ("AIDE", "They get help"),
        ("oui", "A yes or a no answers"),
        ("<b>shop</b>", "It waits in the inbox"),
    ):
        answer = await browser.get(f"/compliance/words?{urlencode({'text': text})}")
        assert title in answer.text
    assert "<b>shop" not in answer.text
    assert await server.database.engine.fetchval("select count(*) from suppression") == 0


async def test_the_inbox_shows_a_question_that_waits(browser: Any, server: Any, keys: InstanceKeys) -> None:
    async with server.database.engine_transaction() as conn:
        merged = await contacts.merge(
            conn, server.workspace_id, [IncomingContact(phone=ANNA, zones="Europe/Paris")]
        )
        now = datetime.now(UTC)
        await consent.handle_inbound_text(conn, server.workspace_id, ANNA, "38200", "STOP this bill", at=now)
    assert merged
    await browser.log_in()
    shown = await browser.get("/inbox/" + keys.ids.encode(CONVERSATION_ID, ANNA))
    assert "Asked whether to stop" in shown.text
