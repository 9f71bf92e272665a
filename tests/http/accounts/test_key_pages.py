"""API keys on their pages: made, shown once, used, revoked everywhere; and the test data's way in."""

import re
from typing import Any

import pytest

from chappe.accounts import service as accounts
from chappe.accounts.keys import REMEMBERED, KeyRing
from chappe.db.pool import Database
from chappe.kit.clock import FakeClock, SystemClock

KEY = re.compile(r"<code>(chp_(?:live|test)_[\w-]{43})</code>")


@pytest.fixture
async def token(browser: Any) -> str:
    await browser.log_in()
    found: str = browser.cookies["__Host-chappe-csrf"]
    return found


def _form(**more: str) -> dict[str, str]:
    return {"name": "Shop", "kind": "live", "scope": "contacts:read", "lasts": "30"} | more


async def test_a_key_is_shown_once_works_and_is_revoked(server: Any, browser: Any, token: str) -> None:
    made = await browser.post("/keys/new", _form(), token=token)
    found = KEY.search(made.text)
    assert found is not None
    async with server.client(found[1]) as client:
        assert (await client.get("/v1/contacts")).status_code == 200
        assert (await client.get("/v1/carriers")).status_code == 403
    listed = (await browser.get("/keys")).text
    assert found[1] not in listed
    assert found[1][:15] in listed
    assert "Owner" in listed
    [path] = re.findall(r'href="(/keys/key_\w+/revoke)"[^>]*>Revoke<span class="sr-only"> Shop', listed)
    assert "Whatever uses this key stops working" in (await browser.get(path)).text
    assert (await browser.post(path, {}, token=token)).headers["location"] == "/keys?notice=key_revoked"
    assert "Shop" not in re.sub(r"<main.*?<table", "", (await browser.get("/keys")).text, flags=re.S)
    assert "revoked" in (await browser.get("/keys?all=1")).text
    rows = await server.database.engine.fetch("select action from audit_event where action like 'key.%'")
    assert [row["action"] for row in rows] == ["key.created", "key.revoked"]
    assert found[1] not in str(await server.database.engine.fetch("select payload from audit_event"))


async def test_what_is_wrong_with_a_key_is_said_at_its_field(browser: Any, token: str) -> None:
    for form, field in ((_form(name=""), "name"), ({"name": "a", "kind": "live", "lasts": "0"}, "scope")):
        answer = await browser.post("/keys/new", form, token=token)
        assert answer.status_code == 422
        assert f'id="{field}-error" class="field-error">' in answer.text
    assert (await browser.post("/keys/new", _form(lasts="3"), token=token)).status_code == 422
    assert (await browser.post("/keys/new", _form(scope="team:write"), token=token)).status_code == 422


async def test_nobody_gives_a_live_key_what_they_may_not_do(server: Any, browser: Any, token: str) -> None:
    await server.database.engine.execute("update membership set role = 'developer', may_send = false")
    refused = await browser.post("/keys/new", _form(scope="messages:send"), token=token)
    assert refused.status_code == 422
    assert "Ask an owner" in refused.text
    assert (await browser.post("/keys/new", _form(scope="contacts:write"), token=token)).status_code == 200
    made = await browser.post("/keys/new", _form(scope="messages:send", kind="test"), token=token)
    assert KEY.search(made.text) is not None


async def test_the_test_data_are_looked_at_and_left(server: Any, browser: Any, token: str) -> None:
    made = KEY.search(
        (await browser.post("/keys/new", _form(kind="test", scope="contacts:write"), token=token)).text
    )
    assert made is not None
    async with server.client(made[1]) as client:
        assert (await client.post("/v1/lists", json={"name": "Tried out"})).status_code == 201
    [there] = set(
        re.findall(r'value="(wsp_\w+)"><svg[^>]*><use[^>]*#flask-conical', (await browser.get("/keys")).text)
    )
    await browser.post("/workspaces/switch", {"workspace": there}, token=token)
    page = (await browser.get("/keys")).text
    assert "Nothing here reaches a real phone" in page
    assert "Shop" in page
    [back] = set(re.findall(r'value="(wsp_\w+)">Back to the live data', page))
    await browser.post("/workspaces/switch", {"workspace": back}, token=token)
    assert "Nothing here reaches a real phone" not in (await browser.get("/keys")).text


async def test_every_web_process_forgets_a_revoked_key_within_five_seconds(
    server: Any, database: Database, clock: FakeClock
) -> None:
    """Two processes, each with a ring and connections of its own, both warm."""
    second = await Database.connect(database.dsn)
    try:
        rings = KeyRing(database, clock), KeyRing(second, clock)
        async with database.engine_transaction() as conn:
            key = await accounts.create_key(conn, server.workspace_id, "shop")
        assert all([await ring.authenticate(key.key) for ring in rings])
        async with database.engine_transaction() as conn:
            await accounts.revoke_key(conn, SystemClock(), server.workspace_id, key.id)
        clock.advance(seconds=REMEMBERED)
        assert [await ring.authenticate(key.key) for ring in rings] == [None, None]
    finally:
        await second.close()
    assert REMEMBERED < 5
