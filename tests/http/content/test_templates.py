"""/v1/templates, /v1/kits and their pages."""

from typing import Any

SALE = {
    "name": "Sale",
    "folder": "Summer",
    "language": "en",
    "body": "Télégraphe: -20% today. Reply STOP to leave.",
}


async def test_templates_keep_every_text_and_bring_one_back(server: Any) -> None:
    async with server.client() as client:
        made = (await client.post("/v1/templates", json=SALE)).json()
        assert (made["version"], made["parts"], made["encoding"]) == (1, 1, "gsm7")
        one = f"/v1/templates/{made['id']}"
        assert (await client.post("/v1/templates", json=SALE)).json()["code"] == "template_name_taken"
        other = SALE | {"body": "Télégraphe: -30% today. Reply STOP to leave.", "version": 1}
        assert (await client.put(one, json=other)).json()["version"] == 2
        late = await client.put(one, json=other | {"body": "Télégraphe: STOP"})
        assert (late.status_code, late.json()["code"]) == (409, "template_changed")
        moved = (await client.put(one, json=other | {"folder": "", "version": None})).json()
        assert (moved["version"], moved["folder"]) == (2, "")
        back = (await client.post(f"{one}/versions/1/restore", json={})).json()
        assert (back["version"], back["body"]) == (3, SALE["body"])
        kept = (await client.get(f"{one}/versions")).json()["data"]
        assert [(each["version"], each["body"][12:16]) for each in kept] == [
            (3, "-20%"),
            (2, "-30%"),
            (1, "-20%"),
        ]
        found = (await client.get("/v1/templates?q=telegraphe+sale")).json()["data"]
        assert [each["id"] for each in found] == [made["id"]]
        assert (await client.get("/v1/templates?q=winter")).json()["data"] == []
        bad = await client.post("/v1/templates", json=SALE | {"name": "Bad", "body": "{{ open"})
        assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "#/body")
        assert (await client.delete(one)).status_code == 204
        assert (await client.get(one)).status_code == 404


async def test_a_kit_is_copied_once_with_the_name_of_the_workspace(server: Any) -> None:
    async with server.client() as client:
        kits = (await client.get("/v1/kits")).json()["data"]
        n = next(len(kit["texts"]) for kit in kits if (kit["trade"], kit["language"]) == ("health", "fr"))
        wanted = {"language": "fr", "folder": "Cabinet"}
        assert (await client.post("/v1/kits/health/copy", json=wanted)).json() == {"copied": n}
        assert (await client.post("/v1/kits/health/copy", json=wanted)).json() == {"copied": 0}
        copied = (await client.get("/v1/templates?folder=Cabinet")).json()["data"]
        assert len(copied) == n
        assert not [each for each in copied if "brand" in each["body"]]
        assert (await client.post("/v1/kits/banking/copy", json=wanted)).json()["code"] == "unknown_kit"


async def test_the_pages_keep_versions_and_a_kit_is_copied_in_one_click(browser: Any) -> None:
    await browser.log_in()
    assert "See the starter kits" in (await browser.get("/templates")).text
    wrong = await browser.post("/templates/new", {"name": "", "body": "{{ open", "language": ""})
    assert (wrong.status_code, "between 1 and 80" in wrong.text) == (422, True)
    form = SALE | {"name": "Big sale"}
    saved = await browser.post("/templates/new", form)
    assert saved.headers["location"] == "/templates?notice=template_saved"
    page = (await browser.get("/templates?q=BIG")).text
    one = page.split('href="/templates/tpl_')[1].split('"')[0]
    address = f"/templates/tpl_{one}"
    await browser.post(address, form | {"body": "Télégraphe: -50% today. STOP", "version": "1"})
    seen = (await browser.get(f"{address}/versions")).text
    assert "<del>-20%</del><ins>-50%</ins>" in seen
    late = await browser.post(address, form | {"body": "Other", "version": "1"})
    assert "Somebody else has saved" in late.text
    await browser.post(f"{address}/versions/1", {})
    assert "-20% today" in (await browser.get(address)).text
    kit = await browser.get("/templates/kits?trade=hospitality&language=fr")
    assert "Nouvelle carte" in kit.text
    await browser.post("/templates/kits", {"trade": "hospitality", "language": "fr"})
    assert "Nouvelle carte" in (await browser.get("/templates?folder=Hotels+and+restaurants")).text


async def test_a_template_becomes_the_text_of_a_draft_and_the_text_a_template(
    browser: Any, server: Any
) -> None:
    async with server.client() as client:
        made = (await client.post("/v1/templates", json=SALE)).json()["id"]
        people = (await client.post("/v1/lists", json={"name": "People"})).json()["id"]
        sender = (
            await client.post("/v1/senders", json={"address": "TELEGRAPHE", "kind": "alphanumeric"})
        ).json()
        draft = {
            "name": "Spring",
            "purpose": "marketing",
            "audience": {"include": [people], "exclude": []},
            "sender_id": sender["id"],
            "body": "Télégraphe: STOP",
        }
        campaign = (await client.post("/v1/campaigns", json=draft)).json()["id"]
        await browser.log_in()
        at = f"/campaigns/{campaign}/templates"
        assert "Use it" in (await browser.get(f"{at}?q=sale")).text
        await browser.post(f"{at}/new", {"name": "Spring", "folder": "", "language": "en", "variant": "A"})
        await browser.post(at, {"template": made, "variant": "A"})
        assert (await client.get(f"/v1/campaigns/{campaign}")).json()["body"] == SALE["body"]
        kept = (await client.get("/v1/templates?q=spring")).json()["data"]
        assert [each["body"] for each in kept] == ["Télégraphe: STOP"]
