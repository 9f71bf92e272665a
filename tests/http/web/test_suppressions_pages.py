"""The suppression list over HTTP: found by any spelling, added to, lifted with a reason and a new consent."""

import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from chappe.consent import service as consent
from chappe.consent.model import ConsentState
from chappe.contacts import service as contacts
from chappe.contacts.model import IncomingContact

ANNA = 33612345678
ROW = 'href="/suppressions/sup_'


@pytest.fixture
async def stopped(server: Any) -> int:
    """Anna, a contact, wrote STOP: her key."""
    async with server.database.engine_transaction() as conn:
        merged = await contacts.merge(
            conn, server.workspace_id, [IncomingContact(phone=ANNA, zones="Europe/Paris")]
        )
        await consent.handle_inbound_text(
            conn, server.workspace_id, ANNA, "38200", "STOP", at=datetime.now(UTC)
        )
        return merged[0].id


async def actions(server: Any) -> list[str]:
    rows = await server.database.engine.fetch("select action from audit_event order by id")
    return [row["action"] for row in rows if row["action"].startswith("suppression.")]


async def test_the_empty_list_teaches(browser: Any) -> None:
    await browser.log_in()
    page = await browser.get("/suppressions")
    assert (page.status_code, "Nobody is suppressed" in page.text) == (200, True)


@pytest.mark.parametrize("typed", ["06 12 34 56 78", "+33612345678", "0033 6 12 34", "5678"])
async def test_a_number_is_found_in_any_spelling(browser: Any, stopped: int, typed: str) -> None:
    await browser.log_in()
    found = await browser.http.get(
        "/suppressions", params={"q": typed}, headers=browser._headers({"accept": "text/html"})
    )
    assert ROW in found.text


async def test_what_does_not_match_is_not_shown(browser: Any, stopped: int) -> None:
    await browser.log_in()
    assert ROW not in (await browser.get("/suppressions?q=0700000000")).text
    assert ROW not in (await browser.get("/suppressions?q=anna")).text
    assert ROW not in (await browser.get("/suppressions?scope=all")).text
    assert ROW in (await browser.get("/suppressions?source=inbound")).text


async def test_numbers_are_added_all_or_none(browser: Any, server: Any, stopped: int) -> None:
    await browser.log_in()
    token = browser.token(await browser.get("/suppressions/new"))
    form = {"numbers": "06 98 76 54 32\nnonsense, 06", "scope": "all", "reason": "Plainte"}
    wrong = await browser.post("/suppressions/new", form, token=token)
    assert wrong.status_code == 422
    assert "2 lines are no numbers that can be texted: nonsense, 06" in wrong.text
    assert "06 98 76 54 32" in wrong.text
    good = form | {"numbers": "06 98 76 54 32; +33612345678\n0698765432"}
    done = await browser.post("/suppressions/new", good, token=token)
    assert done.headers["location"] == "/suppressions?notice=added&n=2"
    assert "2 numbers are suppressed from now on." in (await browser.get(done.headers["location"])).text
    again = await browser.post("/suppressions/new", good, token=token)
    assert again.headers["location"].endswith("n=0")
    assert await actions(server) == ["suppression.added"]
    note = await browser.post("/suppressions/validate", {"numbers": "x", "_field": "numbers"}, token=token)
    assert "1 line is no number" in note.text


async def test_a_persons_stop_is_lifted_only_with_their_new_consent(
    browser: Any, server: Any, stopped: int
) -> None:
    await browser.log_in()
    listed = await browser.get("/suppressions")
    found = re.search(r'href="(/suppressions/sup_\w+)"', listed.text)
    assert found is not None
    path = found[1]
    assert "STOP" in (await browser.get(path)).text
    asked = await browser.get(f"{path}/lift")
    token = browser.token(asked)
    assert "This person asked to stop." in asked.text
    silent = await browser.post(f"{path}/lift", {}, token=token)
    assert (silent.status_code, "Say why it is lifted" in silent.text) == (422, True)
    for form in ({"reason": "Erreur"}, {"reason": "Erreur", "words": "J'accepte"}):
        refused = await browser.post(f"{path}/lift", form, token=token)
        assert refused.status_code == 422
    whole = {"reason": "Revenue en boutique", "words": "J'accepte les offres par SMS", "source": "Caisse"}
    lifted = await browser.post(f"{path}/lift", whole, token=token)
    assert lifted.headers["location"] == "/suppressions?notice=lifted"
    async with server.database.engine_transaction() as conn:
        assert await consent.suppressed(conn, server.workspace_id, [ANNA]) == {}
        states = await consent.marketing_states(conn, server.workspace_id, [stopped])
        assert states == {stopped: ConsentState.GRANTED}
        wording = await conn.fetchval(
            "select text from consent_wording join consent_event e on e.wording_id = consent_wording.id"
            " where e.contact_id = $1",
            stopped,
        )
        assert wording == "J'accepte les offres par SMS"
    assert await actions(server) == ["suppression.lifted"]
    again = await browser.post(f"{path}/lift", whole, token=token)
    assert again.status_code == 404
    assert "Revenue en boutique" in (await browser.get(path)).text


async def test_what_was_added_by_hand_is_lifted_with_a_reason(browser: Any, server: Any) -> None:
    await browser.log_in()
    token = browser.token(await browser.get("/suppressions/new"))
    form = {"numbers": "+33698765432", "scope": "all", "reason": "Mauvais numéro"}
    await browser.post("/suppressions/new", form, token=token)
    found = re.search(r'href="(/suppressions/sup_\w+)"', (await browser.get("/suppressions")).text)
    assert found is not None
    lifted = await browser.post(f"{found[1]}/lift", {"reason": "C'était le bon"}, token=token)
    assert lifted.status_code == 303
    assert "Nobody is suppressed" in (await browser.get("/suppressions")).text


async def test_the_list_is_exported_safely(
    browser: Any, server: Any, client: httpx.AsyncClient, stopped: int
) -> None:
    await client.post("/v1/suppressions", json={"phone": "+33698765432", "reason": "=1+1"})
    await browser.log_in()
    file = await browser.get("/suppressions/export.csv")
    assert file.headers["content-disposition"] == 'attachment; filename="suppressions.csv"'
    lines = file.text.splitlines()
    assert lines[0] == "\ufeffnumber,scope,reason,source,since"
    assert lines[1].startswith("+33612345678,marketing,stop,inbound,")
    assert lines[2].startswith("+33698765432,marketing,'=1+1,api,")
    assert await actions(server) == ["suppression.exported"]
