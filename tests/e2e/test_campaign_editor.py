"""A campaign written in the browser, sent, watched to its end, and copied."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

REPORT = re.compile(r"/campaigns/cmp_\w+$")
TEXT = "Télégraphe : c’est la fête samedi. STOP au 36179"


def test_a_campaign_is_written_step_by_step_sent_and_copied(program: Any, visitor: Any) -> None:
    page = visitor.page
    visitor.go("/campaigns/new")
    page.get_by_label("Name of the campaign").fill("Fête")
    page.get_by_label("Send to Quelques clients").check()
    expect(page.locator("#people-number")).to_have_text("40")
    expect(page.locator("#sum")).to_contain_text("40 people will get it")
    assert visitor.violations() == []
    page.get_by_role("button", name="Continue").last.click()

    page.get_by_label("Sender").select_option(index=1)
    page.get_by_label("Text", exact=True).fill(TEXT)
    expect(page.locator("#mirror .mark-guilty")).to_have_text(["’", "ê"])
    expect(page.locator("#preview .preview-bubble")).to_contain_text(TEXT)
    page.get_by_role("button", name="Replace", exact=True).first.click()
    expect(page.locator("#mirror .mark-guilty")).to_have_text(["ê"])
    page.get_by_role("button", name="Replace", exact=True).first.click()
    expect(page.locator("#mirror .mark-guilty")).to_have_count(0)
    expect(page.locator("#checked")).to_contain_text("GSM: 160 characters a part")
    expect(page.locator("#sum")).to_contain_text("€1.80")
    who = page.locator(".phone-for .mono").inner_text()
    page.get_by_role("button", name="Next contact").click()
    expect(page.locator(".phone-for .mono")).not_to_have_text(who)
    assert visitor.violations() == []
    page.get_by_role("button", name="Continue").last.click()

    expect(page.locator("#hours")).to_contain_text("Europe/Paris")
    page.get_by_role("button", name="Continue").last.click()
    expect(page.locator("#weighed")).to_contain_text("€1.80")
    assert visitor.violations() == []
    page.get_by_role("link", name="Send to 40 people").click()
    page.get_by_role("dialog").get_by_role("button", name="Send to 40 people").click()

    page.wait_for_url(REPORT)
    expect(page.locator("#live-state")).to_have_text("Finished", timeout=20_000)
    expect(page.locator("#legend-delivered")).to_have_text("40", timeout=15_000)
    page.get_by_role("button", name="Duplicate").click()
    expect(page.get_by_role("heading", name="Copy of Fête")).to_be_visible()
    names = [one["name"] for one in program.api("GET", "/campaigns?state=draft")["data"]]
    assert [name for name in names if "Fête" in name] == ["Copy of Fête"]


@pytest.mark.parametrize(
    ("locale", "find", "leave_out", "go_on"),
    [
        ("en", "Find a list or a segment", "Leave out", "Continue"),
        ("fr", "Trouver une liste ou un segment", "Exclure", "Continuer"),
    ],
)
def test_of_many_segments_those_looked_for_are_found_and_those_chosen_stay(
    program: Any, visit: Any, session: Any, locale: str, find: str, leave_out: str, go_on: str
) -> None:
    rule = {"kind": "country", "values": ["BE"]}
    for n in range(12):
        program.api("POST", "/segments", {"name": f"{locale} {n:02}", "rule": rule})
    with visit(storage_state=session, locale=locale, viewport={"width": 390, "height": 844}) as window:
        page = window.page
        window.go("/campaigns/new")
        page.fill("#name", "Samedi")
        page.locator("li", has_text="Quelques clients").locator("[name=include]").check()
        for name in (f"{locale} 03", f"{locale} 07"):
            page.get_by_label(find).fill(name)
            page.get_by_label(find).press("Enter")
            expect(page.locator("#offered li", has_text=name)).to_be_visible()
            page.get_by_label(f"{leave_out} {name}").check()
        assert window.violations() == []
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        page.get_by_role("button", name=go_on).last.click()
        page.wait_for_url("**/edit/message")
        window.go(page.url.removeprefix(window.url).replace("message", "audience"))
        left_out = page.locator("#offered li:has([name=exclude]:checked)")
        expect(left_out).to_have_text([re.compile(f"{locale} 07"), re.compile(f"{locale} 03")])
        expect(page.locator("#offered [name=include]:checked")).to_have_count(1)
