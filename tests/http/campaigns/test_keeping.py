"""The message step keeps itself, and two who write at once are told."""

import re
from typing import Any

from tests.http.campaigns.test_editor import _draft, ready

__all__ = ["ready"]

MINE, THEIRS = "Chappe: -20 % samedi. STOP 38200", "Chappe: -30 % samedi. STOP 38200"


async def _seen(browser: Any, at: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', (await browser.get(f"{at}/edit/message")).text)
    assert found
    return found[1]


async def _body(server: Any) -> str:
    body: str = await server.database.engine.fetchval("select body from campaign")
    return body


async def test_what_is_written_is_kept_and_who_was_overtaken_overwrites_nothing(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    seen = await _seen(browser, at)
    kept = await browser.post(
        f"{at}/keep", {"sender_id": ready["sender"], "body": MINE, "seen": seen, "first": "1"}
    )
    assert kept.status_code == 200
    assert await _body(server) == MINE
    late = await browser.post(f"{at}/keep", {"sender_id": ready["sender"], "body": THEIRS, "seen": seen})
    assert late.status_code == 409
    assert (late.json()["sender_id"], late.json()["body"]) == (ready["sender"], MINE)
    assert await _body(server) == MINE
    again = {"sender_id": ready["sender"], "body": THEIRS, "seen": kept.json()["seen"]}
    assert (await browser.post(f"{at}/keep", again)).status_code == 200
    told = await server.database.engine.fetchval(
        "select count(*) from audit_event where action = 'campaign.changed'"
    )
    assert told == 1, "one line for what is written on one page"


async def test_a_save_that_would_overwrite_shows_both_and_then_does(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    seen = await _seen(browser, at)
    text = {"sender_id": ready["sender"], "body": THEIRS, "seen": seen}
    assert (await browser.post(f"{at}/edit/message", text | {"go": "save"})).status_code == 303
    shown = await browser.post(f"{at}/edit/message", text | {"body": MINE, "go": "save"})
    assert shown.status_code == 200
    assert "Somebody else has changed this text" in shown.text
    assert THEIRS in shown.text
    assert MINE in shown.text
    assert await _body(server) == THEIRS
    fresh = re.search(r'name="seen" value="(\w+)"', shown.text)
    assert fresh
    final = await browser.post(f"{at}/edit/message", text | {"body": MINE, "go": "save", "seen": fresh[1]})
    assert final.status_code == 303
    assert await _body(server) == MINE


async def test_the_longest_message_of_the_audience_is_found(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    await server.database.engine.execute(
        "update contact set attributes = $1 where phone = 33612300002",
        {"first_name": "Łukasz-Maximilien"},
    )
    text = {"sender_id": ready["sender"], "body": "Chappe: {{ first_name }}, -20 %. STOP 38200"}
    page = (await browser.post(f"{at}/edit/message", text | {"go": "see-worst"})).text
    assert "Łukasz-Maximilien, -20 %" in page


async def test_a_text_is_checked_by_the_api(server: Any, ready: dict[str, str]) -> None:
    async with server.client() as client:
        body = 'Soldes 🎉 {{ first_name | default: "vous" }}, bit.ly/x'
        said = (await client.post("/v1/messages/check", json={"body": body})).json()
        assert (said["encoding"], said["parts"]) == ("ucs2", 1)
        assert [each["character"] for each in said["characters"]] == ["🎉"]
        assert said["replacement"].startswith("Soldes {{ first_name")
        tagged = 'Chappe : “{{ first_name | default: "mon “ami”" }}”'
        whole = (await client.post("/v1/messages/check", json={"body": tagged})).json()
        assert whole["replacement"] == 'Chappe : "{{ first_name | default: "mon “ami”" }}"'
        wrong = {each["item"] for each in said["checklist"] if not each["good"]}
        assert wrong == {"brand", "opt_out", "shortener"}
        missing = (await client.post("/v1/messages/check", json={"body": "{{ first_name }}"})).json()
        assert (missing["text"], missing["missing"]) == (None, "first_name")
        refused = await client.post("/v1/messages/check", json={"body": "x", "sender_id": "snd_1"})
        assert refused.status_code == 404
