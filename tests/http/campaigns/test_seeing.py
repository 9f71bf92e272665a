"""The message step: seen as any contact, tried on one's own number while it is written."""

from typing import Any

from tests.http.campaigns.test_editor import _draft, ready

__all__ = ["ready"]

_HTMX = {"hx-request": "true"}


async def test_a_message_is_seen_as_whoever_is_found_by_name_or_number(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    async with server.client() as client:
        made = {"phone": "+33699999999", "attributes": {"first_name": "Ottilie"}}
        assert (await client.post("/v1/contacts/batch", json={"contacts": [made]})).is_success
    await browser.log_in()
    at = await _draft(browser, ready)
    for asked in ("ottil", "06 99 99 99 99"):
        found = (await browser.get(f"{at}/readers?reader={asked}", **_HTMX)).text
        assert "Ottilie" in found
        assert found.count("<li>") == 1
    assert "Nobody is called so" in (await browser.get(f"{at}/readers?reader=Zzz", **_HTMX)).text
    assert (await browser.get(f"{at}/readers?reader=", **_HTMX)).text.strip() == ""
    # She is not in the audience, and the phone shows her all the same.
    led = await browser.get(f"{at}/readers?reader=ottil")
    assert "Ottilie" in (await browser.get(led.headers["location"])).text


async def test_a_test_from_the_message_step_sends_what_is_written_saved_or_not(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    written = {"sender_id": ready["sender"], "body": "Chappe: new for {{ first_name }}", "variant": "B"}
    wrong = await browser.http.post(f"{at}/test", data={"phone": "12"})
    assert wrong.status_code == 403
    sent = await browser.post(f"{at}/test", written | {"phone": "06 12 34 56 78"})
    assert sent.status_code == 303
    assert await server.database.engine.fetchval("select body from message") == "Chappe: new for Zoë"
    assert await server.database.engine.fetchval("select body from campaign") == ""
