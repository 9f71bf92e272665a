"""/v1/events and /v1/segments: from an order to who ordered, and why."""

from typing import Any

import httpx

ORDERED: dict[str, Any] = {"kind": "events", "name": "Order Completed", "measure": "worth", "at_least": 100}


async def test_from_an_order_to_a_segment(client: httpx.AsyncClient) -> None:
    order = {"name": "Order Completed", "id": "o1", "phone": "+33612345678", "properties": {"revenue": 120}}
    told = [order, order, {**order, "id": "o2", "phone": "+33698765432", "properties": {"revenue": 99.5}}]
    answer = await client.post("/v1/events/batch", json={"events": told})
    assert answer.status_code == 201, answer.text
    assert answer.json()["recorded"] == 2
    rich, _, poor = [one["contact_id"] for one in answer.json()["data"]]
    (kept,) = (await client.get(f"/v1/contacts/{rich}/events")).json()["data"]
    assert (kept["name"], kept["properties"]) == ("Order Completed", {"revenue": 120})

    made = await client.post("/v1/segments", json={"name": "Good customers", "rule": ORDERED})
    assert made.status_code == 201, made.text
    one = f"/v1/segments/{made.json()['id']}"
    assert (await client.get(f"{one}/count")).json() == {"contacts": 1}
    assert (await client.get(f"{one}/members")).json() == {"data": [rich], "next_cursor": None}
    why = (await client.get(f"{one}/contacts/{poor}")).json()
    words = "whose “Order Completed” are worth at least 100"
    reason = {"path": "rule", "holds": False, "condition": words, "found": "99.5"}
    assert why == {"inside": False, "reasons": [reason]}
    assert made.json()["sentence"] == f"People {words}."
    french = (await client.get(one, headers={"accept-language": "fr"})).json()["sentence"]
    assert french == "Les personnes dont les « Order Completed » valent au moins 100."


async def test_a_segment_rests_on_another_and_never_on_itself(client: httpx.AsyncClient) -> None:
    first = (await client.post("/v1/segments", json={"name": "A", "rule": ORDERED})).json()["id"]
    on_first = {"kind": "not", "rule": {"kind": "segment", "segment_id": first}}
    second = (await client.post("/v1/segments", json={"name": "B", "rule": on_first})).json()["id"]
    circle = {"name": "A", "rule": {"kind": "segment", "segment_id": second}}
    refused = await client.put(f"/v1/segments/{first}", json=circle)
    assert (refused.status_code, refused.json()["code"]) == (422, "segment_circle")
    assert (await client.delete(f"/v1/segments/{first}")).json()["code"] == "segment_in_use"
    taken = await client.put(f"/v1/segments/{second}", json={"name": "A", "rule": ORDERED})
    assert taken.json()["code"] == "segment_name_taken"
    assert (await client.delete(f"/v1/segments/{second}")).status_code == 204
    assert (await client.delete(f"/v1/segments/{first}")).status_code == 204
    assert (await client.post("/v1/segments/count", json={"rule": ORDERED})).json() == {"contacts": 0}
