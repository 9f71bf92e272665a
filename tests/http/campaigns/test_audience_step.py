"""The audience step of a workspace that has more lists and segments than a page shows."""

import re
from typing import Any

from tests.http.campaigns.test_editor import ready

from chappe.audience.model import SEGMENT_ID
from chappe.kit.ids import public_id, uuid7

__all__ = ["ready"]


def _ticked(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="(\w+)" checked', page)


async def test_what_was_chosen_stays_however_many_there_are(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    keys = [uuid7() for _ in range(230)]
    rule = {"kind": "country", "values": ["BE"]}
    async with server.database.engine_transaction() as conn:
        await conn.executemany(
            "insert into segment (id, workspace_id, name, rule) values ($1, $2, $3, $4)",
            [(key, server.workspace_id, f"Segment {n:03}", rule) for n, key in enumerate(keys)],
        )
    oldest, newest = (public_id(SEGMENT_ID, key) for key in (keys[0], keys[-1]))
    first = {"name": "Spring", "purpose": "marketing", "include": ready["list"]}
    await browser.log_in()
    made = await browser.post("/campaigns/new", first | {"exclude": [oldest, newest]})
    at = made.headers["location"].removesuffix("/edit/message")
    audience = {ready["list"]}, {oldest, newest}

    async def saved() -> tuple[set[str], set[str]]:
        page = (await browser.get(f"{at}/edit/audience")).text
        return set(_ticked(page, "include")), set(_ticked(page, "exclude"))

    assert await saved() == audience
    # What the page shows is what it saves: of another step and of its own.
    await browser.post(f"{at}/edit/message", {"sender_id": ready["sender"], "body": "Hello", "go": "save"})
    page = (await browser.get(f"{at}/edit/audience")).text
    assert page.count('name="include"') < 60
    assert "find them by name" in page
    again = {"include": _ticked(page, "include"), "exclude": _ticked(page, "exclude"), "go": "save"}
    assert (await browser.post(f"{at}/edit/audience", first | again)).status_code == 303
    assert await saved() == audience
    review = (await browser.get(f"{at}/edit/review")).text
    assert "Segment 000" in review
    assert "Segment 229" in review
    # A search keeps what is ticked, and finds what is old.
    found = (await browser.post("/campaigns/offered", first | again | {"find": "ségment 007"})).text
    assert set(_ticked(found, "exclude")) == {oldest, newest}
    assert found.count('name="include"') == 4
    assert "Segment 007" in found
    assert "Segment 007" in (await browser.get(f"{at}/edit/audience?find=007")).text
