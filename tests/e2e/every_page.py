"""A walk over every page that a link leads to: accessible in light and dark, wide and narrow, without a dead
link, a sideways scroll, an error in the console or a breach of the policy. Its shares stand in three files,
which three processes take.
"""

import re
import time
import tomllib
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).parents[2]
WALK = tomllib.loads((ROOT / "tests" / "http" / "app" / "walk.toml").read_text(encoding="utf-8"))["pages"]
# What differs between light and dark, and between wide and narrow; the rest axe has seen once.
BY_COLOUR = ("color-contrast",)
BY_WIDTH = ("color-contrast", "scrollable-region-focusable", "target-size", "aria-hidden-focus")
_LINK = re.compile(r'<a\b[^>]*?\shref="([^"]+)"')
# Views of one page that are pages of their own to the eye.
_VIEWS = ("tab", "part", "step")
_MOST = 150
# A test looks at so many pages as it has time for.
SHARES = 6


def _patterns() -> dict[str, re.Pattern[str]]:
    """The pages that are asked with GET, streams left out."""
    return {
        name.removeprefix("GET "): re.compile(re.sub(r"\{\w+\}", "[^/]+", name.removeprefix("GET ")) + "$")
        for name, row in WALK.items()
        if name.startswith("GET ") and not row.get("live")
    }


def _page_of(path: str, patterns: dict[str, re.Pattern[str]]) -> tuple[str, str] | None:
    """Which page an address shows, and which view of it. The plainest pattern wins: `new` is no id."""
    parts = urlsplit(path)
    found = min(
        (name for name, pattern in patterns.items() if pattern.match(parts.path)),
        key=lambda name: name.count("{"),
        default=None,
    )
    asked = parse_qs(parts.query)
    return found and (found, " ".join(value for view in _VIEWS for value in asked.get(view, ())))


def linked(visitor: Any) -> Iterator[str]:
    """One address of every page and view that links lead to from the first page, each asked for once."""
    patterns = _patterns()
    waiting, met, known = ["/"], set(), {"/"}
    while waiting and len(met) < _MOST:
        path = waiting.pop(0)
        answer = visitor.page.request.get(f"{visitor.url}{path}", headers={"accept": "text/html"})
        assert answer.status == 200, f"a link leads to {path}, which answers {answer.status}"
        text = answer.text()
        if not text.lstrip().lower().startswith("<!doctype html>"):
            continue
        yield path
        for link in map(unescape, _LINK.findall(text)):
            target = link.split("#")[0]
            page = _page_of(target, patterns) if target.startswith("/") else None
            if page and page not in met and target not in known:
                met.add(page)
                known.add(target)
                waiting.append(target)


def look_at_every_page(pages: list[str], visitor: Any, share: int) -> None:
    """One share of them. `visitor` has logged in, and wants no motion."""
    page, found = visitor.page, []
    for path in pages[share::SHARES]:
        page.set_viewport_size({"width": 1440, "height": 900})
        visitor.go(path)
        found += [f"{path} {each}" for each in visitor.violations()]
        _turn(page, "chappe-dark")
        found += [f"{path} dark: {each}" for each in visitor.violations(BY_COLOUR)]
        page.set_viewport_size({"width": 390, "height": 900})
        found += [f"{path} narrow, dark: {each}" for each in visitor.violations(BY_COLOUR)]
        _turn(page, "chappe-light")
        found += [f"{path} narrow: {each}" for each in visitor.violations(BY_WIDTH)]
        for width in (2560, 360):
            page.set_viewport_size({"width": width, "height": 900})
            if not _fits(page):
                found.append(f"{path} scrolls sideways at {width}")
        found += [f"{path} console: {line}" for line in visitor.unexpected()]
        visitor.errors.clear()
    assert not found, "\n".join(found)


def _fits(page: Any) -> bool:
    """Whether nothing scrolls sideways, once charts have taken the width that the page has now."""
    ends = time.monotonic() + 2
    while page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        if time.monotonic() > ends:
            return False
        page.wait_for_timeout(50)
    return True


def _turn(page: Any, theme: str) -> None:
    """To another theme, and until no colour is on its way any more."""
    page.evaluate(
        """async theme => {
          document.documentElement.dataset.theme = theme;
          await new Promise(requestAnimationFrame);
          const turning = document.getAnimations().filter(one => one instanceof CSSTransition);
          await Promise.allSettled(turning.map(one => one.finished));
        }""",
        theme,
    )
