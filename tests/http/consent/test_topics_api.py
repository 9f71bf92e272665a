"""/v1/topics."""

from typing import Any


async def test_topics_are_made_changed_and_archived(server: Any) -> None:
    async with server.client() as client:
        [offers] = (await client.get("/v1/topics")).json()["data"]
        assert offers["default"]
        assert offers["purpose"] == "marketing"
        words = {"fr": {"title": "Nouveautés", "frequency": "une fois par mois"}}
        made = await client.post("/v1/topics", json={"name": "News", "words": words})
        assert made.status_code == 201
        assert made.json()["words"]["fr"]["title"] == "Nouveautés"
        path = f"/v1/topics/{made.json()['id']}"
        assert (await client.post("/v1/topics", json={"name": "NEWS"})).status_code == 409
        changed = (await client.patch(path, json={"name": "What is new"})).json()
        assert changed["name"] == "What is new"
        assert changed["words"] == made.json()["words"]
        assert (await client.patch(path, json={"archived": True})).json()["archived"]
        assert len((await client.get("/v1/topics")).json()["data"]) == 1
        assert not (await client.patch(path, json={"archived": False})).json()["archived"]
        stays = await client.patch(f"/v1/topics/{offers['id']}", json={"archived": True})
        assert (stays.status_code, stays.json()["code"]) == (409, "default_topic_stays")
