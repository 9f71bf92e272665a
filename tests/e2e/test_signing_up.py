"""From an empty builder to a person with consent and its proof: the page, the phone, the yes."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

PHONE = "33612390017"


def test_somebody_joins_on_the_page_and_confirms_from_the_phone(
    program: Any, visitor: Any, visit: Any
) -> None:
    program.api("POST", "/topics", {"name": "First looks", "double_opt_in": True})
    page = visitor.page
    visitor.go("/forms/new")
    seen = page.locator("#seen")
    page.fill("#name", "Window")
    page.fill("#title_en", "See it first")
    expect(seen).to_contain_text("See it first")
    page.get_by_label("First looks").check()
    page.get_by_text("One code for all").click()
    page.fill("#code", "FIRST10")
    page.get_by_text("Texts", exact=True).click()
    expect(seen).to_contain_text("Your code: FIRST10")
    page.fill("#source", "window")
    assert visitor.violations() == []
    page.get_by_role("button", name="Save the form").click()
    page.get_by_role("button", name="Publish").click()
    form = page.url.partition("?")[0].rpartition("/")[2]
    with visit(locale="fr") as stranger:
        stranger.go(f"/f/{form}?s=window")
        stranger.page.fill("#phone", "06 12 39 00 17")
        stranger.page.fill("#first_name", "Anna")
        stranger.page.check("#consent")
        assert stranger.violations() == []
        # A page that is sent back within two seconds was filled in by a program.
        until(stranger.page, lambda: stranger.page.evaluate("performance.now()") > 2_500)
        stranger.page.get_by_role("button", name="Je m’inscris").click()
        expect(stranger.page.get_by_role("heading", name="Merci")).to_be_visible()
    assert "répondez OUI" in until(page, lambda: program.phone_shows(PHONE))[0]
    program.phone_writes(PHONE, "Oui !")
    until(page, lambda: program.phone_shows(PHONE)[-1].endswith("Votre code : FIRST10"))
    [person] = program.api("GET", f"/contacts?phone=%2B{PHONE}")["data"]
    visitor.go(f"/contacts/{person['id']}/consents")
    expect(page.locator("main")).to_contain_text("Oui !")
    expect(page.locator("main")).to_contain_text("répondez OUI pour recevoir")
    proof = page.request.get(f"{visitor.url}/contacts/{person['id']}/consents/proof.json")
    assert "window" in proof.text()


def test_a_request_that_the_page_gives_up_is_no_error_and_one_that_fails_is(visitor: Any) -> None:
    page = visitor.page
    visitor.go("/forms/new")
    asked: list[Any] = []

    def hold(one: Any) -> None:
        asked.append(one)

    page.route("**/forms/preview", hold)
    for at, (name, words) in enumerate((("#name", "Door"), ("#source", "door")), start=1):
        page.fill(name, words)
        until(page, lambda at=at: len(asked) == at)
    # The second took the place of the first, and the page is left with the second under way.
    page.get_by_role("button", name="Save the form").click()
    page.wait_for_url("**/forms/frm_*")
    assert visitor.errors == []

    page.unroute("**/forms/preview")
    page.route("**/forms/preview", lambda one: one.abort())
    visitor.go("/forms/new")
    page.fill("#source", "window")
    until(page, lambda: any("htmx:sendError" in error for error in visitor.errors))
    visitor.expected += ["htmx:sendError", "ERR_FAILED"]


def until(page: Any, holds: Callable[[], Any]) -> Any:
    """What `holds` returns once it is true."""
    for _ in range(150):
        if found := holds():
            return found
        page.wait_for_timeout(100)
    raise AssertionError("it never came to hold")
