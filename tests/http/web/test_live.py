"""The stream that all tabs share: it carries the streams of pages, asked with the same rights."""

import asyncio
from typing import Any
from urllib.parse import quote

from chappe.web.live import carried


async def _first(browser: Any, path: str, enough: str, times: int = 1) -> str:
    """What the stream says until it has said `enough` so many times."""
    said = ""
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = {"accept": "text/event-stream", "cookie": cookie}
    async with asyncio.timeout(30), browser.http.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for part in answer.aiter_text():
            said += part
            if said.count(enough) >= times:
                break
    return said


async def test_it_carries_the_events_of_several_streams_by_their_places(browser: Any) -> None:
    await browser.log_in()
    phones = quote("/lab/phones/live?q=&number=")
    said = await _first(browser, f"/live?of={phones}&of=/nowhere", "data: 0 ")
    assert "data: 0 " in said


async def test_the_pages_language_is_the_streams(browser: Any) -> None:
    """Whatever the browser prefers: the page may have been opened in another."""
    await browser.log_in()
    phones = quote("/lab/phones/live?q=9&number=")
    french = await _first(browser, f"/live?language=fr&of={phones}", "data: 0 list", 1)
    english = await _first(browser, f"/live?language=en&of={phones}", "data: 0 list", 1)
    assert "Aucun téléphone" in french
    assert "No phone with these digits" in english


async def test_what_is_refused_or_no_stream_is_over_and_the_others_go_on(browser: Any) -> None:
    await browser.log_in()
    said = await _first(browser, "/live?of=/nowhere&of=/palette&of=/live", " !over", 3)
    assert sorted(line for line in said.splitlines() if line.startswith("data")) == [
        "data: 0 !over",
        "data: 1 !over",
        "data: 2 !over",
    ]


async def test_nobody_gets_none(browser: Any) -> None:
    assert (await browser.get("/live?of=/palette", accept="text/event-stream")).status_code == 401


def test_an_event_keeps_its_lines_and_a_comment_stays_one() -> None:
    assert carried(3, "event: state\ndata: <p>\ndata: x</p>") == "data: 3 state\ndata: <p>\ndata: x</p>\n\n"
    assert carried(3, ": live").startswith(":")
    assert carried(0, "data: x") == "data: 0 message\ndata: x\n\n"
