"""What pages of a shop tell by their visitors' browsers: who may, of whom, how often; nothing is read."""

import asyncio
import re
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import pytest
from tests.http.conftest import NO_TLS, Server

from chappe.messages.model import first_id_of_day, utc_day
from chappe.tracking import repo
from chappe.tracking.codes import Codes
from chappe.tracking.model import Linking

SITE = "https://shop.example"
ORDER = {"name": "Order Completed", "value": 49.9, "currency": "EUR", "order_id": "1042"}


class Shop(NamedTuple):
    """A workspace's pages: their key, and the code by which Ana came."""

    pages: httpx.AsyncClient
    key: str
    code: str

    async def tells(self, told: dict[str, Any], origin: str = SITE, key: str = "") -> httpx.Response:
        return await self.pages.post(f"/b/{key or self.key}", json=told, headers={"origin": origin})


async def code_of(server: Server, keys: Any, workspace_id: int, phone: int, clock: Any) -> str:
    """Of a link that a person of this workspace got."""
    first = first_id_of_day(utc_day(clock.now())) + phone % 1000
    async with server.database.engine_transaction() as conn:
        await conn.execute("select ensure_message_day($1::date)", clock.now().date())
        contact = await conn.fetchval(
            "insert into contact (workspace_id, phone, zones) values ($1, $2, 'Europe/Paris') returning id",
            workspace_id,
            phone,
        )
        await conn.execute(
            "insert into message (id, workspace_id, phone, contact_id, run_id, purpose, body) "
            "values ($1, $2, $3, $4, 7, 5, 'x')",
            first,
            workspace_id,
            phone,
            contact,
        )
        to = "https://shop.example/spring?a=1#top"
        [link] = await repo.add_links(conn, workspace_id, 7, uuid4(), [to], Linking("https://x/l/", None, {}))
        base = await repo.allocate(conn, 1)
        await repo.add_blocks(conn, workspace_id, [link], [base], 1, first)
    return Codes.of(keys).code(base)


@pytest.fixture
async def shop(server: Server, client: httpx.AsyncClient, keys: Any, web_clock: Any):
    key = (await client.post("/v1/browser-keys")).json()["id"]
    saved = await client.put("/v1/browser-script", json={"sites": [f"{SITE}/"], "click_code": True})
    assert saved.json() == {"sites": [SITE], "click_code": True}
    code = await code_of(server, keys, server.workspace_id, 33600000001, web_clock)
    async with httpx.AsyncClient(base_url=server.url, verify=NO_TLS, trust_env=False) as pages:
        yield Shop(pages, key, code)


async def recorded(server: Server) -> list[dict[str, Any]]:
    rows = await server.database.engine.fetch("select properties from event order by id")
    return [row["properties"] for row in rows]


async def test_a_link_leads_on_with_its_code_and_the_order_is_recorded_once(server, shop, client) -> None:
    opened = await shop.pages.get(f"/l/{shop.code}")
    assert opened.headers["location"] == f"https://shop.example/spring?a=1&chp={shop.code}#top"
    for _ in range(2):
        answer = await shop.tells({"code": shop.code, **ORDER})
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["access-control-allow-origin"] == SITE
        assert "set-cookie" not in answer.headers
    order = {"value": 49.9, "currency": "EUR", "order_id": "1042"}
    assert await recorded(server) == [{**order, "origin": "browser", "site": SITE}]
    await client.put("/v1/browser-script", json={"sites": [SITE]})


async def test_codes_of_nobody_and_of_other_workspaces_are_answered_alike(
    server, shop, keys, web_clock
) -> None:
    other = await server.database.engine.fetchval(
        "insert into workspace (name) values ('other') returning id"
    )
    theirs = await code_of(server, keys, other, 33600000002, web_clock)
    for code in (theirs, "0000000"):
        answer = await shop.tells({"code": code, **ORDER})
        assert (answer.status_code, answer.content) == (204, b"")
    assert await recorded(server) == []


