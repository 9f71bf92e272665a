"""POST and PATCH /v1/contacts, /v1/attributes."""

from typing import Any

import httpx


async def test_contacts_are_written_with_values_of_a_kind(client: httpx.AsyncClient) -> None:
    size = {"label": "Taille", "kind": "choice", "options": ["S", "M"]}
    made = await client.post("/v1/attributes", json=size)
    assert (made.status_code, made.json()["name"]) == (201, "taille")
    anna: dict[str, Any] = {
        "phone": "+33612345678",
        "external_id": "C-1",
        "zone": "Londres",
        "attributes": {"taille": "m", "points": 12.5, "vip": True, "tags": ["a", "b"]},
    }
    answer = await client.post("/v1/contacts", json=anna)
    assert answer.status_code == 201, answer.text
    contact = answer.json()
    assert contact["attributes"] == {"taille": "M", "points": 12.5, "vip": True, "tags": ["a", "b"]}
    assert (contact["zones"], contact["zone_origin"]) == (["Europe/London"], "declared")
    kinds = {one["name"]: one["kind"] for one in (await client.get("/v1/attributes")).json()["data"]}
    assert kinds == {"taille": "choice", "points": "number", "vip": "boolean", "tags": "list"}
    assert (await client.post("/v1/contacts", json=anna)).json()["code"] == "external_id_taken"
    again = await client.post("/v1/contacts", json={"phone": "33612345678"})
    assert (again.status_code, again.json()["code"]) == (409, "contact_known")
    wrong = await client.patch(f"/v1/contacts/{contact['id']}", json={"attributes": {"points": "many"}})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["pointer"] == "#/attributes/points"
    assert "“many” was read, and a number" in wrong.json()["detail"]
    odd = await client.patch(f"/v1/contacts/{contact['id']}", json={"zone": "Europe/Pari"})
    assert "Was Europe/Paris meant?" in odd.json()["detail"]
    changed = await client.patch(
        f"/v1/contacts/{contact['id']}", json={"zone": None, "country": "RE", "attributes": {"points": None}}
    )
    assert changed.status_code == 200, changed.text
    assert (changed.json()["zones"], changed.json()["zone_origin"]) == (["Indian/Reunion"], "address")
    assert "points" not in changed.json()["attributes"]
    found = (await client.get("/v1/contacts", params={"external_id": "C-1"})).json()["data"]
    assert [one["id"] for one in found] == [contact["id"]]


async def test_many_are_completed_and_clashes_told(client: httpx.AsyncClient) -> None:
    people = [
        {"phone": "+33612345678", "external_id": "C-1"},
        {"phone": "+33612345679", "external_id": "C-1"},
        {"phone": "06 12 34 56 70", "country": "FR", "attributes": {"Ville préférée": "Lyon"}},
    ]
    answer = await client.post("/v1/contacts/batch", json={"contacts": people})
    assert answer.status_code == 200, answer.text
    first, clash, third = answer.json()["data"]
    assert (first["created"], clash["id"], third["created"]) == (True, None, True)
    event = {"name": "Order Completed", "external_id": "C-1", "properties": {"total": 10}}
    assert (await client.post("/v1/events", json=event)).json()["contact_id"] == first["id"]
    new = await client.post("/v1/events", json=event | {"external_id": "C-9", "phone": "+33612345671"})
    assert (await client.get("/v1/contacts", params={"external_id": "C-9"})).json()["data"][0][
        "id"
    ] == new.json()["contact_id"]
    nobody = await client.post("/v1/events", json=event | {"external_id": "C-10"})
    assert (nobody.status_code, nobody.json()["errors"][0]["pointer"]) == (404, "#/events/0/external_id")
