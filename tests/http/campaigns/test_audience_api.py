"""/v1/campaigns/{id}/audience."""

from typing import Any

from tests.http.campaigns.test_campaigns import plan, wish

from chappe.db.pool import Database

__all__ = ["wish"]
FRENCH = {"kind": "country", "values": ["FR"]}


async def test_an_audience_reads_as_it_did_when_the_campaign_started(
    server: Any, client: Any, database: Database, wish: dict[str, Any]
) -> None:
    made = (await client.post("/v1/segments", json={"name": "French", "rule": FRENCH})).json()["id"]
    outer = {"kind": "not", "rule": {"kind": "segment", "segment_id": made}}
    not_french = (await client.post("/v1/segments", json={"name": "Others", "rule": outer})).json()["id"]
    audience = {"include": wish["audience"]["include"], "exclude": [not_french]}
    campaign = (await client.post("/v1/campaigns", json=wish | {"audience": audience})).json()["id"]
    at = f"/v1/campaigns/{campaign}"
    early = (await client.get(f"{at}/audience")).json()
    assert (early["frozen"], early["recipients"]) == (False, None)
    await database.engine.execute("update contact set country = 'FR'")
    await client.post(f"{at}/send")
    await plan(database)
    everybody = {"kind": "all", "of": []}
    changed = await client.put(f"/v1/segments/{made}", json={"name": "All", "rule": everybody})
    assert changed.status_code == 200, changed.text
    found = (await client.get(f"{at}/audience", headers={"accept-language": "fr"})).json()
    assert (found["frozen"], found["recipients"]) == (True, 3)
    assert [(one["name"], one["excluded"]) for one in found["lists"]] == [("people", False)]
    segments = {one["name"]: one for one in found["segments"]}
    assert (segments["Others"]["excluded"], segments["Others"]["named"]) == (True, True)
    assert (segments["French"]["rule"], segments["French"]["named"]) == (FRENCH, False)
    assert segments["French"]["sentence"] != changed.json()["sentence"]
