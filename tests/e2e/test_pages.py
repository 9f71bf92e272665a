"""What holds for every page: accessible, bilingual, light and dark, from 360 to 2560 pixels, by keyboard."""

from typing import Any

import pytest
from playwright.sync_api import expect

PAGES = ("/", "/lab/phones", "/nowhere")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing(program: Any, visit: Any, session: Any, width: int, scheme: str) -> None:
    looks = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with visit(**looks) as window:
        window.go("/login")
        assert window.violations() == []
    with visit(**looks, storage_state=session) as window:
        window.expected.append("404")
        for path in PAGES:
            window.go(path)
            assert window.violations() == [], path


def test_no_page_scrolls_sideways(program: Any, visitor: Any) -> None:
    visitor.expected.append("404")
    for width in (360, 768, 1024, 2560):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        for path in PAGES:
            visitor.go(path)
            wide = visitor.page.evaluate(
                "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            )
            assert not wide, (path, width)


def test_a_missing_page_and_a_stale_form_say_what_to_do(visitor: Any) -> None:
    visitor.expected += ["404", "403"]
    for path in ("/nowhere", "/campaigns/cmp_0", "/campaigns/cmp_019a0000000070008000000000000000"):
        visitor.go(path)
        expect(visitor.page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    visitor.go("/")
    visitor.page.get_by_role("button", name="Your menu").click()
    visitor.page.evaluate("document.querySelector('[action=\"/logout\"] [name=_csrf_token]').value = 'stale'")
    visitor.page.get_by_role("button", name="Log out").click()
    expect(visitor.page.get_by_role("heading", name="This form has expired")).to_be_visible()
    visitor.page.get_by_role("link", name="To the first page").click()
    expect(visitor.page).to_have_url(f"{visitor.url}/")


def test_language_follows_the_browser_until_one_is_chosen(visit: Any) -> None:
    with visit(locale="fr-FR") as window:
        window.go("/login")
        expect(window.page.get_by_role("heading", name="Se connecter")).to_be_visible()
        expect(window.page.locator("html")).to_have_attribute("lang", "fr")
        window.page.get_by_role("button", name="English").click()
        expect(window.page.get_by_role("heading", name="Log in")).to_be_visible()
        window.log_in()
        expect(window.page.locator("html")).to_have_attribute("lang", "en")


def test_the_theme_is_in_the_page_that_the_server_sends(visitor: Any) -> None:
    page = visitor.page
    visitor.go("/lab/phones?q=0612")
    html = page.locator("html")
    background = "getComputedStyle(document.body).backgroundColor"
    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("button", name="Dark").click()
    expect(html).to_have_attribute("data-theme", "chappe-dark")
    expect(page).to_have_url(f"{visitor.url}/lab/phones?q=0612")
    # In the text itself: no script turns the page dark after it was painted light.
    assert 'data-theme="chappe-dark"' in page.request.get(f"{visitor.url}/").text()
    dark = page.evaluate(background)
    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("button", name="Light").click()
    expect(html).to_have_attribute("data-theme", "chappe-light")
    assert page.evaluate(background) != dark
    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("button", name="As the system").click()
    expect(page.locator("html:not([data-theme])")).to_have_count(1)


def test_the_keyboard_reaches_the_content_first_and_sees_where_it_is(visitor: Any) -> None:
    page = visitor.page
    visitor.go("/lab/phones")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "2px"


def test_the_demo_says_what_its_clock_shows(visitor: Any) -> None:
    visitor.go("/")
    expect(visitor.page.get_by_role("complementary", name="Demo")).to_contain_text("it is Tuesday, 10:")
