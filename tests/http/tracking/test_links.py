"""/v1/links, /v1/link-domains: made, chosen, switched off, and what a phone meets then."""

from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from tests.http.conftest import NO_TLS

from chappe.kit.clock import SystemClock
from chappe.kit.outbound import Outbound
from chappe.tracking.destinations import WORDS, Fault
from chappe.tracking.domains import service as domains
from chappe.tracking.jobs import settle

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile/15E148 Safari/604.1"
TO = "https://shop.example.com/spring"


async def test_a_link_made_by_hand_leads_on_is_counted_and_can_be_switched_off(server: Any) -> None:
    async with server.client() as client:
        made = (await client.post("/v1/links", json={"url": TO, "label": "Poster"})).json()
        code = urlsplit(made["short_url"]).path
        async with httpx.AsyncClient(base_url=server.url, verify=NO_TLS, trust_env=False) as phone:
            opened = await phone.get(code, headers={"user-agent": IPHONE})
            await phone.get(code, headers={"user-agent": "WhatsApp/2.23"})
            assert (opened.status_code, opened.headers["location"]) == (302, TO)
            await server.database.engine.execute("update click_unread set at = at - interval '5 s'")
            await settle(server.database, SystemClock())
            [listed] = (await client.get("/v1/links?made_for=hand")).json()["data"]
            assert listed["clicks"] == {"people": 1, "human": 1, "previews": 1, "scanners": 0}
            off = await client.patch(f"/v1/links/{made['id']}", json={"killed": True})
            assert off.json()["killed_at"]
        on = await client.patch(f"/v1/links/{made['id']}", json={"killed": False})
        assert on.json()["killed_at"] is None


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://shop.example.com/", Fault.NOT_HTTPS),
        ("https://bit.ly/x", Fault.SHORTENER),
        ("https://10.0.0.1/", Fault.NO_NAME),
    ],
)
async def test_a_link_leads_nowhere_it_must_not(server: Any, url: str, fault: Fault) -> None:
    async with server.client() as client:
        refused = await client.post("/v1/links", json={"url": url})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_destination")
    assert refused.json()["detail"] == WORDS[fault]


async def test_a_domain_is_tried_before_links_stand_on_it(server: Any) -> None:
    async with server.client() as client:
        added = (await client.post("/v1/link-domains", json={"host": "Go.Shop.invalid"})).json()
        assert (added["host"], added["state"], added["chosen"]) == ("go.shop.invalid", "pending", False)
        twice = await client.post("/v1/link-domains", json={"host": "go.shop.invalid"})
        assert (twice.status_code, twice.json()["code"]) == (422, "bad_link_domain")
        one = f"/v1/link-domains/{added['id']}"
        verified = (await client.post(f"{one}/verify")).json()
        assert (verified["state"], verified["error"]) == ("pending", "no_answer")
        assert (await client.post(f"{one}/choose")).json()["code"] == "link_domain_state"
        early = await client.post("/v1/links", json={"url": TO, "domain_id": added["id"]})
        assert (early.status_code, early.json()["code"]) == (409, "link_domain_state")
        await server.database.engine.execute("update link_domain set state = 'ready', verified_at = now()")
        assert (await client.post(f"{one}/choose")).json()["chosen"] is True
        made = (await client.post("/v1/links", json={"url": TO})).json()
        assert made["short_url"].startswith("https://go.shop.invalid/")
        assert (await client.delete(one)).status_code == 409
        killed = (await client.post(f"{one}/kill")).json()
        assert (killed["state"], killed["chosen"]) == ("killed", False)


async def test_only_the_proof_of_this_installation_counts(server: Any, keys: Any) -> None:
    """Asked of the running server itself, in the place of a host whose DNS leads to it."""

    def here(patience: float) -> httpx.AsyncClient:
        port = urlsplit(server.url).port

        class ToUs(httpx.AsyncHTTPTransport):
            async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
                url = request.url.copy_with(scheme="http", host="127.0.0.1", port=port)
                return await super().handle_async_request(
                    httpx.Request(request.method, url, headers=request.headers)
                )

        return httpx.AsyncClient(transport=ToUs(verify=NO_TLS), timeout=patience)

    assert await domains.look(here, keys, "go.shop.example.com") is None

    class Others:
        def sub(self, use: str) -> bytes:
            return b"x" * 32

    assert await domains.look(here, Others(), "go.shop.example.com") == "other"  # type: ignore[arg-type]  # another key
    inner = Outbound(resolve=_inner)
    assert await domains.look(inner.client, keys, "go.shop.example.com") == "internal"


