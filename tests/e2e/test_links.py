"""Links on a screen: accessible and no wider than the window, in light and dark, in both languages."""

from typing import Any

import pytest


@pytest.mark.parametrize(("locale", "width", "scheme"), [("en", 1440, "light"), ("fr", 390, "dark")])
def test_pages_of_links_fit_and_are_accessible(
    visit: Any, session: Any, program: Any, locale: str, width: int, scheme: str
) -> None:
    to = "https://shop.example.com/a/very/long/way/to/the/spring/collection/of/this/year"
    made = program.api("POST", "/links", {"url": to, "label": f"Poster {width}"})
    if width == 1440:
        program.api("POST", "/link-domains", {"host": "go.shop.invalid"})
    size = {"width": width, "height": 900}
    with visit(storage_state=session, locale=locale, viewport=size, color_scheme=scheme) as window:
        for path in ("/links", "/links/new", f"/links/{made['id']}", "/settings/links"):
            window.go(path)
            assert window.violations() == [], path
            wide = window.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{path} scrolls sideways"
