"""Coming in and going out."""

from typing import Any

import pytest
from playwright.sync_api import expect


def test_a_wrong_password_is_said_kindly_and_the_right_one_leads_where_one_wanted_to_go(visit: Any) -> None:
    with visit() as window:
        page = window.page
        window.expected.append("401")
        window.go("/lab/phones?q=06")
        expect(page).to_have_url(f"{window.url}/login?next=%2Flab%2Fphones%3Fq%3D06")
        page.fill("#email", "owner@localhost")
        page.fill("#password", "wrong")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("e-mail or the password is wrong")
        expect(page.locator("#email")).to_have_value("owner@localhost")
        page.fill("#password", "correct horse battery")
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{window.url}/lab/phones?q=06")


@pytest.mark.parametrize("elsewhere", ["//evil.example/", "https://evil.example/", "/\\evil.example/"])
def test_login_leads_nowhere_else(visit: Any, elsewhere: str) -> None:
    with visit() as window:
        window.go(f"/login?next={elsewhere}")
        window.page.fill("#email", "owner@localhost")
        window.page.fill("#password", "correct horse battery")
        window.page.keyboard.press("Enter")
        expect(window.page).to_have_url(f"{window.url}/")


def test_the_browser_keeps_the_host_cookies_on_loopback_and_drops_them_at_logout(visit: Any) -> None:
    with visit() as window:
        window.log_in()
        kept = {cookie["name"]: cookie for cookie in window.context.cookies()}
        for name in ("__Host-chappe", "__Host-chappe-csrf"):
            assert kept[name]["secure"]
            assert kept[name]["httpOnly"]
            assert kept[name]["sameSite"] == "Lax"
        window.page.get_by_role("button", name="Your menu").click()
        window.page.get_by_role("button", name="Log out").click()
        expect(window.page).to_have_url(f"{window.url}/login")
        assert "__Host-chappe" not in {cookie["name"] for cookie in window.context.cookies()}
        window.go("/")
        expect(window.page).to_have_url(f"{window.url}/login")
