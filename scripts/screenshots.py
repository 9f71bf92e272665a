"""Take the pictures that the README and the documentation show, of a demo made for it.

python scripts/screenshots.py [FOLDER]     (make screenshots)     into docs/screenshots unless told otherwise

The demo's ninety days come from a fixed seed on the engine's own clock: two runs differ in the dates alone.
"""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from chappe.db.embedded import PostgresServer
from chappe.db.layout import layout_for

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
ENDED = ".data-table tr:has(.tone-delivered) a[href^='/campaigns/cmp_']"
TESTED = "Trois jours, -20%"
OTHER_TEXT = (
    'Télégraphe: {{ first_name | default: "bonjour" }}, on fête nos 12 ans. -20% samedi. STOP au 36179'
)
# Name, address (a link's selector where the address holds an id), after it has opened. The campaign is
# one that has ended, the conversation one in which somebody asks something; {draft}: where a draft is edited,
# {tested}: a campaign of which the better text won.
PAGES = (
    ("home", "/", ""),
    ("analytics", "/analytics", ""),
    ("campaigns", "/campaigns", ""),
    ("campaign", "/campaigns", ENDED),
    ("results", "{tested}/results", ""),
    ("sold", "{tested}#report-sales", ""),
    ("links", "/links", ""),
    ("offers", "/offers", ""),
    ("composer", "{draft}/message?variant=C", ""),
    ("review", "{draft}/review", ""),
    ("calendar", "/campaigns/calendar", ""),
    ("starter-kits", "/templates/kits", ""),
    ("contacts", "/contacts", ""),
    ("contact", "/contacts", ".data-table td a[href^='/contacts/']"),
    ("inbox", "/inbox", "main a[href^='/inbox/']:has-text('dimanche')"),
    ("messages", "/messages", ""),
    ("team", "/team/roles", ""),
    ("rules", "/compliance", ""),
    ("form", "/forms", "main .data-table a[href^='/forms/frm_']"),
    ("sign-up-texts", "/settings/sign-up", ""),
    ("segment", "/segments", "main a[href^='/segments/seg_']"),
    ("consents", "/consents", ""),
)
# Language, theme, width: every page in the first, the rest for whoever compares.
LOOKS = (("en", "light", 1440), ("fr", "dark", 1440), ("fr", "light", 390))


@contextmanager
def demo(home: Path) -> Iterator[tuple[str, str]]:
    """A demo whose campaign is over: its address and its owner's password."""
    # A port that is known beforehand: pages show the address that people are given.
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "chappe", "demo", "--home", str(home), "--listen", address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        try:
            said: dict[str, str] = {}
            assert running.stdout is not None
            for line in running.stdout:
                word, _, rest = line.strip().partition(" ")
                said[word] = rest.strip()
                if line.startswith("Campaign finished"):
                    break
            yield said["Open"], said["Password"]
        finally:
            running.terminate()
            running.wait()
            # As root the data lies outside the home.
            PostgresServer(layout_for(home)).destroy()


def take(browser: Browser, url: str, password: str, folder: Path) -> None:
    """Every page in every look, named `campaigns.png`, `campaigns-fr-dark.png`, `campaigns-fr-390.png`."""
    draft = tested = ""
    for language, theme, width in LOOKS:
        context = browser.new_context(
            viewport={"width": width, "height": 900 if width > 500 else 844},
            locale=language,
            color_scheme=theme,
            reduced_motion="reduce",
        )
        page = context.new_page()
        _log_in(page, url, password)
        tested = tested or _counted(page, url)
        draft = draft or _draft(page, url)
        for name, path, link in PAGES:
            page.goto(f"{url}{path.format(draft=draft, tested=tested)}")
            if link:
                page.goto(f"{url}{page.locator(link).first.get_attribute('href')}")
            page.wait_for_load_state()
            page.wait_for_selector(":root:not(:has(#weighed[hx-get]))")
            page.evaluate("document.fonts.ready.then(() => 0)")
            if page.locator("[data-chart]").count():
                page.locator("[data-chart] canvas").first.wait_for()
            look = [language, theme if theme == "dark" else "", str(width) if width < 500 else ""]
            suffix = "" if language == "en" else "-" + "-".join(filter(None, look))
            page.screenshot(path=folder / f"{name}{suffix}.png")
        context.close()


def _log_in(page: Page, url: str, password: str) -> None:
    page.goto(f"{url}/login")
    page.fill("#email", "owner@localhost")
    page.fill("#password", password)
    page.click("main .button.primary")
    page.wait_for_url(f"{url}/")


def _counted(page: Page, url: str) -> str:
    """The campaign in which a text was chosen, once the worker has counted it and all others."""
    page.goto(f"{url}/campaigns")
    tested = page.locator(f"a:has-text('{TESTED}')").first.get_attribute("href") or ""
    for at in (tested, "/campaigns"):
        page.goto(f"{url}{at}")
        if at == "/campaigns":
            page.goto(f"{url}{page.locator(ENDED).first.get_attribute('href')}")
        while page.get_by_text("Still being counted").count() or not page.locator("#by").count():
            page.wait_for_timeout(1_000)
            page.reload()
    return tested


def _draft(page: Page, url: str) -> str:
    """Make a draft that tries three texts, the last of them with a costly character; where it is edited."""
    page.goto(f"{url}/campaigns")
    page.goto(f"{url}{page.locator(ENDED).first.get_attribute('href')}")
    page.click("form[action$='/duplicate'] button")
    page.wait_for_url("**/edit/audience*")
    edit = page.url.removeprefix(url).split("/audience")[0]
    page.goto(f"{url}{edit}/message")
    page.click("button[value='add-variant']")
    page.wait_for_url("**variant=C*")
    page.fill("textarea[name='body']", OTHER_TEXT)
    page.click("button[value='schedule']")
    page.wait_for_url("**/schedule*")
    return edit


def main(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        demo(Path(home)) as (url, password),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        take(browser, url, password, folder)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
