"""Codes at login over HTTP: set up, asked for once each, required by a workspace."""

import re
from typing import Any

import httpx
import pyotp
import pytest

from chappe.kit.clock import FakeClock

PASSWORD = "correct horse battery"
APP, CODE = "/account/second-factor", "/login/code"


@pytest.fixture
def web_clock(clock: FakeClock) -> FakeClock:
    """The test moves it: a code is good for half a minute."""
    return clock


class Phone:
    """An authenticator app."""

    def __init__(self, page: httpx.Response, clock: FakeClock) -> None:
        found = re.search(r"<code>((?:[A-Z2-7]{4} ?){8})</code>", page.text)
        assert found is not None
        self._totp = pyotp.TOTP(found[1].replace(" ", ""))
        self._clock = clock

    def code(self) -> str:
        return self._totp.at(self._clock.now())


async def token_of(browser: Any, path: str) -> str:
    return str(browser.token(await browser.get(path)))


async def set_up(browser: Any, clock: FakeClock) -> tuple[Phone, list[str]]:
    """A person who has logged in turns codes on; the phone, and the recovery codes."""
    page = await browser.get(APP)
    phone = Phone(page, clock)
    shown = await browser.post(APP, {"code": phone.code()}, token=browser.token(page))
    assert shown.status_code == 200, shown.text
    codes = re.findall(r"<li><code>([a-z2-9]{5}-[a-z2-9]{5})</code>", shown.text)
    assert len(codes) == 10
    return phone, codes


async def password_step(browser: Any) -> httpx.Response:
    browser.cookies.pop("__Host-chappe", None)
    answer: httpx.Response = await browser.log_in()
    assert answer.headers["location"] == "/login/code?next=%2F"
    assert "__Host-chappe" not in browser.cookies
    return answer


async def enter(browser: Any, code: str) -> httpx.Response:
    page = await browser.get(CODE)
    answer: httpx.Response = await browser.post(CODE, {"code": code}, token=browser.token(page))
    return answer


async def test_a_code_is_asked_for_and_accepted_once(browser: Any, clock: FakeClock) -> None:
    await browser.log_in()
    before = browser.cookies["__Host-chappe"]
    phone, _ = await set_up(browser, clock)
    assert browser.cookies["__Host-chappe"] != before, "a change of rights changes the session's token"
    await password_step(browser)
    # The very code that set it up is used already.
    assert (await enter(browser, phone.code())).status_code == 422
    clock.advance(seconds=30)
    assert (await enter(browser, phone.code())).status_code == 303
    assert (await browser.get("/account")).status_code == 200
    await password_step(browser)
    replayed = await enter(browser, phone.code())
    assert replayed.status_code == 422
    assert "was used before" in replayed.text


async def test_without_the_code_the_password_opens_nothing(browser: Any, clock: FakeClock) -> None:
    await browser.log_in()
    await set_up(browser, clock)
    await password_step(browser)
    assert (await browser.get("/")).status_code == 303
    for _ in range(5):
        assert (await enter(browser, "000000")).status_code == 422
    over = await browser.get(CODE)
    assert over.headers["location"].startswith("/login"), "five tries, then the password again"


async def test_a_recovery_code_opens_the_door_once(browser: Any, clock: FakeClock) -> None:
    await browser.log_in()
    _, codes = await set_up(browser, clock)
    await password_step(browser)
    assert (await enter(browser, codes[0].upper().replace("-", " "))).status_code == 303
    account = await browser.get("/account")
    assert "9 recovery codes are left." in account.text
    await password_step(browser)
    assert (await enter(browser, codes[0])).status_code == 422


async def test_the_codes_can_be_taken_along_by_their_owner_alone(browser: Any, clock: FakeClock) -> None:
    await browser.log_in()
    _, codes = await set_up(browser, clock)
    token = await token_of(browser, "/account")
    path = "/account/recovery-codes/file"
    file = await browser.post(path, {"codes": " ".join(codes)}, token=token)
    assert file.text.split() == codes
    assert "attachment" in file.headers["content-disposition"]
    forged = await browser.post(path, {"codes": "aaaaa-aaaaa"}, token=token)
    assert forged.headers["location"] == "/account"


async def test_the_secret_and_the_codes_are_kept_unreadable(
    server: Any, browser: Any, clock: FakeClock
) -> None:
    await browser.log_in()
    page = await browser.get(APP)
    secret = "".join(re.findall(r"<code>([A-Z2-7 ]+)</code>", page.text)[0].split())
    sealed = await server.database.engine.fetchval("select secret from second_factor")
    assert secret.encode() not in sealed


async def test_a_workspace_can_require_codes_before_anything_else(
    server: Any, browser: Any, clock: FakeClock
) -> None:
    await browser.log_in()
    token = await token_of(browser, "/settings/security")
    assert (await browser.post("/settings/security/second-factor", {"required": "yes"}, token=token)).headers[
        "location"
    ] == "/settings/security?notice=saved"
    for path in ("/", "/account", "/settings/security", "/audit"):
        assert (await browser.get(path)).headers["location"] == APP
    await set_up(browser, clock)
    assert (await browser.get("/account")).status_code == 200
    kept = await browser.post(
        "/account/second-factor/off", {"current": PASSWORD}, token=await token_of(browser, "/account")
    )
    assert kept.status_code == 422
    assert "requires codes" in kept.text
    actions = await server.database.engine.fetch("select action from audit_event order by at, id")
    assert [row["action"] for row in actions] == [
        "session.opened",
        "workspace.security_changed",
        "account.second_factor_on",
    ]


async def test_turning_codes_off_takes_the_password(server: Any, browser: Any, clock: FakeClock) -> None:
    await browser.log_in()
    await set_up(browser, clock)
    token = await token_of(browser, "/account")
    wrong = await browser.post("/account/second-factor/off", {"current": "wrong"}, token=token)
    assert wrong.status_code == 422
    off = await browser.post("/account/second-factor/off", {"current": PASSWORD}, token=token)
    assert off.headers["location"] == "/account?notice=factor_off"
    assert await server.database.engine.fetchval("select kind from outgoing_mail") == "second_factor_off"
    browser.cookies.pop("__Host-chappe")
    assert (await browser.log_in()).headers["location"] == "/"
