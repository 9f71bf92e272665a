"""/v1/contacts/{id}/topics and /preference-link."""

from typing import Any

PROOF = {"basis": "express", "wording": "Yes to news by text", "evidence": {"page": "till 2"}}


async def test_topics_of_a_person_are_granted_with_proof_and_left_without(server: Any) -> None:
    async with server.client() as client:
        contact = (await client.post("/v1/contacts", json={"phone": "+33612345678"})).json()["id"]
        news = (await client.post("/v1/topics", json={"name": "News"})).json()["id"]
        asked = (await client.post("/v1/topics", json={"name": "Tips", "double_opt_in": True})).json()["id"]
        path = f"/v1/contacts/{contact}/topics"

        async def put(state: str, topic: str, **more: object) -> Any:
            return await client.put(path, json={"topics": [{"topic_id": topic, "state": state}], **more})

        before = (await client.get(path)).json()
        assert [(each["state"], each["since"]) for each in before["data"]] == [("none", None)] * 3
        for missing in ("basis", "wording", "evidence"):
            refused = await put("granted", news, **{name: PROOF[name] for name in PROOF if name != missing})
            assert (refused.status_code, refused.json()["code"]) == (422, "no_proof")
            assert refused.json()["errors"][0]["pointer"] == f"#/{missing}"
        unproved = await put("granted", news, **PROOF | {"evidence": {}})
        assert (unproved.status_code, unproved.json()["code"]) == (422, "no_proof")
        held = await put("granted", news, **PROOF)
        assert held.status_code == 200, held.text
        [one] = [each for each in held.json()["data"] if each["topic_id"] == news]
        assert (one["state"], one["basis"], one["source"]) == ("granted", "express", "api")
        assert one["wording"] == "Yes to news by text"
        assert one["since"]
        again = await put("granted", news, **PROOF)
        assert again.json() == held.json()
        seldom = await client.put(f"/v1/contacts/{contact}/frequency", json={"per_week": 2})
        assert seldom.json() == held.json() | {"per_week": 2}
        assert (
            await client.put(f"/v1/contacts/{contact}/frequency", json={"per_week": 9})
        ).status_code == 400
        await client.put(f"/v1/contacts/{contact}/frequency", json={"per_week": None})
        left = await put("withdrawn", news)
        assert {each["topic_id"]: each["state"] for each in left.json()["data"]}[news] == "withdrawn"
        unanswered = await put("granted", asked, **PROOF)
        assert (unanswered.status_code, unanswered.json()["code"]) == (422, "nobody_can_answer")
        assert (await put("withdrawn", "top_x")).json()["code"] == "not_a_topic"
        await client.post("/v1/suppressions", json={"phone": "+33612345678"})
        refused = await put("granted", news, **PROOF)
        assert (refused.status_code, refused.json()["code"]) == (409, "person_stopped")
        assert (await put("withdrawn", news)).json()["stopped"]
        events = await server.database.engine.fetch(
            "select e.state, v.data from consent_event e left join consent_evidence v on v.id = e.evidence_id"
            " order by e.id"
        )
        assert [event["state"] for event in events] == ["granted", "withdrawn"]
        assert all('"actor":"key ' in event["data"] for event in events)


async def test_a_link_opens_the_persons_page_until_its_day(server: Any) -> None:
    async with server.client() as client:
        contact = (await client.post("/v1/contacts", json={"phone": "+33612345678"})).json()["id"]
        path = f"/v1/contacts/{contact}/preference-link"
        short = (await client.post(path, json={"days": 7})).json()
        long = (await client.post(path, json={})).json()
        assert short["last_day"] < long["last_day"]
        assert (await client.post(path, json={"days": 366})).status_code == 400
    async with server.client("") as stranger:
        opened = await stranger.get("/p/" + short["url"].split("/p/")[1])
        assert (opened.status_code, "+33 … 678" in opened.text) == (200, True)
        assert (await stranger.get("/p/" + short["url"].split("/p/")[1][:-1])).status_code == 404
