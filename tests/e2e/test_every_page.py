"""What the navigation leads to, and what a first visit weighs. test_every_page_1 to _3 look at each page."""

from typing import Any
from urllib.parse import urlsplit

import pytest

WITHOUT_CHARTS, WITH_CHARTS = 170_000, 450_000


def test_every_place_of_the_navigation_is_linked(pages: list[str], visitor: Any) -> None:
    visitor.go("/")
    places = visitor.page.eval_on_selector_all(
        ".sidebar-nav a", "all => all.map(a => a.getAttribute('href'))"
    )
    assert len(places) > 3
    assert set(places) <= {urlsplit(path).path for path in pages}


@pytest.mark.parametrize("path", ["/", "/campaigns", "/lab/phones"])
def test_a_first_visit_is_light(visit: Any, session: Any, path: str) -> None:
    with visit(storage_state=session) as window:
        wire = window.context.new_cdp_session(window.page)
        wire.send("Network.enable")
        addresses: dict[str, str] = {}
        sizes: dict[str, float] = {}
        wire.on(
            "Network.responseReceived", lambda e: addresses.update({e["requestId"]: e["response"]["url"]})
        )
        wire.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}))
        window.go(path)
        window.page.evaluate("document.fonts.ready.then(() => 0)")
        charts = any("/charts-" in address for address in addresses.values())
        weight = sum(sizes.values())
        assert len(sizes) > 4
        assert weight < (WITH_CHARTS if charts else WITHOUT_CHARTS), {
            addresses.get(each): size for each, size in sizes.items()
        }
