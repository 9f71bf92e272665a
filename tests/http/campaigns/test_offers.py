"""/v1/offers, and the offer of a campaign."""

from typing import Any


async def test_an_offer_is_made_given_and_used(server: Any) -> None:
    async with server.client() as client:
        codes = [f"AUTUMN-{n:02}" for n in range(3)]
        made = (await client.post("/v1/offers", json={"name": "Autumn", "codes": codes})).json()
        assert (made["codes"], made["free"], made["length"], made["pattern"]) == (3, 3, 9, None)
        path = f"/v1/offers/{made['id']}"
        wrong = await client.post(f"{path}/codes", json={"codes": ["AUTUMN-99", "AUTUMN-100"]})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_codes")
        assert (await client.post(f"{path}/codes", json={"codes": ["AUTUMN-99"]})).json()["free"] == 4
        wish = {"name": "Spring", "generate": {"n": 2_500, "pattern": "spring-########"}}
        drawn = (await client.post("/v1/offers", json=wish)).json()
        assert (drawn["free"], drawn["pattern"]) == (2_500, "SPRING-########")
        again = await client.post(f"/v1/offers/{drawn['id']}/codes", json={"generate": 10})
        assert again.json()["free"] == 2_510
        assert (await client.post("/v1/offers", json=wish)).status_code == 409
        code = "/v1/offers/codes/autumn-02"
        assert (await client.get(code)).json()["message_id"] is None
        used = await client.post(f"{code}/use", json={"amount": "12.50", "currency": "EUR", "order_id": "7"})
        assert (used.status_code, used.json()["code"]) == (201, "AUTUMN-02")
        assert (await client.post(f"{code}/use", json={})).status_code == 409
        changed = await client.patch(path, json={"archived": True, "warn_below": 5, "name": "Old"})
        assert (changed.json()["used"], changed.json()["name"]) == (1, "Old")
        assert changed.json()["archived_at"]
        assert [one["name"] for one in (await client.get("/v1/offers")).json()["data"]] == ["Spring", "Old"]
