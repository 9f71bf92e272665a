"""What a carrier told is shown, and people say what its words mean."""

from typing import Any

from chappe.consent.told.hearing import hear
from chappe.consent.told.model import Told
from chappe.kit.clock import SystemClock


async def test_a_word_is_given_a_meaning_and_what_was_told_is_shown(
    browser: Any, client: Any, server: Any
) -> None:
    settings = {"host": "127.0.0.1", "port": 9, "system_id": "a", "password": "b"}
    made = await client.post("/v1/carriers", json={"name": "Alpha", "kind": "smpp", "settings": settings})
    path = f"/carriers/{made.json()['id']}/told"
    await browser.log_in()
    first = await browser.get(path)
    token = browser.token(first)
    assert "It has told nothing yet" in first.text
    wrong = await browser.post(path, {"word": "a;b", "meaning": "opted_out"}, token=token)
    assert (wrong.status_code, "Write a status such as" in wrong.text) == (422, True)
    said = await browser.post(path, {"word": "0x40B", "meaning": "opted_out"}, token=token)
    assert said.headers["location"] == f"{path}?notice=word"

    async def nobody(since: object) -> set[int]:
        return set()

    number = await server.database.engine.fetchval("select number from carrier where name = 'Alpha'")
    async with server.database.engine_transaction() as conn:
        told = [Told(number, 33612345678, "0x0000040B")]
        await hear(conn, server.workspace_id, told, nobody, at=SystemClock().now())
    shown = await browser.get(path)
    assert "<code>0x0000040B</code>" in shown.text
    assert "Unsubscribed at their carrier" in (await browser.get("/suppressions?source=carrier")).text
    dropped = await browser.post(f"{path}/drop", {"word": "0x0000040b"}, token=token)
    assert dropped.status_code == 303
    assert "0x0000040b</code>" not in (await browser.get(path)).text


async def test_words_by_the_api(client: Any) -> None:
    settings = {"host": "127.0.0.1", "port": 9, "system_id": "a", "password": "b"}
    made = await client.post("/v1/carriers", json={"name": "Beta", "kind": "smpp", "settings": settings})
    path = f"/v1/carriers/{made.json()['id']}/words"
    first = [{"word": "0x40b", "meaning": "opted_out"}, {"word": "21", "meaning": "bad_number"}]
    assert len((await client.put(path, json={"data": first})).json()["data"]) == 2
    kept = {"data": [{"word": "err:021", "meaning": "deactivated"}]}
    assert (await client.put(path, json=kept)).json() == kept
    assert (await client.get(path)).json() == kept
    wrong = await client.put(path, json={"data": [{"word": "a;b", "meaning": "nothing"}]})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_carrier_word")
