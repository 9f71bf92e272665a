"""From an empty data folder to the first message received, counted in clicks and fields."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

MOST_ACTS = 25


class Person:
    """Clicks and fills in, and counts both."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.acts = 0

    def fills(self, label: str, value: str) -> None:
        self.page.get_by_label(label, exact=True).fill(value)
        self.acts += 1

    def clicks(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()
        self.acts += 1


@contextmanager
def _serving(home: Path) -> Iterator[str]:
    """`chappe serve` on an empty folder: the link that it prints."""
    command = [sys.executable, "-m", "chappe", "serve", "--home", str(home), "--listen", "127.0.0.1:0"]
    with (
        (home.parent / "serve.log").open("w", encoding="utf-8") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as serving,
    ):
        try:
            assert serving.stdout is not None
            assert serving.stdout.readline().startswith("ready ")
            line = serving.stdout.readline()
            assert line.startswith("First run: "), line
            yield line.split()[-1]
        finally:
            serving.terminate()


def test_the_first_message_is_received(browser: Any, tmp_path: Path, capsys: Any) -> None:
    began = time.monotonic()
    with _serving(tmp_path / "home") as link:
        context = browser.new_context(locale="en", viewport={"width": 1440, "height": 900})
        page = context.new_page()
        person = Person(page)
        page.goto(link)
        person.fills("Your name", "Claude Chappe")
        person.fills("E-mail", "claude@example.com")
        person.fills("Password", "towers on every hill")
        person.clicks("Make my account")
        person.fills("Brand", "Télégraphe")
        person.clicks("Use this name")
        person.fills("Sender", "36179")
        person.clicks("Use this sender")
        person.clicks("Use the carrier lab")
        person.fills("Your number", "06 12 34 56 78")
        person.clicks("Add my number")
        person.clicks("Send it to")
        expect(page.get_by_role("heading", name="Your first message has arrived.")).to_be_visible(
            timeout=30_000
        )
        took = time.monotonic() - began
        # The link was good once.
        other = browser.new_context().new_page()
        answer = other.goto(link)
        assert answer is not None
        assert answer.status == 404
        other.context.close()
        context.close()
    with capsys.disabled():
        sys.stdout.write(f"\nfirst run: {person.acts} clicks and fields, {took:.1f} s of machine time\n")
    assert person.acts <= MOST_ACTS
