"""The first run without a browser: the link that is good once, each step, putting it aside."""

from typing import Any

import pytest

from chappe.accounts.claiming import service as claiming

PERSON = {"name": "Claude", "email": "claude@example.com", "password": "towers on every hill"}


@pytest.fixture
async def token(browser: Any) -> str:
    await browser.log_in()
    found: str = browser.cookies["__Host-chappe-csrf"]
    return found


async def _link(server: Any) -> str:
    async with server.database.engine_transaction() as conn:
        owner = await conn.fetchval(
            "select user_id from membership where workspace_id = $1", server.workspace_id
        )
        return f"/setup/{await claiming.offer(conn, server.workspace_id, owner)}"


async def test_the_account_is_claimed_once_and_by_the_last_link_alone(server: Any, browser: Any) -> None:
    replaced, link = await _link(server), await _link(server)
    assert (await browser.get(replaced)).status_code == 404
    assert "Make this installation yours" in (await browser.get(link)).text
    weak = await browser.post(link, PERSON | {"password": "short"})
    assert weak.status_code == 422
    assert 'value="claude@example.com"' in weak.text
    claimed = await browser.post(link, PERSON)
    assert claimed.headers["location"] == "/start"
    assert "First steps" in (await browser.get("/start")).text
    browser.cookies.clear()
    assert (await browser.get(link)).status_code == 404
    assert (await browser.post(link, PERSON | {"email": "mallory@example.com"})).status_code == 404
    async with server.database.engine_transaction() as conn:
        assert await claiming.offer_again(conn) is None
        assert await conn.fetchval("select email from user_account") == "claude@example.com"


async def test_a_step_after_the_other_with_what_is_wrong_at_its_field(
    server: Any, browser: Any, token: str
) -> None:
    assert "Name your brand" in (await browser.get("/start")).text
    assert (await browser.post("/start/brand", {"name": " "}, token=token)).status_code == 422
    named = await browser.post("/start/brand", {"name": "Télégraphe", "default_country": "FR"}, token=token)
    assert named.headers["location"] == "/start"
    wrong = await browser.post("/start/sender", {"address": "much too long a name"}, token=token)
    assert wrong.status_code == 422
    assert 'value="much too long a name"' in wrong.text
    await browser.post("/start/sender", {"address": "36179"}, token=token)
    kind = await server.database.engine.fetchval("select kind from sender where address = '36179'")
    assert kind == "short_code"
    # No lab runs here: the click changes nothing, and the page offers a carrier of one's own.
    await browser.post("/start/carrier", {}, token=token)
    page = (await browser.get("/start")).text
    assert "Use the carrier lab" not in page
    assert (
        await server.database.engine.fetchval("select name from workspace order by id limit 1")
        == "Télégraphe"
    )


async def test_ones_own_number_is_read_as_in_ones_country(
    server: Any, browser: Any, token: str, client: Any
) -> None:
    settings = {"host": "127.0.0.1", "port": 2775, "system_id": "a", "password": "b"}
    await client.post("/v1/carriers", json={"name": "Mine", "kind": "smpp", "settings": settings})
    await browser.post("/start/brand", {"name": "Brand", "default_country": "FR"}, token=token)
    await browser.post("/start/sender", {"address": "BRAND"}, token=token)
    assert (await browser.post("/start/contact", {"phone": "12"}, token=token)).status_code == 422
    await browser.post("/start/contact", {"phone": "06 12 34 56 78"}, token=token)
    assert await server.database.engine.fetchval("select phone from contact") == 33612345678
    assert (await browser.post("/start/message", {"text": "Hello"}, token=token)).status_code == 303
    page = (await browser.get("/start")).text
    assert "On its way" in page
    state = """insert into message_state (id, workspace_id, state, parts)
               select id, workspace_id, 4, 1 from message"""
    await server.database.engine.execute(state)
    assert "Your first message has arrived." in (await browser.get("/start")).text


async def test_put_aside_the_home_page_leads_here_no_more(browser: Any, token: str) -> None:
    assert 'href="/start"' in (await browser.get("/")).text
    await browser.post("/start/leave", {}, token=token)
    assert "Go on" not in (await browser.get("/")).text
    assert (await browser.get("/start")).status_code == 200