async def _inner(host: str) -> list[str]:
    return ["10.0.0.1"]


async def test_parameters_of_links_are_kept_and_checked(server: Any) -> None:
    async with server.client() as client:
        kept = await client.put("/v1/link-settings", json={"utm": {"source": "sms"}})
        assert kept.json() == (await client.get("/v1/link-settings")).json() == {"utm": {"source": "sms"}}
        wrong = await client.put("/v1/link-settings", json={"utm": {"place": "x"}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_utm")


async def test_a_link_is_made_and_switched_off_on_its_pages(browser: Any) -> None:
    await browser.log_in()
    wrong = await browser.post("/links/new", {"url": "https://bit.ly/x", "label": ""})
    assert wrong.status_code == 422
    assert "public shortener" in wrong.text
    made = await browser.post("/links/new", {"url": TO, "label": "Poster"})
    one = made.headers["location"].partition("?")[0]
    page = (await browser.get(one)).text
    assert "Clicks in the last 30 days" in page
    assert "<svg" in (await browser.get(f"{one}/qr.svg")).text
    assert (await browser.get(f"{one}/qr.png")).content.startswith(b"\x89PNG")
    await browser.post(f"{one}/kill", {})
    listed = (await browser.get("/links?made_for=hand")).text
    assert "Poster" in listed
    assert "switched off" in listed
    await browser.post(f"{one}/revive", {})
    assert "leads on" in (await browser.get(one)).text


async def test_a_domain_is_added_verified_and_removed_on_the_settings_page(browser: Any) -> None:
    await browser.log_in()
    wrong = await browser.post("/settings/links", {"host": "nothing"})
    assert wrong.status_code == 422
    assert "Write a host" in wrong.text
    await browser.post("/settings/links", {"host": "go.shop.invalid"})
    page = (await browser.get("/settings/links")).text
    one = page.partition('href="/settings/links/')[2].partition("/")[0]
    missed = await browser.post(f"/settings/links/{one}/verify", {})
    assert missed.headers["location"].endswith("notice=missed")
    assert "Nothing answers there by https." in (await browser.get("/settings/links")).text
    await browser.post("/settings/links/utm", {"utm.source": "sms"})
    await browser.post(f"/settings/links/{one}/kill", {})
    page = (await browser.get("/settings/links")).text
    assert "go.shop.invalid" not in page
    assert 'value="sms"' in page


async def test_a_campaign_says_how_its_links_are_made(server: Any, browser: Any) -> None:
    async with server.client() as client:
        sender = await client.post("/v1/senders", json={"address": "BRAND", "kind": "alphanumeric"})
        listed = await client.post("/v1/lists", json={"name": "All"})
        draft = {
            "name": "Spring",
            "purpose": "marketing",
            "sender_id": sender.json()["id"],
            "body": f"Hello: see {TO} STOP 38200",
            "audience": {"include": [listed.json()["id"]], "exclude": []},
        }
        campaign = (await client.post("/v1/campaigns", json=draft)).json()["id"]
        path = f"/v1/campaigns/{campaign}/links"
        assert (await client.get(path)).json() == {"shorten": None, "domain_id": None, "utm": {}}
        chosen = {"shorten": True, "domain_id": None, "utm": {"source": "sms"}}
        assert (await client.put(path, json=chosen)).json() == chosen
        wrong = await client.put(path, json=chosen | {"domain_id": "dom_none"})
        assert (wrong.status_code, wrong.json()["code"]) == (404, "unknown_link_domain")
        await browser.log_in()
        page = (await browser.get(f"/campaigns/{campaign}/links")).text
        assert 'value="sms"' in page
        await browser.post(f"/campaigns/{campaign}/links", {"shorten": "no", "utm_source": ""})
        assert (await client.get(path)).json() == {"shorten": False, "domain_id": None, "utm": {}}
