"""A customers' file in the browser: dropped on the page, its way up shown, and what became of every row."""

from pathlib import Path
from typing import Any

from playwright.sync_api import expect

# As a shop exports them, one number too short among them. Long enough to be seen on its way.
ROWS = [f"Client {n};06 98 {n // 100:02} {n % 100:02} 77;{'Lyon ' * 20}" for n in range(400)]
SLOW = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 60_000}


def _drop(page: Any, file: Path) -> None:
    """The file, let go over the page's drop zone as from the desktop."""
    box = page.locator("[data-drop]").bounding_box()
    wire = page.context.new_cdp_session(page)
    held = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    for step in ("dragEnter", "dragOver", "drop"):
        wire.send(
            "Input.dispatchDragEvent",
            {"type": step, "x": box["x"] + box["width"] / 2, "y": box["y"] + 20, "data": held},
        )
        if step == "dragOver":
            expect(page.locator("[data-drop].over")).to_be_visible()


def test_a_dropped_file_shows_its_way_and_its_end(visitor: Any, tmp_path: Path) -> None:
    page = visitor.page
    file = tmp_path / "clients du comptoir.csv"
    file.write_text("\n".join(["Prénom;Téléphone;Ville", *ROWS, "Boris;06;Nice"]), encoding="utf-8-sig")
    visitor.go("/imports/new")
    _drop(page, file)
    expect(page.locator("[data-name]")).to_have_text(file.name)
    page.get_by_label("The list that they join").select_option(label="A new list…")
    page.get_by_label("Name of the new list").fill("Comptoir")
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", SLOW)
    page.get_by_role("button", name="Upload the file").click()
    expect(page.get_by_role("progressbar", name="Upload")).to_be_visible()
    expect(page.get_by_role("heading", name="What is in the columns")).to_be_visible()
    wire.send("Network.emulateNetworkConditions", SLOW | {"uploadThroughput": -1})
    page.get_by_role("button", name="Look at the rows").click()
    expect(page.get_by_text("“06” is too short")).to_be_visible()
    assert visitor.violations() == []
    page.get_by_role("link", name="Go on to the consent").click()
    page.get_by_text("Agreed to marketing by SMS").click()
    page.get_by_label("The words that they agreed to").fill("J’accepte les offres par SMS.")
    page.get_by_label("Where they agreed").fill("Comptoir de Lyon")
    page.get_by_role("button", name="Import the contacts").click()
    expect(page.get_by_text("agreed: Comptoir de Lyon")).to_be_visible()
    expect(page.get_by_role("heading", name="Rows that were not taken")).to_be_visible()
    expect(page.locator(".tile", has_text="New contacts")).to_contain_text("400")
    assert visitor.violations() == []
