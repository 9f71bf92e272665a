"""Carriers, routes and senders over HTTP."""

from typing import Any

import httpx
import pytest

SETTINGS = {
    "host": "127.0.0.1",
    "port": 2775,
    "system_id": "acme",
    "password": "s3cret",
    "bind": "transceiver",
    "window": 50,
    "parts_per_second": 100,
}
PRICES = [
    {"prefix": "+33", "price": 0.045, "currency": "EUR"},
    {"prefix": "", "price": "0.1", "currency": "EUR"},
]


async def add(client: httpx.AsyncClient, name: str = "alpha", **more: Any) -> httpx.Response:
    body = {"name": name, "kind": "smpp", "settings": SETTINGS, "prices": PRICES, **more}
    return await client.post("/v1/carriers", json=body)


async def test_a_carrier_is_added_with_its_settings_and_prices(client: httpx.AsyncClient) -> None:
    response = await add(client)
    assert response.status_code == 201, response.text
    carrier = response.json()
    assert carrier["id"].startswith("car_")
    assert carrier["state"] == "down"
    assert carrier["settings"]["window"] == 50
    assert carrier["counters"]["submitted"] == 0
    assert carrier["prices"] == [
        {"prefix": "", "price": "0.1", "currency": "EUR", "valid_from": None},
        {"prefix": "33", "price": "0.045", "currency": "EUR", "valid_from": None},
    ]
    assert "s3cret" not in response.text
    assert (await client.get(f"/v1/carriers/{carrier['id']}")).json() == carrier
    (listed,) = (await client.get("/v1/carriers")).json()["data"]
    assert listed == carrier


async def test_a_carrier_is_changed_switched_off_and_kept_with_its_route(client: httpx.AsyncClient) -> None:
    carrier = (await add(client)).json()
    path = f"/v1/carriers/{carrier['id']}"
    changed = await client.patch(path, json={"enabled": False, "settings": {**SETTINGS, "port": 2776}})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["enabled"], changed.json()["settings"]["port"]) == (False, 2776)
    without = {key: value for key, value in SETTINGS.items() if key != "password"}
    assert (await client.patch(path, json={"settings": without})).status_code == 200
    refused = await client.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "carrier_in_use")


async def test_an_unused_carrier_is_deleted(client: httpx.AsyncClient) -> None:
    await add(client)
    beta = (await add(client, "beta")).json()
    assert (await client.delete(f"/v1/carriers/{beta['id']}")).status_code == 204
    assert (await client.get(f"/v1/carriers/{beta['id']}")).status_code == 404


async def test_a_demo_takes_no_real_carrier(client: httpx.AsyncClient, server: Any) -> None:
    real = (await add(client)).json()
    async with server.database.engine_transaction() as conn:
        await conn.execute("update instance set demo_offset = '2 hours'")
    refused = await add(client, "beta")
    assert (refused.status_code, refused.json()["code"]) == (409, "demo_clock_set")
    assert "--home DIR" in refused.json()["detail"]
    taken = await add(client)
    assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")
    assert (await add(client, "lab", simulated=True)).status_code == 201

    path = f"/v1/carriers/{real['id']}"
    renamed = await client.patch(path, json={"name": "gamma"})
    assert (renamed.status_code, renamed.json()["code"]) == (409, "demo_clock_set")
    assert (await client.patch(path, json={"enabled": False})).status_code == 200
    enabled = await client.patch(path, json={"enabled": True})
    assert (enabled.status_code, enabled.json()["code"]) == (409, "demo_clock_set")
    assert (await client.get(path)).json()["enabled"] is False


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"port": 70000}, "#/settings/port"),
        ({"host": "a host"}, "#/settings/host"),
        ({"window": 0}, "#/settings/window"),
        ({"bind": "both"}, "#/settings/bind"),
        ({"statuses": {"11": "temporary"}}, "#/settings/statuses"),
        ({"tls": {"verify": "no"}}, "#/settings/tls/verify"),
    ],
)
async def test_settings_that_no_link_can_have(
    client: httpx.AsyncClient, change: dict[str, Any], pointer: str
) -> None:
    response = await add(client, settings={**SETTINGS, **change})
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"].startswith(pointer)


async def test_routes_are_made_changed_and_read(client: httpx.AsyncClient) -> None:
    a, b = [(await add(client, name)).json()["id"] for name in "ab"]
    made = await client.post("/v1/routes", json={"name": "cheap", "carriers": [b, a]})
    assert made.status_code == 201
    route = made.json()
    assert (route["carriers"], route["is_default"]) == ([b, a], False)
    path = f"/v1/routes/{route['id']}"
    changed = await client.patch(path, json={"carriers": [a], "name": "dear"})
    assert (changed.json()["name"], changed.json()["carriers"]) == ("dear", [a])
    assert (await client.get(path)).json() == changed.json()
    assert [one["name"] for one in (await client.get("/v1/routes")).json()["data"]] == ["Default", "dear"]
    refused = await client.post("/v1/routes", json={"name": "x", "carriers": [a, "car_1"]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/carriers/1")


async def test_senders_are_made_changed_and_read(client: httpx.AsyncClient) -> None:
    carrier = (await add(client)).json()["id"]
    route = (await client.post("/v1/routes", json={"name": "r", "carriers": [carrier]})).json()["id"]
    made = await client.post("/v1/senders", json={"address": "ACME", "kind": "alphanumeric"})
    assert (made.status_code, made.json()["route_id"]) == (201, None)
    path = f"/v1/senders/{made.json()['id']}"
    assert (await client.patch(path, json={"route_id": route})).json()["route_id"] == route
    assert (await client.patch(path, json={})).json()["route_id"] == route
    assert (await client.patch(path, json={"route_id": None})).json()["route_id"] is None
    assert [one["address"] for one in (await client.get("/v1/senders")).json()["data"]] == ["ACME"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"address": "0612345678", "kind": "long_code"}, 422, "bad_sender_address"),
        ({"address": "ABCDEFGHIJKL", "kind": "alphanumeric"}, 422, "bad_sender_address"),
        ({"address": "1", "kind": "short_code"}, 422, "bad_sender_address"),
        ({"address": "ACME", "kind": "name"}, 400, "invalid_body"),
        ({"address": "ACME", "kind": "alphanumeric", "route_id": "rte_1"}, 422, "sender_route_unknown"),
    ],
)
async def test_senders_that_cannot_be(
    client: httpx.AsyncClient, body: dict[str, str], status: int, code: str
) -> None:
    response = await client.post("/v1/senders", json=body)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["errors"]
