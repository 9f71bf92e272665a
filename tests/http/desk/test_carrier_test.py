"""A test message through one carrier: who may, what is asked, where it leads."""

from typing import Any

import pytest

SETTINGS = {"host": "127.0.0.1", "port": 2775, "system_id": "me", "password": "secret"}


@pytest.fixture
async def carrier(client: Any) -> str:
    """With the default route through it alone."""
    made = await client.post("/v1/carriers", json={"name": "Lab", "kind": "smpp", "settings": SETTINGS})
    return str(made.json()["id"])


async def test_without_a_sender_of_its_own_it_says_what_to_do(browser: Any, carrier: str) -> None:
    await browser.log_in()
    page = (await browser.get(f"/carriers/{carrier}/message")).text
    assert "No sender goes through Lab alone" in page


async def test_it_goes_through_the_door_and_is_shown(
    browser: Any, client: Any, carrier: str, server: Any
) -> None:
    sender = (await client.post("/v1/senders", json={"address": "36179", "kind": "short_code"})).json()["id"]
    await browser.log_in()
    token = browser.cookies["__Host-chappe-csrf"]
    form = {"phone": "12", "sender": sender, "body": "Hello"}
    path = f"/carriers/{carrier}/message"
    assert f'href="{path}"' in (await browser.get(f"/carriers/{carrier}")).text
    wrong = await browser.post(path, form, token=token)
    assert wrong.status_code == 422
    assert "Write the number in international form" in wrong.text
    sent = await browser.post(path, form | {"phone": "+33612345678"}, token=token)
    assert sent.status_code == 303
    shown = await browser.get(sent.headers["location"])
    assert 'hx-trigger="every 2s"' in shown.text
    async with server.database.engine_transaction() as conn:
        recorded = await conn.fetchval("select count(*) from audit_event where action = 'carrier.tested'")
    assert recorded == 1


async def test_a_sender_with_a_second_carrier_is_not_offered(browser: Any, client: Any, carrier: str) -> None:
    other = await client.post("/v1/carriers", json={"name": "Two", "kind": "smpp", "settings": SETTINGS})
    both = {"name": "Both", "carriers": [carrier, other.json()["id"]]}
    route = (await client.post("/v1/routes", json=both)).json()["id"]
    await client.post("/v1/senders", json={"address": "36180", "kind": "short_code", "route_id": route})
    await browser.log_in()
    assert "36180" not in (await browser.get(f"/carriers/{carrier}/message")).text
