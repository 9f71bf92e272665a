"""The phones of the lab: what they received, and what their answers do."""

from typing import Any

from playwright.sync_api import expect

PHONE = "33612300007"


def test_stop_from_a_phone_is_confirmed_to_it_and_shown_on_the_campaign(program: Any, visitor: Any) -> None:
    campaign = program.campaign("To a few", "Télégraphe: -20%. STOP au 36179", to="Quelques clients")
    page = visitor.page
    visitor.go("/lab/phones?q=06 12 30 00 07")
    # It comes into the list by the live stream.
    page.locator(".phone-list").get_by_role("link", name="33 6 12 30 00 07").click()
    thread = page.get_by_role("log")
    expect(thread).to_contain_text("Télégraphe: -20%")
    page.get_by_role("button", name="STOP").click()
    expect(thread.locator(".mine").last).to_contain_text("STOP")
    # The confirmation of the program comes by the live stream.
    expect(thread.locator(".bubble-row:not(.mine)").last).to_contain_text("vous ne recevrez plus")
    visitor.go(f"/campaigns/{campaign}")
    expect(page.locator("#live-replies")).to_contain_text("33 6 12 30 00 07")
    expect(page.locator("#live-replies .badge-state")).to_have_text("Stop")
    expect(page.locator("#live-tiles")).to_contain_text("1 asks to stop")


def test_a_phone_cannot_answer_a_name(program: Any, visitor: Any) -> None:
    program.api(
        "POST",
        "/messages",
        {
            "to": "+33612399999",
            "sender_id": program.senders["TELEGRAPHE"],
            "body": "Votre colis arrive demain.",
            "purpose": "transactional",
        },
    )
    page = visitor.page
    visitor.expected.append("409")
    visitor.go("/lab/phones?q=612399999")
    page.locator(".phone-list").get_by_role("link", name="33 6 12 39 99 99").click()
    page.fill("#text", "Merci !")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("cannot answer an alphanumeric sender: TELEGRAPHE")
    expect(page.locator("#text")).to_have_value("Merci !")


def test_phones_are_searched_by_number(program: Any, visitor: Any) -> None:
    visitor.go("/lab/phones")
    page = visitor.page
    page.fill("#q", "06 12 38")
    page.keyboard.press("Enter")
    expect(page.locator(".phone-list")).to_contain_text("No phone with these digits")
