"""/v1/forms."""

from typing import Any

PERSON = {"phone": "06 12 34 56 78", "basis": "express", "evidence": {"page": "till 2"}, "language": "fr"}


async def test_a_form_is_written_published_and_joined(server: Any) -> None:
    async with server.client() as client:
        form = {"name": "Window", "fields": [{"name": "first_name", "required": True}], "source": "shop"}
        made = await client.post("/v1/forms", json=form)
        assert made.status_code == 201, made.text
        path = f"/v1/forms/{made.json()['id']}"
        early = await client.post(f"{path}/sign-ups", json=PERSON)
        assert (early.status_code, early.json()["code"]) == (409, "form_not_published")
        assert (await client.post(f"{path}/publish")).json()["version"] == 1
        unnamed = await client.post(f"{path}/sign-ups", json=PERSON)
        assert (unnamed.status_code, unnamed.json()["errors"][0]["pointer"]) == (422, "#/values/first_name")
        named = PERSON | {"values": {"first_name": "Anna"}}
        unproved = await client.post(f"{path}/sign-ups", json=named | {"evidence": {}})
        assert (unproved.status_code, unproved.json()["errors"][0]["pointer"]) == (422, "#/evidence")
        joined = (await client.post(f"{path}/sign-ups", json=named)).json()
        assert joined["state"] == "granted"
        contact = (await client.get(f"/v1/contacts/{joined['contact_id']}")).json()
        assert (contact["phone"], contact["attributes"]) == ("+33612345678", {"first_name": "Anna"})
        changed = (await client.put(path, json=form | {"name": "Shop window", "source": "paris"})).json()
        assert (changed["changed"], changed["sign_ups"]) == (True, 1)
        [seen] = (await client.get(f"{path}/versions")).json()
        assert seen["content"]["source"] == "shop"
        assert "STOP" in seen["wordings"]["en"]
        assert [each["name"] for each in (await client.get("/v1/forms")).json()["data"]] == ["Shop window"]
        assert (await client.post(f"{path}/archive")).json()["state"] == "archived"
        assert (await client.post(f"{path}/sign-ups", json=named)).status_code == 409
