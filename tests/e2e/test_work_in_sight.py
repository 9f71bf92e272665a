"""What a person is told beside the page: that the server is out of reach, and that work goes on."""

from typing import Any

from playwright.sync_api import expect


def test_a_lost_connection_is_said_and_so_is_its_return(visitor: Any) -> None:
    page = visitor.page
    visitor.expected += ["ERR_", "[object Event]"]
    # The page has its own stream: what a shared worker asks cannot be cut off from here.
    page.add_init_script("delete window.SharedWorker")
    page.route("**/jobs/live", lambda route: route.abort())
    visitor.go("/jobs")
    expect(page.get_by_text("Connection lost.")).to_be_visible(timeout=15_000)
    page.unroute("**/jobs/live")
    expect(page.get_by_text("Connected again.")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Connection lost.")).to_be_hidden()


def test_work_that_was_begun_stays_in_sight_on_other_pages(visitor: Any, program: Any) -> None:
    page = visitor.page
    asked: list[str] = []
    page.on("request", lambda one: one.url.endswith("/jobs/tray") and asked.append(one.url))
    visitor.go("/lists")
    # Known people again and again: it takes a while, and changes nothing for other stories.
    work = program.import_again(times=60)
    # It waits for its turn, and cannot be done.
    hopeless = program.begin_import("numberless.csv", ["Prénom;Ville", "Anna;Lyon"])
    assert asked == [], "who began nothing asks nothing"
    visitor.go(f"/imports/{work}")
    expect(page.locator("main .job-running")).to_be_visible()
    visitor.go("/lists")
    tray = page.locator("#tray")
    expect(tray.get_by_role("link", name="Import of again.csv")).to_be_visible()
    assert visitor.violations() == []
    expect(tray.locator(f"#tray-{work}.job-done")).to_be_visible(timeout=20_000)
    failed = tray.locator(f"#tray-{hopeless}.job-failed")
    expect(failed).to_be_visible(timeout=20_000)
    visitor.go("/jobs")
    expect(page.locator("main .job-failed").first).to_contain_text("It stopped. Open it")
    assert visitor.violations() == []
    page.locator("main").get_by_role("link", name="Import of numberless.csv").click()
    expect(page.get_by_role("alert")).to_contain_text("Say which column holds the phone numbers.")
    assert visitor.violations() == []


def test_the_gallery_is_accessible_in_light_and_dark(visit: Any, session: Any) -> None:
    found: list[str] = []
    for scheme in ("light", "dark"):
        with visit(storage_state=session, color_scheme=scheme, reduced_motion="reduce") as window:
            for part in ("pieces", "shown", "table", "forms", "overlays"):
                window.go(f"/gallery?part={part}")
                found += [f"{part}, {scheme}: {each}" for each in window.violations()]
            window.page.get_by_role("link", name="Delete a list…").click()
            expect(window.page.get_by_role("dialog", name="Delete the list Regulars?")).to_be_visible()
            found += [f"the typed question, {scheme}: {each}" for each in window.violations()]
    assert not found, "\n".join(found)
