"""Who works here: somebody is invited, joins, sees what is theirs; a key is made and revoked."""

import re
from typing import Any

from playwright.sync_api import expect


def test_an_agent_is_invited_joins_and_is_removed(visitor: Any, visit: Any) -> None:
    page = visitor.page
    visitor.go("/team")
    page.get_by_role("link", name="Invite somebody").click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("E-mail").fill("agent@example.com")
    drawer.get_by_text("Answers people who write in.").click()
    assert visitor.violations() == []
    drawer.get_by_role("button", name="Make the invitation").click()
    link = drawer.locator(".code-block code").inner_text()
    with visit() as window:
        window.go("/invitations/" + link.rpartition("/")[2])
        assert window.violations() == []
        window.page.get_by_label("Your name").fill("Noé Agent")
        window.page.get_by_label("Password").fill("five green arms on a tower")
        window.page.get_by_role("button", name="Make my account").click()
        expect(window.page).to_have_url(re.compile(r"/(\?notice=joined)?$"))
        expect(window.page.get_by_role("link", name="API keys")).to_have_count(0)
    visitor.go("/team")
    row = page.get_by_role("row").filter(has_text="agent@example.com")
    row.locator("summary").click()
    row.get_by_role("link", name="Remove").click()
    page.locator("#dialog").get_by_role("button", name="Remove Noé Agent").click()
    expect(page.get_by_text("Their sessions here have ended.")).to_be_visible()
    expect(page.get_by_text("agent@example.com")).to_have_count(0)


def test_a_test_key_is_made_its_data_are_looked_at_and_it_is_revoked(visitor: Any) -> None:
    page = visitor.page
    visitor.go("/keys")
    page.get_by_role("link", name="Make a key").first.click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("Name").fill("Try out")
    drawer.get_by_text("Has data of its own").click()
    drawer.get_by_text("Send single messages").click()
    drawer.get_by_role("button", name="Make the key").click()
    expect(drawer.locator(".code-block code")).to_have_text(re.compile("^chp_test_"))
    drawer.get_by_role("link", name="I have copied it").click()
    assert visitor.violations() == []
    page.get_by_role("button", name="Look at the test data").click()
    expect(page.get_by_text("Nothing here reaches a real phone.")).to_be_visible()
    page.get_by_role("button", name="Back to the live data").click()
    visitor.go("/keys")
    page.get_by_role("row").filter(has_text="Try out").get_by_role("link", name="Revoke").click()
    page.locator("#dialog").get_by_role("button", name="Revoke the key").click()
    expect(page.get_by_text("Within five seconds the key opens nothing any more.")).to_be_visible()