async def test_only_named_sites_are_let_by_the_browser_and_by_us(server, shop) -> None:
    for origin, may in ((SITE, True), ("https://evil.example", False)):
        asked = await shop.pages.options(
            f"/b/{shop.key}", headers={"origin": origin, "access-control-request-method": "POST"}
        )
        assert asked.status_code == 204
        assert asked.headers.get("access-control-allow-origin") == (origin if may else None)
        answer = await shop.tells({"code": shop.code, **ORDER}, origin=origin)
        assert answer.status_code == (204 if may else 403)
    assert "access-control-allow-origin" not in answer.headers
    assert answer.json()["code"] == "site_not_named"
    assert len(await recorded(server)) == 1


async def test_a_revoked_key_records_nothing(server, shop, client) -> None:
    assert (await client.delete(f"/v1/browser-keys/{shop.key}")).status_code == 204
    assert (await client.delete(f"/v1/browser-keys/{shop.key}")).status_code == 404
    answer = await shop.tells({"code": shop.code, **ORDER})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_browser_key")
    assert await recorded(server) == []
    [key] = (await client.get("/v1/browser-keys")).json()["data"]
    assert key["revoked_at"]
    done = await server.database.engine.fetch("select action from audit_event where action like 'browser%'")
    assert [row["action"] for row in done] == [
        "browser_key.created", "browser_settings.changed", "browser_key.revoked",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": -1},
        {"value": 1e9},
        {"currency": "euro"},
        {"order_id": "a\u0000b"},
        {"order_id": "x" * 101},
        {"code": "short"},
        {"name": "Order Refunded"},
        {"phone": "+33612345678"},
    ],
)
async def test_what_is_out_of_bounds_is_refused(server, shop, wrong) -> None:
    answer = await shop.tells({"code": shop.code, **ORDER, **wrong})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_browser_event")
    assert await recorded(server) == []


async def test_a_body_may_not_be_large_and_one_address_may_not_ask_on_and_on(server, shop) -> None:
    large = await shop.tells({"code": shop.code, **ORDER, "more": "x" * 3_000})
    assert large.status_code == 413
    answers = await asyncio.gather(*(shop.tells({"code": "0000000", **ORDER}) for _ in range(75)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 5 <= len(refused) <= 15
    assert int(refused[0].headers["retry-after"]) >= 1


async def test_five_keys_work_at_a_time_and_sites_are_origins(client) -> None:
    for _ in range(5):
        assert (await client.post("/v1/browser-keys")).status_code == 201
    assert (await client.post("/v1/browser-keys")).json()["code"] == "too_many_browser_keys"
    for site in ("http://shop.example", "shop.example", "https://[", "https://user@shop.example"):
        answer = await client.put("/v1/browser-script", json={"sites": [site]})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_sites")


async def test_the_page_makes_a_key_shows_what_to_paste_and_revokes_it(browser) -> None:
    await browser.log_in()
    page = "/settings/conversions/script"
    wrong = await browser.post(page, {"sites": "shop.example"})
    assert wrong.status_code == 422
    assert "Write each site as https://shop.example" in wrong.text
    await browser.post(page, {"sites": "https://shop.example\nhttps://shop.example/", "click_code": "1"})
    await browser.post(f"{page}/keys", {})
    shown = (await browser.get(page)).text
    key = shown.partition("data-key=&#34;")[2][:36]
    assert key.startswith("pub_")
    assert "chappe.js" in shown
    assert re.search(r"<textarea[^>]*>\s*https://shop.example</textarea>", shown)
    assert "Revoke this key?" in (await browser.get(f"{page}/keys/{key}/revoke")).text
    await browser.post(f"{page}/keys/{key}/revoke", {})
    assert key not in (await browser.get(page)).text


async def test_the_script_is_small_and_for_everybody(browser) -> None:
    answer = await browser.get("/chappe.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert len(answer.content) < 6_000
