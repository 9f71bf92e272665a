"""The script in a shop's pages: a text's link, a visit, an order, and the campaign's report."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile/15E148 Safari/604.1"
PAGE = """<!doctype html><html lang="fr"><title>Boutique</title><link rel="icon" href="data:,">
<script src="{url}/chappe.js" data-key="{key}" {more} defer></script>"""
ORDER = """() => chappe.track("Order Completed", { value: "49.90", currency: "EUR", order_id: 1042 })"""
KEPT = "() => [sessionStorage.chappe, localStorage.chappe, document.cookie]"


class Shop:
    """Pages on another port of this machine. `head`: what each of them is."""

    def __init__(self) -> None:
        self.head = ""
        shop = self

        class Pages(BaseHTTPRequestHandler):
            # Browsers open connections that they may need, and say nothing on them.
            timeout = 1

            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(shop.head.encode())

            def log_message(self, *_: object) -> None:
                """Nothing: the test's output is no access log."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        self.server.daemon_threads = False  # closing waits for them
        self.site = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def link_of(program: Any, shop: Shop) -> tuple[str, str]:
    """A campaign to a few, and the link on a phone of one of them."""
    told = {
        "name": "Boutique",
        "purpose": "marketing",
        "audience": {"include": [program.lists["Quelques clients"]]},
        "sender_id": program.senders["36179"],
        "body": f"Télégraphe : les nouveautés : {shop.site}/spring?a=1#top STOP au 36179",
    }
    campaign = program.api("POST", "/campaigns", told)["id"]
    program.api("PUT", f"/campaigns/{campaign}/links", {"shorten": True})
    program.api("POST", f"/campaigns/{campaign}/send")
    program.until(lambda: program.api("GET", f"/campaigns/{campaign}/report")["delivered"] >= 10)
    texts = [text for phone in program.phones() for text in program.phone_shows(phone)]
    [*_, text] = [text for text in texts if "nouveautés" in text]
    return campaign, next(word for word in text.split() if "/l/" in word)


def test_an_order_after_a_link_of_a_text_counts_once(program: Any, visiting: Any, shop: Shop) -> None:
    key = program.api("POST", "/browser-keys")["id"]
    program.api("PUT", "/browser-script", {"sites": [shop.site], "click_code": True})
    campaign, link = link_of(program, shop)
    # Who opens a link sooner after it was sent is a program.
    time.sleep(2.5)
    code = link.rpartition("/")[2]
    asked: list[str] = []
    with visiting(program.url, user_agent=IPHONE) as window:
        window.expected.append(shop.site)
        window.page.on("request", lambda each: asked.append(f"{each.method} {each.url}"))
        tells = f"POST {program.url}/b/{key}"

        shop.head = PAGE.format(url=program.url, key=key, more="data-wait")
        window.page.goto(link)
        assert window.page.url == f"{shop.site}/spring?a=1&chp={code}#top"
        assert window.page.evaluate(ORDER) is False
        assert window.page.evaluate(KEPT) == [None, None, ""]
        assert tells not in asked

        shop.head = PAGE.format(url=program.url, key=key, more="")
        window.page.goto(link)
        assert window.page.url == f"{shop.site}/spring?a=1#top", "the code is not shared on"
        assert window.page.evaluate(KEPT) == [f"{code} ", None, ""]
        window.page.goto(f"{shop.site}/thanks")
        assert window.page.evaluate(ORDER) is True
        window.page.reload()
        assert window.page.evaluate(ORDER) is True
        assert asked.count(tells) == 2

        window.page.evaluate("() => chappe.consent(false)")
        assert window.page.evaluate(KEPT) == [None, None, ""]
        assert window.page.evaluate(ORDER) is False

    def report() -> Any:
        found = program.api("GET", f"/campaigns/{campaign}/report")
        return found["sold"] and found

    [sold] = program.until(report)["sold"]
    assert (sold["conversions"], float(sold["amount"]), sold["currency"]) == (1, 49.9, "EUR")


def test_global_privacy_control_is_heeded(program: Any, visiting: Any, shop: Shop) -> None:
    shop.head = PAGE.format(url=program.url, key="pub_x", more="data-days=5")
    with visiting(program.url) as window:
        window.expected.append(shop.site)
        window.page.goto(f"{shop.site}/?chp=abcdefg")
        assert window.page.evaluate(KEPT)[1].startswith("abcdefg 1")
        window.page.evaluate("() => localStorage.clear()")
        window.page.add_init_script(
            "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { value: true })"
        )
        window.page.goto(f"{shop.site}/?chp=abcdefg")
        window.page.evaluate("() => chappe.consent()")
        assert window.page.evaluate(ORDER) is False
        assert window.page.evaluate(KEPT) == [None, None, ""]


@pytest.mark.parametrize(("locale", "width", "scheme"), [("en", 1440, "light"), ("fr", 390, "dark")])
def test_the_page_of_the_script_fits_and_is_accessible(
    visit: Any, session: Any, program: Any, locale: str, width: int, scheme: str
) -> None:
    program.api("POST", "/browser-keys")
    size = {"width": width, "height": 900}
    with visit(storage_state=session, locale=locale, viewport=size, color_scheme=scheme) as window:
        for path in ("/settings/conversions/script", "/settings/conversions"):
            window.go(path)
            assert window.violations() == [], path
            wide = window.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{path} scrolls sideways"
