"""What the shell does for every page: who may see it, what it may load, where forms may come from."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from chappe.db.errors import ServerGone


async def test_a_page_leads_to_login_and_back(browser: Any) -> None:
    asked = await browser.get("/campaigns/cmp_1?notice=x")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/login?next=%2Fcampaigns%2Fcmp_1%3Fnotice%3Dx"
    assert (await browser.get("/")).headers["location"] == "/login"
    stream = await browser.get("/lab/phones/live", accept="text/event-stream")
    assert stream.status_code == 401


async def test_a_page_carries_a_strict_policy_and_is_kept_nowhere(browser: Any) -> None:
    page = await browser.get("/login")
    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "strict-transport-security" not in page.headers


async def test_built_files_are_kept_for_ever(browser: Any) -> None:
    page = (await browser.get("/login")).text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    style = await browser.get(address)
    assert style.status_code == 200
    assert "immutable" in style.headers["cache-control"]
    assert (await browser.get("/static/nothing.css")).status_code == 404


async def test_files_and_pages_come_compressed_to_who_takes_it(browser: Any) -> None:
    page = await browser.get("/login", **{"accept-encoding": "gzip, br"})
    assert page.headers["content-encoding"] == "gzip"
    address = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
    sizes = []
    for accepted, encoding in (("br, gzip", "br"), ("gzip", "gzip"), ("identity", None)):
        async with browser.http.stream("GET", address, headers={"accept-encoding": accepted}) as answer:
            assert answer.headers.get("content-encoding") == encoding
            assert answer.headers["vary"] == "accept-encoding"
            sizes.append(len(b"".join([part async for part in answer.aiter_raw()])))
    assert sizes == sorted(sizes)
    plain = await browser.get("/login", **{"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers


async def test_login_sets_a_cookie_of_this_host_alone_and_logout_ends_the_session(browser: Any) -> None:
    came_in = await browser.log_in()
    assert came_in.status_code == 303
    assert came_in.headers["location"] == "/"
    cookie = next(
        line for line in came_in.headers.get_list("set-cookie") if line.startswith("__Host-chappe=")
    )
    for attribute in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
        assert attribute in cookie
    assert "Domain" not in cookie
    kept = dict(browser.cookies)
    assert (await browser.get("/")).status_code == 200
    assert (await browser.get("/login")).headers["location"] == "/"
    token = browser.cookies["__Host-chappe-csrf"]
    assert (await browser.post("/logout", {}, token=token)).headers["location"] == "/login"
    # The session is over, not only forgotten by the browser.
    browser.cookies = kept
    assert (await browser.get("/")).status_code == 303


async def test_a_wrong_password_is_answered_without_saying_which_was_wrong(browser: Any) -> None:
    wrong = await browser.log_in("wrong")
    assert wrong.status_code == 401
    nobody = await browser.post("/login", {"email": "nobody@localhost", "password": "wrong"})
    said = "The e-mail or the password is wrong"
    assert said in wrong.text
    assert said in nobody.text


async def test_too_many_tries_are_told_how_long_to_wait(browser: Any) -> None:
    for _ in range(10):
        assert (await browser.log_in("wrong")).status_code == 401
    slowed = await browser.log_in()
    assert slowed.status_code == 429
    assert "Wait 15 minutes, then try again" in slowed.text


@pytest.mark.parametrize("token", ["", "stale", "0" * 128])
async def test_a_form_of_another_site_is_refused(browser: Any, token: str) -> None:
    await browser.get("/login")
    form = {"email": "owner@localhost", "password": "correct horse battery"}
    refused = await browser.post("/login", form, token=token)
    assert refused.status_code == 403
    assert "This form has expired" in refused.text
    assert "__Host-chappe" not in browser.cookies


async def test_the_api_needs_no_token_and_answers_problems_to_browsers_too(server: Any, browser: Any) -> None:
    async with server.client() as client:
        made = await client.post("/v1/lists", json={"name": "Customers"}, headers={"accept": "text/html"})
        missing = await client.get("/v1/nowhere", headers={"accept": "text/html"})
    assert made.status_code == 201
    assert missing.headers["content-type"] == "application/problem+json"
    # And the cookie opens nothing there.
    await browser.log_in()
    assert (await browser.get("/v1/lists")).status_code == 401


async def test_a_missing_page_is_a_page_for_people_and_a_problem_for_programs(
    server: Any, browser: Any
) -> None:
    page = await browser.get("/nowhere")
    assert page.status_code == 404
    assert "There is nothing here" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    async with server.client() as client:
        problem = await client.get("/nowhere")
    assert problem.headers["content-type"] == "application/problem+json"


async def test_language_and_theme_are_kept_by_cookies(browser: Any) -> None:
    french = await browser.get("/login", **{"accept-language": "fr-FR,fr;q=0.9"})
    assert '<html lang="fr">' in french.text
    chosen = await browser.post("/preferences", {"language": "fr", "theme": "dark", "back": "//evil.example"})
    assert chosen.headers["location"] == "/"
    page = await browser.get("/login", **{"accept-language": "en"})
    assert '<html lang="fr" data-theme="chappe-dark">' in page.text
    assert "data-density" not in page.text
    await browser.post("/preferences", {"density": "dense"})
    assert 'data-density="dense"' in (await browser.get("/login")).text
    await browser.post("/preferences", {"density": "roomy"})
    await browser.post("/preferences", {"language": "xx", "theme": "system", "back": "/login"})
    assert '<html lang="fr">' in (await browser.get("/login")).text


async def test_a_lost_database_is_said_on_the_page(
    server: Any, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await browser.log_in()

    @asynccontextmanager
    async def gone() -> AsyncIterator[None]:
        raise ServerGone("The database does not answer.")
        yield

    monkeypatch.setattr(server.database, "engine_transaction", gone)
    page = await browser.get("/")
    assert page.status_code == 503
    assert "Back in a moment" in page.text


async def test_behind_tls_the_browser_is_told_to_keep_to_it(proxied_server: Any) -> None:
    async with proxied_server.client("") as client:
        plain = await client.get("/login")
        behind = await client.get("/login", headers={"x-forwarded-proto": "https"})
    assert "strict-transport-security" not in plain.headers
    assert behind.headers["strict-transport-security"] == "max-age=31536000"
