"""The gallery of components renders in development, and is not there otherwise."""

from typing import Any

from chappe.web.gallery import PARTS


async def test_every_part_renders_with_the_calls(developer: Any) -> None:
    for part in PARTS:
        page = await developer.get(f"/gallery?part={part}")
        assert page.status_code == 200, part
        assert page.text.count('class="sample-call"') >= 1
    assert (await developer.get("/gallery?part=nothing")).status_code == 200


async def test_it_is_not_served_to_users(browser: Any) -> None:
    await browser.log_in()
    assert (await browser.get("/gallery")).status_code == 404
