"""Carriers over HTTP."""

from typing import Any

import httpx
import pytest

from chappe.db.pool import Database

SETTINGS = {
    "host": "127.0.0.1",
    "port": 2775,
    "system_id": "acme",
    "password": "s3cret",
    "bind": "transceiver",
    "window": 50,
    "parts_per_second": 100,
}
PRICES = [{"prefix": "33", "price": 0.045, "currency": "EUR"}, {"prefix": "", "price": "0.1", "currency": "EUR"}]


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
        {"prefix": "", "price": "0.1", "currency": "EUR"},
        {"prefix": "33", "price": "0.045", "currency": "EUR"},
    ]
    assert (await client.get(f"/v1/carriers/{carrier['id']}")).json() == carrier
