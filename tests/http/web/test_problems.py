"""Errors that a person can meet: each in the look of the pages, saying what to do."""

from typing import Any

import pytest
from structlog.contextvars import get_contextvars
from structlog.testing import capture_logs

from chappe.db.pool import Database


async def test_an_unknown_address_keeps_the_navigation_of_who_has_logged_in(browser: Any) -> None:
    stranger = await browser.get("/nowhere")
    assert stranger.status_code == 404
    assert "There is nothing here" in stranger.text
    assert "sidebar" not in stranger.text
    await browser.log_in()
    known = await browser.get("/nowhere")
    assert known.status_code == 404
    assert 'id="sidebar"' in known.text
    assert "There is nothing here" in known.text


async def test_an_expired_form_and_a_missing_right_are_told_apart(browser: Any) -> None:
    await browser.log_in()
    expired = await browser.post("/logout", {}, token="0" * 64)
    assert expired.status_code == 403
    assert "This form has expired" in expired.text


async def test_an_address_that_takes_forms_says_so(browser: Any) -> None:
    await browser.log_in()
    visited = await browser.get("/logout")
    assert visited.status_code == 405
    assert "This address takes no visits" in visited.text


async def test_htmx_is_led_to_the_login_page_as_a_whole(browser: Any) -> None:
    asked = await browser.get(
        "/palette?q=a", **{"hx-request": "true", "hx-current-url": "http://127.0.0.1/campaigns?x=1"}
    )
    assert asked.headers["hx-redirect"] == "/login?next=%2Fcampaigns%3Fx%3D1"
    assert "<form" not in asked.text


async def test_the_id_that_the_page_shows_is_in_the_log(
    server: Any, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await browser.log_in()
    seen: list[dict[str, Any]] = []

    def broken(self: Database, *args: Any) -> Any:
        seen.append(get_contextvars())
        raise ValueError("a defect")

    with capture_logs() as logs:
        monkeypatch.setattr(Database, "transaction", broken)
        monkeypatch.setattr(Database, "engine_transaction", broken)
        page = await browser.get("/")
    assert page.status_code == 500
    assert "Something failed on our side" in page.text
    known_as = page.headers["x-request-id"]
    assert known_as in page.text
    failed = next(line for line in logs if line["event"] == "page_failed")
    assert failed["log_level"] == "error"
    # The log's processors write what is bound into every line.
    assert seen[0]["request_id"] == known_as


async def test_what_is_too_large_is_refused_with_a_page(browser: Any) -> None:
    await browser.log_in()
    refused = await browser.post("/lists/new", {"name": "x" * 11_000_000})
    assert refused.status_code == 413
    assert "This is too large" in refused.text
    assert 'id="sidebar"' in refused.text


async def test_an_action_on_no_rows_says_what_to_do(browser: Any) -> None:
    await browser.log_in()
    refused = await browser.post("/contacts/bulk", {"action": "archive"})
    assert refused.status_code == 422
    assert "The form could not be read" in refused.text


async def test_too_many_tries_are_told_to_wait(browser: Any) -> None:
    for _ in range(40):
        answer = await browser.post("/login", {"email": "owner@localhost", "password": "a wrong guess"})
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert "Too many" in answer.text
