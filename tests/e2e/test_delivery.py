"""Carriers, senders and the pieces they share: a drawer, a field checked while typing, a table narrowed."""

from typing import Any


def test_a_sender_is_written_in_a_drawer_that_gives_the_focus_back(visitor: Any) -> None:
    page = visitor.page
    visitor.go("/senders")
    page.click(".page-actions .button.primary")
    page.wait_for_selector("dialog.drawer[open] #address")
    assert visitor.violations() == []
    page.fill("#address", "much too long a name")
    page.press("#address", "Tab")
    page.wait_for_selector("#address[aria-invalid=true]")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.drawer", state="detached")
    assert page.evaluate("document.activeElement.matches('.page-actions .button.primary')")


def test_a_table_follows_what_is_typed_and_the_address_says_it(visitor: Any) -> None:
    page = visitor.page
    visitor.go("/senders")
    page.fill("#senders-q", "telegr")
    page.wait_for_url("**/senders?q=telegr**")
    page.wait_for_selector(".filter-chip")
    assert page.locator(".row-link").all_inner_texts() == ["TELEGRAPHE"]
    assert visitor.violations() == []


def test_a_carriers_link_is_live(visitor: Any) -> None:
    page = visitor.page
    visitor.go("/carriers")
    page.wait_for_selector(".link-card .tone-delivered")
    assert visitor.violations() == []
