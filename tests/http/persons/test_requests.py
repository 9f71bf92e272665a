"""Requests of persons on their pages and over the API: received, identified, answered."""

import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.http.browser import Browser

from chappe.consent.inbound import handle_inbound_text
from chappe.kit.clock import SystemClock
from chappe.kit.ids import IdCipher
from chappe.persons import jobs
from chappe.persons.exports import Writer
from chappe.persons.files import ExportFolder

PHONE = "+33612340001"
PATH = "/compliance/requests"


@pytest.fixture
async def token(browser: Any) -> str:
    await browser.log_in()
    found: str = browser.cookies["__Host-chappe-csrf"]
    return found


@pytest.fixture
async def person(server: Any) -> int:
    """A contact with a consent and a text from them."""
    engine = server.database.engine
    contact = await engine.fetchval(
        "insert into contact (workspace_id, phone, zones, attributes) values ($1, $2, 'Europe/Paris', $3)"
        " returning id",
        server.workspace_id, int(PHONE), {"first_name": "Zoé"},
    )  # fmt: skip
    await engine.execute(
        "insert into inbound (workspace_id, carrier_number, phone, source, destination, body, fingerprint,"
        " session) values ($1, 1, $2, $3, '38200', 'Bonjour, c’est Zoé', '', 1)",
        server.workspace_id, int(PHONE), PHONE,
    )  # fmt: skip
    return int(contact)


async def _record(browser: Browser, token: str, kind: str) -> str:
    form = {"kind": kind, "phone": "06 12 34 00 01", "channel": "email", "received_on": "2026-01-31"}
    made = await browser.post(f"{PATH}/new", form, token=token)
    assert made.status_code == 303, made.text
    return str(made.headers["location"].partition("?")[0])


async def _work(server: Any, tmp_path: Any) -> None:
    folder = ExportFolder(tmp_path)
    ids = IdCipher(bytes(16))
    while await jobs.run_next_batch(server.database, Writer(folder, ids), SystemClock()):
        pass


async def test_access_is_given_to_who_was_identified(
    browser: Browser, token: str, server: Any, person: int, tmp_path: Any
) -> None:
    at = await _record(browser, token, "access")
    shown = (await browser.get(at)).text
    assert "Zoé" in shown
    assert "GDPR" in shown
    assert (await browser.post(f"{at}/archive", {"language": "fr"}, token=token)).status_code == 422
    assert (await browser.post(f"{at}/identity", {"identity": "Code"}, token=token)).status_code == 303
    assert (await browser.post(f"{at}/archive", {"language": "fr"}, token=token)).status_code == 303
    async with server.database.engine_transaction() as conn:
        now = datetime(2026, 1, 30, 9, 0, tzinfo=UTC)
        await handle_inbound_text(conn, server.workspace_id, int(PHONE), "38200", "STOP svp", at=now)
    await _work(server, tmp_path)
    file = await browser.get(f"{at}/archive")
    assert file.headers["content-type"] == "application/zip"
    packed = zipfile.ZipFile(io.BytesIO(file.content))
    page = packed.read("index.html").decode()
    assert '<html lang="fr">' in page
    assert "Zoé" in page
    told = json.loads(packed.read("person.json"))["person"]
    assert told["received"][0]["text"] == "Bonjour, c’est Zoé"
    assert told["contact"]["attributes"] == {"first_name": "Zoé"}
    assert "received.csv" in packed.namelist()
    assert (told["consents"][0]["state"], told["consents"][0]["evidence"]["raw"]) == ("withdrawn", "STOP svp")
    # It is no export for everybody who may see exports.
    export = await server.database.engine.fetchval("select 'exp_' || replace(id::text, '-', '') from export")
    assert (await browser.get(f"/exports/{export}/file")).status_code == 404


async def test_erasure_is_typed_and_leaves_nobody(
    browser: Browser, token: str, server: Any, person: int
) -> None:
    at = await _record(browser, token, "erasure")
    await browser.post(f"{at}/identity", {"identity": "Code"}, token=token)
    assert (await browser.post(f"{at}/erase", {"typed": "0002"}, token=token)).status_code == 422
    assert await server.database.engine.fetchval("select count(*) from contact") == 1
    done = await browser.post(f"{at}/erase", {"typed": "0001"}, token=token)
    assert done.status_code == 303
    assert await server.database.engine.fetchval("select count(*) from contact") == 0
    shown = (await browser.get(at)).text
    assert "Zoé" not in shown
    assert "Answered" in shown
    assert (await browser.post(f"{at}/note", {"end": "done"}, token=token)).status_code == 409


async def test_an_objection_suppresses_and_a_note_may_take_more_time(
    browser: Browser, token: str, server: Any, person: int
) -> None:
    at = await _record(browser, token, "objection")
    assert (await browser.post(f"{at}/note", {"end": "prolong"}, token=token)).status_code == 422
    assert (await browser.post(f"{at}/note", {"end": "prolong", "text": "x"}, token=token)).status_code == 303
    due = "select due_on::text from person_request"
    assert await server.database.engine.fetchval(due) == "2026-04-30"
    assert (await browser.post(f"{at}/object", {}, token=token)).status_code == 303
    assert await server.database.engine.fetchval("select reason from suppression") == "objection"
    assert "overdue" not in (await browser.get(PATH)).text


async def test_programs_ask_and_answer(client: Any, server: Any, person: int) -> None:
    today = datetime.now(UTC).date().isoformat()
    made = await client.post("/v1/requests", json={"kind": "erasure", "phone": PHONE})
    assert made.json()["received_on"] == today
    at = f"/v1/requests/{made.json()['id']}"
    assert (await client.post(f"{at}/answer", json={})).json()["code"] == "identity_unchecked"
    done = await client.post(f"{at}/answer", json={"identity": "logged in to their account"})
    assert (done.status_code, done.json()["state"], done.json()["phone"]) == (200, "done", None)
    assert await server.database.engine.fetchval("select count(*) from contact") == 0
    [listed] = (await client.get("/v1/requests")).json()["data"]
    assert listed["contact_id"] is None
