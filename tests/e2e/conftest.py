"""Debian's chromium on the running program. A page that logs an error, breaks its policy or asks elsewhere
fails its test.
"""

import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from tests.e2e.every_page import linked

CHROMIUM = "/usr/bin/chromium"
_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
_HERE = Path(__file__).parent
# What htmx logs of a request that the page itself gave up: a later one took its place, or the page was left.
# One that fails logs htmx:sendError or htmx:timeout beside htmx:afterRequest.
_GIVEN_UP = ("htmx:afterRequest, ", "htmx:sendAbort, ")
AXE = _HERE.parent.parent / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


def _load(name: str) -> ModuleType:
    """A module beside this one: test folders are no packages."""
    spec = importlib.util.spec_from_file_location(f"e2e_{name}", _HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


program_module = _load("program")
_load("ledger")


@pytest.fixture(scope="session")
def programs() -> ModuleType:
    """Starts programs, for a test that needs one to itself."""
    return program_module


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One program for all tests of a session; each makes campaigns of its own."""
    with program_module.running(tmp_path_factory.mktemp("home"), people=800) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield chromium
        chromium.close()


@dataclass
class Visitor:
    """A browser window, and what went wrong in it. `expected` are parts of errors that the test provokes."""

    page: Page
    context: BrowserContext
    url: str
    errors: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")

    def log_in(self, email: str = program_module.EMAIL) -> None:
        self.go("/login")
        self.page.fill("#email", email)
        self.page.fill("#password", program_module.PASSWORD)
        self.page.click("main .button.primary")
        self.page.wait_for_url(f"{self.url}/")

    def violations(self, rules: Sequence[str] = ()) -> list[str]:
        """What axe-core finds on the page by all its rules or by these, once nothing of it is being asked."""
        expect(self.page.locator(".htmx-request")).to_have_count(0)
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[Any] = self.page.evaluate(
            "rules => axe.run(rules.length ? { runOnly: rules } : {}).then("
            "r => r.violations.map(v => `${v.id}: ${v.nodes.map(n => n.target).join(' | ')}`))",
            list(rules),
        )
        return [str(one) for one in found]

    def unexpected(self) -> list[str]:
        return [error for error in self.errors if not any(known in error for known in self.expected)]


Visit = Callable[..., Any]


@pytest.fixture
def visit(browser: Browser, program: Any) -> Visit:
    """Opens windows: `with visit(locale="fr") as window`. On closing, nothing may have gone wrong in them."""
    return lambda **options: _visiting(browser, program.url, **options)


@pytest.fixture(scope="session")
def visiting(browser: Browser) -> Callable[..., Any]:
    """Opens windows on a program of one's own: `with visiting(program.url) as window`."""
    return lambda url, **options: _visiting(browser, url, **options)


@contextmanager
def _visiting(browser: Browser, url: str, **options: Any) -> Iterator[Visitor]:
    settings = {"viewport": {"width": 1440, "height": 900}, "locale": "en", "color_scheme": "light"} | options
    context = browser.new_context(**settings)
    context.set_default_timeout(15_000)
    page = context.new_page()
    visitor = Visitor(page, context, url)
    page.on("console", lambda line: _is_error(line) and visitor.errors.append(line.text))
    page.on("pageerror", lambda error: visitor.errors.append(str(error)))
    page.on("request", lambda asked: asked.url.startswith((url, "data:")) or visitor.errors.append(asked.url))
    try:
        yield visitor
        assert visitor.unexpected() == []
    finally:
        context.close()


def _is_error(line: ConsoleMessage) -> bool:
    return line.type == "error" and not line.text.startswith(_GIVEN_UP)


@pytest.fixture(scope="session")
def session(browser: Browser, program: Any) -> Any:
    """The cookies of somebody who has logged in."""
    with _visiting(browser, program.url) as window:
        window.log_in()
        return window.context.storage_state()


@pytest.fixture
def visitor(visit: Visit, session: Any) -> Iterator[Visitor]:
    """Somebody who has logged in, with an English browser, in light."""
    with visit(storage_state=session) as window:
        yield window


@pytest.fixture(scope="session")
def pages(browser: Any, program: Any, session: Any) -> list[str]:
    """One address of every page that links lead to."""
    context = browser.new_context(storage_state=session)

    class Window:
        page = context.new_page()
        url = program.url

    try:
        return list(linked(Window))
    finally:
        context.close()


@pytest.fixture
def still(visit: Any, session: Any) -> Iterator[Any]:
    """Somebody who has logged in and wants no motion: colours change at once."""
    with visit(storage_state=session, reduced_motion="reduce") as window:
        yield window
