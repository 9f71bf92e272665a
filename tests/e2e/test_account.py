"""The door with codes, as somebody meets it: set up on a page, asked for after the password, turned off."""

import re
from typing import Any

import pyotp
from playwright.sync_api import expect

PASSWORD = "correct horse battery"


def test_codes_at_login_are_set_up_asked_for_and_turned_off(visit: Any) -> None:
    with visit() as window:
        page = window.page
        window.log_in()
        window.go("/account")
        assert window.violations() == []
        page.get_by_role("link", name="Set up").click()
        page.get_by_text("No camera at hand?").click()
        secret = re.sub(r"\s", "", page.locator(".set-up-secret code").inner_text())
        assert window.violations() == []
        page.get_by_label("Code", exact=True).fill(pyotp.TOTP(secret).now())
        page.get_by_role("button", name="Turn on").click()
        expect(page.get_by_role("heading", name="Codes at login are on")).to_be_visible()
        assert window.violations() == []
        recovery = page.locator(".recovery-codes code").first.inner_text()
        page.get_by_role("link", name="I kept them").click()
        page.get_by_role("button", name="Your menu").click()
        page.get_by_role("button", name="Log out").click()
        page.fill("#email", "owner@localhost")
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
        assert window.violations() == []
        page.get_by_label("Code", exact=True).fill(recovery)
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{window.url}/")
        window.go("/account")
        expect(page.get_by_text("9 recovery codes are left.")).to_be_visible()
        page.get_by_role("link", name="Turn off").click()
        page.get_by_role("dialog").get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("dialog").get_by_role("button", name="Turn off").click()
        expect(page.get_by_text("Codes at login are off.")).to_be_visible()


def test_the_trail_tells_of_it_and_the_door_is_whole_for_everybody(visit: Any) -> None:
    with visit(locale="fr", color_scheme="dark") as window:
        for path in ("/login", "/password/forgot", "/login/sso"):
            window.go(path)
            assert window.violations() == []
        window.log_in()
        for path in ("/audit", "/mailbox", "/settings/security"):
            window.go(path)
            assert window.violations() == []
        window.go("/audit")
        window.page.locator(".row-link").first.click()
        expect(window.page.get_by_role("dialog")).to_contain_text("Place dans la chaîne")
