"""Merging through the API and on pages; notes of one's own."""

from typing import Any

import httpx


async def test_two_are_merged_and_parted(client: httpx.AsyncClient, browser: Any) -> None:
    await browser.log_in()
    ids = []
    for phone in ("+33612345678", "+33612345679"):
        person = {"phone": phone, "attributes": {"email": "anna@example.org", "first_name": "Anna"}}
        ids.append((await client.post("/v1/contacts", json=person)).json()["id"])
    page = await browser.get("/contacts/duplicates?look=1")
    assert "The same e-mail" in page.text
    dialog = await browser.get(f"/contacts/{ids[0]}/merge?with={ids[1]}")
    assert "Which number stays?" in dialog.text
    stays = await client.post(f"/v1/contacts/{ids[0]}/merge", json={"contact_id": ids[1]})
    assert stays.status_code == 200, stays.text
    gone = (await client.get(f"/v1/contacts/{ids[1]}")).json()
    assert (gone["merged_into"], gone["state"]) == (ids[0], "archived")
    again = await client.post(f"/v1/contacts/{ids[0]}/merge", json={"contact_id": ids[1]})
    assert (again.status_code, again.json()["code"]) == (404, "unknown_contact")
    shown = await browser.get(f"/contacts/{ids[1]}")
    assert "was merged into another one" in shown.text
    assert "Undo the merge" in shown.text
    assert (await browser.get(f"/contacts/{ids[0]}")).text.count(ids[1]) == 1
    parted = await client.post(f"/v1/contacts/{ids[1]}/unmerge")
    assert (parted.json()["merged_into"], parted.json()["state"]) == (None, "active")
