"""A segment built with a mouse: two conditions, the count that follows them, and a campaign to it."""

from typing import Any

from playwright.sync_api import expect

ORDERS = 7


def test_from_two_conditions_to_a_campaign(visitor: Any, program: Any) -> None:
    numbers = [one["phone"] for one in program.api("GET", f"/contacts?limit={ORDERS}")["data"]]
    told = [
        {"name": "Visit Booked", "phone": number, "properties": {"guests": n}}
        for n, number in enumerate(numbers)
    ]
    program.api("POST", "/events/batch", {"events": told})
    page = visitor.page
    visitor.go("/segments/new")
    # A field that is swapped in is listened to at once: else a hand quicker than the page loses its choice.
    assert page.evaluate("htmx.config.defaultSettleDelay") == 0
    page.fill("#name", "Booked for three or more")
    number = page.locator("#found-number")
    everybody = number.inner_text()
    page.select_option("[name='r.add']", "country")
    expect(page.locator("#found")).to_contain_text("Fill in the conditions")
    page.select_option("[name='r-0.values']", "FR")
    expect(page.locator(".rule-value")).to_have_text("France")
    page.select_option("[name='r.add']", "events")
    page.fill("[name='r-1.name']", "Visit Booked")
    page.press("[name='r-1.name']", "Tab")
    expect(number).to_have_text(str(ORDERS))
    assert everybody != str(ORDERS)
    page.click("text=only where a property")
    page.fill("[name='r-1.where-0-name']", "guests")
    page.select_option("[name='r-1.where-0-test']", "number-ge")
    page.fill("[name='r-1.where-0-value']", "3")
    page.press("[name='r-1.where-0-value']", "Tab")
    expect(number).to_have_text(str(ORDERS - 3))
    assert visitor.violations() == []
    page.click("text=Save the segment")
    expect(page.locator("h1")).to_have_text("Booked for three or more")
    page.fill("#who", numbers[0])
    page.press("#who", "Enter")
    expect(page.locator(".why-answer")).to_contain_text("Not in it")
    expect(page.locator(".why-tree")).to_contain_text("found: 0")
    page.click("text=Write to them")
    expect(page.locator("#people")).to_contain_text(f"of {ORDERS - 3} can be written to")
    assert page.locator("input[name='include']:checked").count() == 1
