"""The pages of senders: adding one, the same rule while typing, and who may."""

from typing import Any

import pytest

FIELD_WRONG = "Write 1 to 11 characters without accents"


@pytest.fixture
async def token(browser: Any) -> str:
    await browser.log_in()
    found: str = browser.cookies["__Host-chappe-csrf"]
    return found


async def test_a_sender_is_added_and_recorded(browser: Any, token: str, server: Any) -> None:
    made = await browser.post("/senders/new", {"kind": "alphanumeric", "address": "TELEGRAPHE"}, token=token)
    assert (made.status_code, made.headers["location"]) == (303, "/senders?notice=sender_added")
    assert "TELEGRAPHE" in (await browser.get("/senders?notice=sender_added")).text
    async with server.database.engine_transaction() as conn:
        recorded = await conn.fetchval("select count(*) from audit_event where action = 'sender.created'")
    assert recorded == 1


async def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(browser: Any, token: str) -> None:
    form = {"kind": "alphanumeric", "address": "much too long a name"}
    answer = await browser.post("/senders/new", form, token=token)
    assert answer.status_code == 422
    assert FIELD_WRONG in answer.text
    assert 'value="much too long a name"' in answer.text
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize("address", ["much too long a name", "", "TELEGRAPHE", "ÉTÉ 2026 €"])
async def test_the_check_while_typing_is_the_rule_of_the_save(browser: Any, token: str, address: str) -> None:
    form = {"kind": "alphanumeric", "address": address}
    note = (await browser.post("/senders/validate", form | {"_field": "address"}, token=token)).text
    saved = await browser.post("/senders/new", form, token=token)
    assert (saved.status_code == 303) == ("hidden>" in note)


async def test_in_a_drawer_the_form_is_a_fragment_and_success_leads_the_whole_page(
    browser: Any, token: str
) -> None:
    drawer = await browser.get("/senders/new", **{"hx-request": "true", "hx-target": "drawer"})
    assert drawer.text.lstrip().startswith("<dialog") or "<dialog" in drawer.text
    assert "<html" not in drawer.text
    assert "<html" in (await browser.get("/senders/new")).text


async def test_another_route_for_a_sender(browser: Any, token: str, client: Any) -> None:
    sender = (await client.post("/v1/senders", json={"address": "36179", "kind": "short_code"})).json()["id"]
    settings = {"host": "127.0.0.1", "port": 2775, "system_id": "a", "password": "b"}
    carrier = await client.post("/v1/carriers", json={"name": "A", "kind": "smpp", "settings": settings})
    other = {"name": "Other", "carriers": [carrier.json()["id"]]}
    route = (await client.post("/v1/routes", json=other)).json()["id"]
    page = await browser.get(f"/senders/{sender}")
    assert "36179" in page.text
    assert (await browser.post(f"/senders/{sender}", {"route": route}, token=token)).status_code == 303
    assert (await client.get(f"/v1/senders/{sender}")).json()["route_id"] == route
