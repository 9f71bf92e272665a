"""The texts that a campaign tries, in the editor as a browser without scripts uses it."""

import re
from typing import Any

from tests.http.campaigns.test_editor import _draft, ready

__all__ = ["ready"]


async def test_a_variant_is_added_written_named_and_removed(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    mine = {"sender_id": ready["sender"], "body": "Chappe: -20 % samedi. STOP 38200"}
    said = await browser.post(f"{at}/edit/message", mine | {"variant": "A", "go": "add-variant"})
    assert said.headers["location"].startswith(f"{at}/edit/message?variant=B")
    page = (await browser.get(f"{at}/edit/message?variant=B")).text
    assert "Chappe: -20 % samedi. STOP 38200" in page, "a new variant begins as a copy"
    other = mine | {"body": "Chappe: deux pour un. STOP 38200", "variant": "B", "variant_name": "Duo"}
    said = await browser.post(f"{at}/edit/message", other | {"go": "variant-A"})
    assert said.headers["location"].startswith(f"{at}/edit/message?variant=A")
    first = (await browser.get(f"{at}/edit/message?variant=A")).text
    assert "-20 % samedi" in first
    assert "deux pour un" not in first
    assert "Duo" in first
    assert "deux pour un" in (await browser.get(f"{at}/edit/message?variant=B")).text
    said = await browser.post(f"{at}/edit/message", other | {"go": "remove-variant"})
    assert said.headers["location"].startswith(f"{at}/edit/message?variant=A")
    assert await server.database.engine.fetchval("select count(*) from campaign_variant") == 0
    body = await server.database.engine.fetchval("select body from campaign")
    assert body == "Chappe: -20 % samedi. STOP 38200"


async def test_how_it_is_tested_is_asked_said_and_refused(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    text = {"sender_id": ready["sender"], "body": "Chappe: -20 % samedi. STOP 38200", "variant": "A"}
    await browser.post(f"{at}/edit/message", text | {"go": "add-variant"})
    chosen = {
        "test_percent": "40", "holdout_percent": "10", "metric": "replies", "decision": "rule",
        "decide_hours": "12", "most_optouts": "1,5",
    }  # fmt: skip
    wrong = await browser.post(f"{at}/experiment", chosen | {"test_percent": "140"})
    assert wrong.status_code == 422
    assert "from 1 to 100" in wrong.text
    assert (await browser.post(f"{at}/experiment", chosen)).status_code == 303
    row = await server.database.engine.fetchrow("select * from experiment")
    told = ("test_percent", "holdout_percent", "metric", "decision", "decide_within")
    assert [row[name] for name in told] == [40, 10, "replies", "rule", 720]
    assert round(row["most_optouts"], 4) == 0.015
    page = (await browser.get(f"{at}/experiment")).text
    assert 'value="12"' in page
    assert 'value="1.5"' in page
    review = (await browser.get(f"{at}/edit/review")).text
    assert "2 variants to" in review


async def test_a_variant_leaves_at_an_hour_of_its_own_and_so_does_its_copy(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    text = {"sender_id": ready["sender"], "body": "Chappe: -20 % samedi. STOP 38200"}
    await browser.post(f"{at}/edit/message", text | {"variant": "A", "go": "add-variant"})
    mine = text | {"variant": "B", "variant_hour": "18"}
    await browser.post(f"{at}/edit/message", mine | {"go": "save"})
    assert '<option value="18" selected>18:00' in (await browser.get(f"{at}/edit/message?variant=B")).text
    copied = await browser.post(f"{at}/duplicate", {})
    other = copied.headers["location"].split("/edit")[0]
    async with server.client() as client:
        for each in (at, other):
            hours = [one["send_hour"] for one in (await client.get(f"/v1{each}/variants")).json()]
            assert hours == [None, 18]
        refused = await client.put(f"/v1{at}/variants/B", json={"send_hour": 24})
        assert refused.status_code == 400
    await browser.post(f"{at}/edit/message", mine | {"variant_hour": "", "go": "save"})
    async with server.client() as client:
        assert (await client.get(f"/v1{at}/variants")).json()[1]["send_hour"] is None


async def test_a_copy_is_named_in_the_language_of_the_page(browser: Any, ready: dict[str, str]) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    browser.cookies["__Host-chappe-language"] = "fr"
    copied = await browser.post(f"{at}/duplicate", {})
    assert "Copie de Spring" in (await browser.get(copied.headers["location"])).text


async def test_the_price_on_the_tab_of_a_variant_counts_each_with_its_own_text(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await server.database.engine.execute(
        "with made as (insert into contact (workspace_id, phone, country, zones) "
        "select $1, 33612301000 + n, 'FR', 'Europe/Paris' from generate_series(1, 38) n returning id),"
        " joined as (insert into list_member select $1, (select id from list), id from made) "
        "insert into consent (workspace_id, contact_id, purpose, state, basis) "
        "select $1, id, 'marketing', 'granted', 'express' from made",
        server.workspace_id,
    )
    await browser.log_in()
    at = await _draft(browser, ready)
    one = {"sender_id": ready["sender"], "body": "Chappe: -20 % samedi. STOP 38200", "variant": "A"}
    four = one | {"body": f"Chappe: {'x' * 450}. STOP 38200", "variant": "B"}
    await browser.post(f"{at}/edit/message", one | {"go": "add-variant"})
    await browser.post(f"{at}/edit/message", four | {"go": "save"})
    chosen = {"test_percent": "100", "holdout_percent": "0", "metric": "replies", "decision": "hand"}
    assert (await browser.post(f"{at}/experiment", chosen)).status_code == 303
    # The same two texts, whichever of them is looked at.
    first = _price((await browser.post(f"{at}/check", one)).text)
    assert first == _price((await browser.post(f"{at}/check", four)).text)
    assert first == _price((await browser.get(f"{at}/edit/message?variant=B")).text)
    # What is being written on the tab counts, saved or not: now both have one part.
    assert _price((await browser.post(f"{at}/check", four | {"body": one["body"]})).text) == "1.80"
    assert first > "1.80"


def _price(page: str) -> str:
    found = re.search(r"€(\d\.\d\d)(?! a message)", page[page.index("sum-figure") :])
    assert found, page
    return found[1]


async def test_a_variant_gives_codes_of_an_offer_of_its_own(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    async with server.client() as client:
        wish = {"name": "Spring", "generate": {"n": 10, "pattern": "spring-########"}}
        offer = (await client.post("/v1/offers", json=wish)).json()["id"]
        made = await client.post(f"/v1{at}/variants", json={"name": "Codes", "offer_id": offer})
        assert (made.json()["variant"], made.json()["offer_id"]) == ("B", offer)
        wrong = await client.put(f"/v1{at}/variants/B", json={"offer_id": "off_1"})
        assert (wrong.json()["code"], wrong.json()["errors"][0]["pointer"]) == ("unknown_offer", "#/offer_id")
        page = (await browser.get(f"{at}/edit/message?variant=B")).text
        assert f'<option value="{offer}" selected>Spring</option>' in page
        text = {"sender_id": ready["sender"], "body": "Chappe: {{ offer_code }} STOP 38200", "variant": "B"}
        for chosen, kept in (("", None), (offer, offer)):
            said = text | {"variant_name": "Codes", "variant_offer": chosen, "go": "variant-B"}
            await browser.post(f"{at}/edit/message", said)
            told = (await client.get(f"/v1{at}/variants")).json()
            assert [one["offer_id"] for one in told] == [None, kept]
