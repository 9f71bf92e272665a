"""The page of a campaign without a browser: its states, its stream, its forms."""

import asyncio
import time
from typing import Any

import httpx
import pytest

from chappe.campaigns import live
from chappe.web.streams import Closing, _until


@pytest.fixture
async def campaign(server: Any) -> str:
    """A draft to a list of nobody, made through the API."""
    async with server.client() as client:
        audience = (await client.post("/v1/lists", json={"name": "Customers"})).json()["id"]
        sender = (await client.post("/v1/senders", json={"address": "36179", "kind": "short_code"})).json()[
            "id"
        ]
        made = await client.post(
            "/v1/campaigns",
            json={
                "name": "Spring <sale>",
                "purpose": "marketing",
                "audience": {"include": [audience]},
                "sender_id": sender,
                "body": "Hello",
            },
        )
        return str(made.json()["id"])


async def _set(server: Any, **columns: object) -> None:
    for name, value in columns.items():
        await server.database.engine.execute(f"update campaign set {name} = $1", value)


async def test_names_are_escaped(server: Any, browser: Any, campaign: str) -> None:
    await _set(server, state="sending")
    await browser.log_in()
    page = (await browser.get(f"/campaigns/{campaign}")).text
    assert "<h1>Spring &lt;sale&gt;</h1>" in page


async def test_pausing_too_late_says_so(server: Any, browser: Any, campaign: str) -> None:
    await browser.log_in()
    token = browser.cookies["__Host-chappe-csrf"]
    refused = await browser.post(f"/campaigns/{campaign}/pause", {}, token=token)
    assert refused.headers["location"] == f"/campaigns/{campaign}?notice=too_late"
    page = (await browser.get(f"/campaigns/{campaign}?notice=too_late")).text
    assert "Nothing was changed" in page


async def test_a_failed_plan_and_its_reason_are_shown(server: Any, browser: Any, campaign: str) -> None:
    await _set(server, state="paused", error="The sender has no route.")
    await browser.log_in()
    page = (await browser.get(f"/campaigns/{campaign}")).text
    assert "The sender has no route." in page
    await _set(server, error_code="sender_refused")
    assert "does not accept the sender 36179" in (await browser.get(f"/campaigns/{campaign}")).text
    assert "Resume" in page
    assert "This sender has no carrier" in page


async def test_a_campaign_of_another_workspace_is_not_found(server: Any, browser: Any, campaign: str) -> None:
    engine = server.database.engine
    other = await engine.fetchval("insert into workspace (name) values ('Other') returning id")
    await _set(server, workspace_id=other)
    await browser.log_in()
    assert (await browser.get(f"/campaigns/{campaign}")).status_code == 404
    assert (await browser.get(f"/campaigns/{campaign}/live")).status_code == 404


async def _events(lines: Any, wanted: int) -> dict[str, str]:
    """The next `wanted` events by name."""
    found: dict[str, str] = {}
    name = ""
    async for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
            found[name] = ""
        elif line.startswith("data: ") and name:
            found[name] += line.removeprefix("data: ")
        elif not line and name and len(found) >= wanted:
            return found
    return found


async def test_the_stream_sends_each_block_and_then_only_what_changed(
    server: Any, browser: Any, campaign: str
) -> None:
    await _set(server, state="sending")
    await browser.log_in()
    headers = browser._headers({"accept": "text/event-stream"})
    path = f"/campaigns/{campaign}/live"
    async with asyncio.timeout(60), browser.http.stream("GET", path, headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.aiter_lines()
        first = await _events(lines, 8)
        assert set(first) == {
            "state", "actions", "progress", "rate", "tiles", "reasons", "links", "replies",
        }  # fmt: skip
        await _set(server, state="paused")
        changed: dict[str, str] = {}
        while "state" not in changed:
            changed |= await _events(lines, 1)
        assert "Paused" in changed["state"]
        assert "replies" not in changed


async def test_viewers_of_one_campaign_share_its_readings(
    server: Any, browser: Any, campaign: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = 0
    read = live.service.progress

    async def counted(*arguments: Any) -> Any:
        nonlocal readings
        readings += 1
        return await read(*arguments)

    monkeypatch.setattr(live.service, "progress", counted)
    await browser.log_in()
    headers = browser._headers({"accept": "text/event-stream"})
    path = f"/campaigns/{campaign}/live"

    async def watch() -> None:
        async with browser.http.stream("GET", path, headers=headers) as stream:
            async for _ in stream.aiter_lines():
                pass

    watchers = [asyncio.create_task(watch()) for _ in range(10)]
    await asyncio.sleep(2.5)
    for watcher in watchers:
        watcher.cancel()
    await asyncio.gather(*watchers, return_exceptions=True)
    # Two looks each as they come (one before the stream begins), then five readings for all of them.
    assert readings <= 20 + 6


async def test_open_streams_do_not_hold_a_server_that_stops() -> None:
    closing = Closing()

    async def silent() -> Any:
        yield {"a": "1"}
        await asyncio.Event().wait()

    moments = _until(silent(), closing)
    assert await anext(moments) == {"a": "1"}
    waiting = asyncio.create_task(anext(moments, None))
    began = time.monotonic()
    closing.set()
    assert await waiting in (None, {})
    assert await anext(moments, None) is None
    assert time.monotonic() - began < 1


async def test_cancel_asks_first_as_a_page_and_as_a_dialog(server: Any, browser: Any, campaign: str) -> None:
    await _set(server, state="scheduled")
    await browser.log_in()
    page = await browser.get(f"/campaigns/{campaign}/cancel")
    assert "<html" in page.text
    asked = {"hx-request": "true", "hx-target": "dialog"}
    dialog = await browser.get(f"/campaigns/{campaign}/cancel", **asked)
    assert dialog.text.lstrip().startswith("<dialog")
    token = browser.cookies["__Host-chappe-csrf"]
    done: httpx.Response = await browser.post(f"/campaigns/{campaign}/cancel", {}, token=token)
    assert done.headers["location"].endswith("notice=canceled")
    assert "Canceled" in (await browser.get(f"/campaigns/{campaign}")).text
