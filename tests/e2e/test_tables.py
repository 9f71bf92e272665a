"""Many rows at once: chosen by box, by page, by filter; asked about before, taken back after."""

import re
from typing import Any

from playwright.sync_api import expect


def test_rows_are_chosen_one_by_one_by_page_and_all_and_the_work_is_taken_back(
    visitor: Any, program: Any
) -> None:
    page = visitor.page
    program.api("POST", "/lists", {"name": "Guests of the summer"})
    visitor.go("/contacts")
    bar = page.get_by_role("form", name="Act on the chosen rows")
    boxes = page.locator("tbody input[type=checkbox]")
    expect(bar).to_be_hidden()
    boxes.nth(0).check()
    expect(bar).to_contain_text("1 chosen")
    boxes.nth(3).click(modifiers=["Shift"])
    expect(bar).to_contain_text("4 chosen")
    page.get_by_label("Choose all rows of this page").check()
    expect(bar).to_contain_text(f"{boxes.count()} chosen")
    assert visitor.violations() == []
    bar.get_by_label(re.compile("that match")).check()
    bar.get_by_role("button", name="Add to a list").click()
    expect(page.get_by_role("heading", name="Which list?")).to_be_visible()
    page.get_by_label("List").select_option(label="Guests of the summer")
    page.get_by_role("button", name=re.compile(r"^Add [\d,]+ contacts$")).click()
    expect(page.get_by_text(re.compile(r"[\d,]+ contacts changed, of [\d,]+\."))).to_be_visible()
    page.get_by_role("button", name=re.compile("^Take it back for")).click()
    # A few at once, and a thousand by the worker: how many there are depends on the stories told before.
    taken_back = page.get_by_text(re.compile(r"Taken back for [\d,]+ contacts"))
    being_taken = page.get_by_role("heading", name="Take contacts off “Guests of the summer”")
    expect(taken_back.or_(being_taken).first).to_be_visible()


def test_a_narrow_screen_begins_with_the_list_and_opens_the_filters(visit: Any, session: Any) -> None:
    with visit(storage_state=session, viewport={"width": 390, "height": 844}) as window:
        window.go("/contacts")
        state = window.page.locator(".filter-button", has_text="State")
        expect(state).to_be_hidden()
        window.page.get_by_label("Filters and order").check()
        expect(state).to_be_visible()
        assert window.violations() == []
        state.click()
        window.page.get_by_label("Archived").check()
        expect(window.page).to_have_url(re.compile("state=archived"))
        expect(state).to_be_visible()
