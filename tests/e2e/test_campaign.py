"""The live page of a campaign that goes out to the phones of the lab."""

import re
from typing import Any

from playwright.sync_api import expect

TEXT = "Télégraphe: bonjour {{ first_name | default: 'à vous' }}, -20% jusqu'à samedi. STOP au 36179"


SOME = re.compile(r"[1-9]")


def test_a_campaign_is_watched_from_the_first_message_to_the_last_receipt(program: Any, visitor: Any) -> None:
    campaign = program.campaign("Spring sale", TEXT, rate=150)
    page = visitor.page
    visitor.go(f"/campaigns/{campaign}")
    expect(page.get_by_role("heading", name="Spring sale")).to_be_visible()
    # Without these the numbers below would move by reloading.
    page.evaluate("window.stays = true")
    expect(page.locator("#hero-delivered")).to_have_text(SOME)
    before = page.locator("#hero-delivered").inner_text()
    expect(page.locator("#hero-delivered")).not_to_have_text(before)
    expect(page.locator("#rate-now")).to_be_visible()
    expect(page.locator("[data-chart=rate] canvas")).to_be_visible()
    expect(page.locator("#live-state")).to_have_text("Finished", timeout=30_000)
    expect(page.locator("#legend-delivered")).to_have_text("747", timeout=15_000)
    expect(page.locator("#legend-waiting")).to_have_text("0")
    expect(page.locator("#live-reasons")).to_contain_text(re.compile(r"Has not agreed to it\s+40"))
    expect(page.locator("#live-reasons")).to_contain_text(re.compile(r"Asked to stop, or blocked\s+13"))
    expect(page.locator("#live-links")).to_contain_text("Connected")
    expect(page.locator("#live-tiles")).to_contain_text("€")
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    assert page.evaluate("window.stays") is True
    assert program.state(campaign) == "finished"


def test_a_campaign_is_paused_resumed_and_canceled_with_the_number_of_people(
    program: Any, visitor: Any
) -> None:
    campaign = program.campaign("Slow sale", TEXT, rate=20)
    page = visitor.page
    visitor.go(f"/campaigns/{campaign}")
    expect(page.locator("#hero-delivered")).to_have_text(SOME)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#live-state")).to_have_text("Paused")
    expect(page.locator(".toast")).to_contain_text("wait until you resume")
    assert program.state(campaign) == "paused"
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#live-state")).to_have_text("Sending")
    page.get_by_role("link", name="Cancel…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(re.compile(r"\d{3} people have not been sent to"))
    dialog.get_by_role("link", name="Keep it").click()
    expect(dialog).to_have_count(0)
    assert program.state(campaign) == "sending"
    page.get_by_role("link", name="Cancel…").click()
    page.get_by_role("button", name="Cancel for").click()
    expect(page.locator("#live-state")).to_have_text("Canceled")
    assert program.state(campaign) == "canceled"
    visitor.go("/campaigns?state=canceled")
    expect(page.get_by_role("link", name="Slow sale")).to_be_visible()


def test_more_tabs_than_a_browser_has_connections_stay_live(program: Any, visitor: Any) -> None:
    campaign = program.campaign("Many tabs", TEXT, rate=4)
    tabs = [visitor.context.new_page() for _ in range(7)]
    for tab in tabs:
        tab.goto(f"{visitor.url}/campaigns/{campaign}")
    for tab in (tabs[0], tabs[-1]):
        expect(tab.locator("#hero-delivered")).to_have_text(SOME)
        before = tab.locator("#hero-delivered").inner_text()
        expect(tab.locator("#hero-delivered")).not_to_have_text(before)
    for tab in tabs:
        tab.close()
    visitor.go("/lab/phones")
    expect(visitor.page.get_by_role("heading", name="Phones")).to_be_visible()
    program.api("POST", f"/campaigns/{campaign}/cancel")


def test_it_works_without_scripts(program: Any, visit: Any) -> None:
    campaign = program.campaign("Plain sale", TEXT, rate=20)
    with visit(java_script_enabled=False) as window:
        window.log_in()
        window.go(f"/campaigns/{campaign}")
        page = window.page
        expect(page.get_by_role("heading", name="Plain sale")).to_be_visible()
        assert '<meta http-equiv="refresh"' in page.content()
        page.get_by_role("button", name="Pause").click()
        expect(page.locator("#live-state")).to_have_text("Paused")
        page.get_by_role("link", name="Cancel…").click()
        expect(page.get_by_role("heading", name="Cancel this campaign?")).to_be_visible()
        page.get_by_role("button", name="Cancel for").click()
        expect(page.locator("#live-state")).to_have_text("Canceled")
