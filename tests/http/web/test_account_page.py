"""One's own account and a forgotten password, over HTTP."""

import re
from typing import Any

import pytest

from chappe.accounts.mails import Outbox
from chappe.accounts.security.resets import answer_next
from chappe.db.keys import InstanceKeys
from chappe.kit.clock import FakeClock

PASSWORD = "correct horse battery"
BETTER = "quatre fourmis sous la pluie"
FORGOT, RESET = "/password/forgot", "/password/reset"


@pytest.fixture
def web_clock(clock: FakeClock) -> FakeClock:
    return clock


@pytest.fixture
def outbox(keys: InstanceKeys) -> Outbox:
    return Outbox(keys, "https://sms.example", sends=False)


async def form(browser: Any, page: str, path: str, values: dict[str, str]) -> Any:
    return await browser.post(path, values, token=browser.token(await browser.get(page)))


async def link_of(server: Any, outbox: Outbox) -> str:
    """The path that the last mail leads to."""
    mail_id = await server.database.engine.fetchval("select id from outgoing_mail order by id desc limit 1")
    async with server.database.engine_transaction() as conn:
        body = await outbox.body(conn, mail_id)
    found = re.search(r"https://sms.example(/\S+)", body.text if body else "")
    assert found is not None
    return found[1]


async def ask_for_link(server: Any, browser: Any, clock: FakeClock, outbox: Outbox) -> str:
    await form(browser, FORGOT, FORGOT, {"email": " Owner@localhost "})
    assert await answer_next(server.database, outbox, clock)
    return await link_of(server, outbox)


async def test_a_link_sets_a_new_password_once_and_ends_the_sessions(
    server: Any, browser: Any, clock: FakeClock, outbox: Outbox
) -> None:
    await browser.log_in()
    kept = dict(browser.cookies)
    link = await ask_for_link(server, browser, clock, outbox)
    followed = await browser.get(link)
    assert followed.headers["location"] == RESET, "the token does not stay in the address"
    weak = await form(browser, RESET, RESET, {"password": "123456789012"})
    assert weak.status_code == 422
    assert "guessed first" in weak.text
    done = await form(browser, RESET, RESET, {"password": BETTER})
    assert done.headers["location"] == "/login?notice=password"
    # Used: neither the link nor an old session opens anything.
    await browser.get(link)
    assert (await browser.get(RESET)).status_code == 404
    browser.cookies = kept
    assert (await browser.get("/account")).status_code == 303
    assert (await browser.log_in(BETTER)).status_code == 303


async def test_a_link_is_good_for_an_hour(
    server: Any, browser: Any, clock: FakeClock, outbox: Outbox
) -> None:
    link = await ask_for_link(server, browser, clock, outbox)
    stored = await server.database.engine.fetchval("select token_hash from password_reset")
    assert link.rsplit("/", 1)[1].encode() not in stored
    clock.advance(minutes=61)
    await browser.get(link)
    over = await browser.get(RESET)
    assert over.status_code == 404
    assert "Ask for another link" in over.text


async def test_who_asks_learns_nothing(server: Any, browser: Any, clock: FakeClock, outbox: Outbox) -> None:
    answers = [
        (await form(browser, FORGOT, FORGOT, {"email": email})).text.replace(email, "X")
        for email in ("owner@localhost", "nobody@localhost")
    ]
    masked = [re.sub(r'value="\w{40,}"', "", answer) for answer in answers]
    assert masked[0] == masked[1]
    while await answer_next(server.database, outbox, clock):
        pass
    recipients = await server.database.engine.fetch("select recipient from outgoing_mail")
    assert [row["recipient"] for row in recipients] == ["owner@localhost"]


async def test_asking_again_and_again_sends_few_mails(
    server: Any, browser: Any, clock: FakeClock, outbox: Outbox
) -> None:
    for _ in range(6):
        assert (await form(browser, FORGOT, FORGOT, {"email": "owner@localhost"})).status_code == 200
    assert await server.database.engine.fetchval("select count(*) from reset_request") == 3


async def test_a_new_password_takes_the_old_one_and_ends_the_other_sessions(
    server: Any, browser: Any, clock: FakeClock
) -> None:
    await browser.log_in()
    elsewhere = dict(browser.cookies)
    browser.cookies.pop("__Host-chappe")
    await browser.log_in()
    before = browser.cookies["__Host-chappe"]
    wrong = await form(browser, "/account", "/account/password", {"current": "wrong", "password": BETTER})
    assert wrong.status_code == 422
    common = {"current": PASSWORD, "password": "motdepasse1234"}
    assert (await form(browser, "/account", "/account/password", common)).status_code == 422
    done = await form(browser, "/account", "/account/password", {"current": PASSWORD, "password": BETTER})
    assert done.headers["location"] == "/account?notice=password"
    assert browser.cookies["__Host-chappe"] != before
    assert (await browser.get("/account")).status_code == 200
    browser.cookies = elsewhere
    assert (await browser.get("/account")).status_code == 303
    assert await server.database.engine.fetchval("select kind from outgoing_mail") == "password_changed"


async def test_a_password_is_judged_while_it_is_typed(browser: Any) -> None:
    await browser.log_in()
    path = "/account/password/validate"
    short = await form(browser, "/account", path, {"_field": "password", "password": "short"})
    assert "12 characters or more" in short.text
    mine = await form(browser, "/account", path, {"_field": "password", "password": "ownerlocalhost"})
    assert "your name" in mine.text
    good = await form(browser, "/account", path, {"_field": "password", "password": BETTER})
    assert "hidden" in good.text


async def test_an_address_changes_with_the_password_and_the_old_one_is_told(
    server: Any, browser: Any
) -> None:
    await browser.log_in()
    path = "/account/email"
    assert (
        await form(browser, "/account", path, {"email": "a@b.example", "current": "no"})
    ).status_code == 422
    assert (
        await form(browser, "/account", path, {"email": "nonsense", "current": PASSWORD})
    ).status_code == 422
    done = await form(browser, "/account", path, {"email": "Ada@B.example", "current": PASSWORD})
    assert done.headers["location"] == "/account?notice=email"
    row = await server.database.engine.fetchrow("select recipient, kind from outgoing_mail")
    assert tuple(row) == ("owner@localhost", "email_changed")
    assert "ada@b.example" in (await browser.get("/account")).text


async def test_sessions_are_listed_and_ended(server: Any, browser: Any) -> None:
    agent = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit Version/18.0 Mobile Safari/604.1"
    )
    browser.http.headers["user-agent"] = agent
    await browser.log_in()
    phone = dict(browser.cookies)
    browser.http.headers["user-agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0"
    browser.cookies.pop("__Host-chappe")
    await browser.log_in()
    page = await browser.get("/account")
    assert "Firefox on Linux" in page.text
    assert "Safari on iPhone" in page.text
    (session,) = re.findall(r'action="/account/sessions/(ses_\w+)/end"', page.text)
    ended = await form(browser, "/account", f"/account/sessions/{session}/end", {})
    assert ended.headers["location"] == "/account?notice=session"
    assert (await form(browser, "/account", f"/account/sessions/{session}/end", {})).status_code == 404
    kept, browser.cookies = browser.cookies, phone
    assert (await browser.get("/account")).status_code == 303
    browser.cookies = kept
    assert (await browser.get("/account")).status_code == 200


async def test_a_login_never_goes_on_under_a_token_that_was_there_before(browser: Any) -> None:
    browser.cookies["__Host-chappe"] = "planted"
    await browser.log_in()
    assert browser.cookies["__Host-chappe"] != "planted"
    assert len(browser.cookies["__Host-chappe"]) == 43
