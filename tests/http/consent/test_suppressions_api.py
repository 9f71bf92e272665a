"""/v1/suppressions."""

from typing import Any

import httpx

PHONE = "+33612345678"


async def test_suppress_list_and_lift(client: httpx.AsyncClient, server: Any) -> None:
    made = await client.post("/v1/suppressions", json={"phone": PHONE})
    assert made.status_code == 201, made.text
    held = made.json()
    assert held["id"].startswith("sup_")
    assert (held["phone"], held["scope"], held["source"]) == (PHONE, "marketing", "api")
    same = await client.post("/v1/suppressions", json={"phone": "+33 6 12 34 56 78", "reason": "again"})
    assert same.json() == held
    wider = await client.post("/v1/suppressions", json={"phone": PHONE, "scope": "all"})
    assert wider.json()["id"] != held["id"]
    listed = (await client.get("/v1/suppressions", params={"phone": PHONE})).json()["data"]
    assert {row["scope"] for row in listed} == {"marketing", "all"}
    assert (await client.delete(f"/v1/suppressions/{held['id']}")).status_code == 204
    gone = await client.delete(f"/v1/suppressions/{held['id']}")
    assert (gone.status_code, gone.json()["code"]) == (404, "unknown_suppression")
    left = (await client.get("/v1/suppressions")).json()
    assert [row["scope"] for row in left["data"]] == ["all"]
    history = await server.database.engine.fetchval(
        "select lifted_by from suppression where lifted_at is not null"
    )
    assert history.startswith("key ")


async def test_lift_by_number(client: httpx.AsyncClient) -> None:
    await client.post("/v1/suppressions", json={"phone": PHONE, "scope": "all"})
    query = {"phone": PHONE}
    assert (await client.delete("/v1/suppressions", params=query)).status_code == 404
    assert (await client.delete("/v1/suppressions", params=query | {"scope": "all"})).status_code == 204
    assert (await client.get("/v1/suppressions")).json()["data"] == []


async def test_pages(client: httpx.AsyncClient) -> None:
    for n in range(3):
        await client.post("/v1/suppressions", json={"phone": f"+3361234567{n}"})
    page = (await client.get("/v1/suppressions?limit=2")).json()
    rest = (await client.get("/v1/suppressions", params={"cursor": page["next_cursor"]})).json()
    assert [row["phone"][-1] for row in page["data"] + rest["data"]] == ["0", "1", "2"]


async def test_a_number_in_no_known_range_can_be_suppressed(client: httpx.AsyncClient) -> None:
    """A STOP from a range that came into use yesterday counts, so it can be entered too."""
    made = await client.post("/v1/suppressions", json={"phone": "+99912345678"})
    assert made.status_code == 201


async def test_errors_name_the_place(client: httpx.AsyncClient) -> None:
    local = await client.post("/v1/suppressions", json={"phone": "0612345678"})
    assert (local.status_code, local.json()["errors"][0]["pointer"]) == (422, "#/phone")
    scope = await client.post("/v1/suppressions", json={"phone": PHONE, "scope": "some"})
    assert (scope.status_code, scope.json()["errors"][0]["pointer"]) == (400, "#/scope")


async def test_a_carriers_feed(client: httpx.AsyncClient) -> None:
    feed = {
        "phones": [PHONE, "+33 6 12 34 56 78", "+33611223344"],
        "reason": "stop_36105",
        "source": "carrier",
    }
    assert (await client.post("/v1/suppressions/batch", json=feed)).json() == {"suppressed": 2}
    assert (await client.post("/v1/suppressions/batch", json=feed)).json() == {"suppressed": 0}
    held = (await client.get("/v1/suppressions")).json()["data"]
    assert [(row["source"], row["reason"]) for row in held] == [("carrier", "stop_36105")] * 2
    wrong = await client.post("/v1/suppressions/batch", json={"phones": ["+33655443322", "nobody"]})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["pointer"] == "#/phones/1"
    assert len((await client.get("/v1/suppressions")).json()["data"]) == 2
