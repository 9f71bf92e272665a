"""What the palette finds beyond people: by a name, an id or a number, and only one's own."""

from typing import Any

import pytest
from litestar.status_codes import HTTP_202_ACCEPTED

from chappe.db.keys import InstanceKeys

PHONE = "+33612345678"
SETTINGS = {"host": "127.0.0.1", "port": 2775, "system_id": "me", "password": "secret"}


@pytest.fixture
async def made(client: Any) -> dict[str, str]:
    """A carrier, its sender, a campaign and a message, by their ids."""
    carrier = {"name": "Sémaphore", "kind": "smpp", "settings": SETTINGS}
    sender = {"address": "TELEGRAPHE", "kind": "alphanumeric"}
    ids = {"carrier": (await client.post("/v1/carriers", json=carrier)).json()["id"]}
    ids["sender"] = (await client.post("/v1/senders", json=sender)).json()["id"]
    audience = (await client.post("/v1/lists", json={"name": "Clients"})).json()["id"]
    campaign = {
        "name": "Spring sale",
        "purpose": "marketing",
        "audience": {"include": [audience]},
        "sender_id": ids["sender"],
        "body": "Hello",
    }
    ids["campaign"] = (await client.post("/v1/campaigns", json=campaign)).json()["id"]
    message = {"to": PHONE, "sender_id": ids["sender"], "body": "On its way", "purpose": "transactional"}
    answer = await client.post("/v1/messages", json=message)
    assert answer.status_code == HTTP_202_ACCEPTED, answer.text
    ids["message"] = answer.json()["id"]
    return ids


async def _found(browser: Any, query: str) -> str:
    answer = await browser.get(f"/palette?q={query}", **{"hx-request": "true"})
    assert answer.status_code == 200
    found: str = answer.text
    return found


async def test_things_are_found_by_their_names(browser: Any, made: dict[str, str]) -> None:
    await browser.log_in()
    assert f'href="/campaigns/{made["campaign"]}/edit/review"' in await _found(browser, "spring")
    assert f'href="/carriers/{made["carrier"]}"' in await _found(browser, "semaph")
    assert f'href="/senders/{made["sender"]}"' in await _found(browser, "telegr")


@pytest.mark.parametrize("typed", ["%2B33612345678", "%2B33%206%2012%2034%2056%2078", "the id"])
async def test_a_message_is_found_by_its_number_and_by_its_id(
    browser: Any, made: dict[str, str], typed: str
) -> None:
    await browser.log_in()
    found = await _found(browser, made["message"] if typed == "the id" else typed)
    assert f'href="/messages/{made["message"]}"' in found
    assert "On its way" in found


async def test_a_conversation_is_found_by_its_number(browser: Any, server: Any, keys: InstanceKeys) -> None:
    await server.database.engine.execute(
        "insert into conversation (workspace_id, phone, state, unread, last_at, last_text, last_mine)"
        " values ($1, 33612345678, 1, 1, now(), 'Is it open?', false)",
        server.workspace_id,
    )
    await browser.log_in()
    found = await _found(browser, "%2B33612345678")
    assert f'href="/inbox/{keys.ids.encode("cnv", 33612345678)}"' in found
    assert "Is it open?" in found


async def test_another_workspace_has_nothing_to_find(browser: Any, server: Any, made: dict[str, str]) -> None:
    other = await server.database.engine.fetchval(
        "insert into workspace (name) values ('other') returning id"
    )
    await server.database.engine.execute(
        "insert into campaign (id, workspace_id, name, purpose, state, audience, body)"
        " select gen_random_uuid(), $1, 'Theirs', purpose, state, audience, body from campaign",
        other,
    )
    await browser.log_in()
    assert "Nothing has this name" in await _found(browser, "theirs")
