"""Contacts in the browser: found while typing, entered with the rule of the save, archived and taken back."""

import re
from typing import Any

from playwright.sync_api import expect


def test_a_contact_is_entered_found_while_typing_archived_and_taken_back(visitor: Any) -> None:
    page = visitor.page
    visitor.expected.append("422")
    visitor.go("/contacts/new")
    page.fill("#phone", "06 12")
    page.fill("#first_name", "Maëlys")
    expect(page.locator("#phone-error")).to_contain_text("Digits are missing")
    page.fill("#phone", "06 98 76 50 01")
    page.fill("#last_name", "Étoile")
    page.get_by_role("button", name="Add the contact").click()
    expect(page.get_by_role("heading", name="Maëlys Étoile")).to_be_visible()
    assert visitor.violations() == []
    visitor.go("/contacts")
    page.get_by_placeholder("Name, e-mail or number").press_sequentially("maelys eto")
    # The last letter's answer is in the address: nothing is put in its place any more.
    expect(page).to_have_url(re.compile(r"q=maelys(\+|%20)eto"))
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody input[type=checkbox]").check()
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("1 contact archived")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back for 1 contact")).to_be_visible()
    assert visitor.violations() == []


def test_a_list_is_made_and_deleted_in_dialogs(visitor: Any) -> None:
    page = visitor.page
    visitor.go("/lists")
    page.get_by_role("link", name="New list").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Guests of spring")
    dialog.get_by_role("button", name="Make the list").click()
    expect(page.get_by_role("heading", name="Guests of spring")).to_be_visible()
    assert visitor.violations() == []
    page.get_by_role("button", name="More").or_(page.locator("summary[title=More]")).first.click()
    page.get_by_role("link", name="Delete").click()
    dialog.get_by_label("Type").fill("Guests of spring")
    dialog.get_by_role("button", name="Delete the list").click()
    expect(page.get_by_text("The list is deleted")).to_be_visible()
