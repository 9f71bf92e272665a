"""The gallery of components renders in development, and is not there otherwise."""

import re
from html import unescape
from typing import Any

from chappe.web.gallery import OVERLAYS, PARTS


async def test_every_part_renders_with_the_calls(developer: Any) -> None:
    for part in PARTS:
        page = await developer.get(f"/gallery?part={part}")
        assert page.status_code == 200, part
        assert page.text.count('class="sample-call"') >= 1
    assert (await developer.get("/gallery?part=nothing")).status_code == 200


async def test_the_table_is_sorted_filtered_and_turned_like_any_other(developer: Any) -> None:
    first = await developer.get("/gallery/table?sort=-distance")
    assert first.text.index(">Toulon<") < first.text.index(">Perpignan<")
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following
    second = await developer.get(unescape(following[1]))
    assert ">Toulon<" not in second.text
    assert ">Brest<" not in second.text
    assert ">Lyon<" in second.text
    before = re.search(r'rel="prev" href="([^"]+)"', second.text)
    assert before
    assert ">Toulon<" in (await developer.get(unescape(before[1]))).text
    filtered = await developer.get("/gallery/table?state=closed&q=b")
    assert filtered.text.count('class="filter-chip"') == 2
    assert ">Brest<" in filtered.text
    assert ">Lille<" not in filtered.text
    assert "Nothing matches" in (await developer.get("/gallery/table?q=nowhere")).text


async def test_forms_and_questions_answer_as_everywhere(developer: Any) -> None:
    refused = await developer.post("/gallery/forms", {"name": "", "speed": "401"})
    assert refused.status_code == 422
    assert "Fill this in." in refused.text
    assert "Write a number from 1 to 400." in refused.text
    assert (await developer.post("/gallery/forms", {"name": "a", "speed": "1"})).status_code == 303
    checked = await developer.post("/gallery/forms/validate", {"name": "", "speed": "1", "_field": "name"})
    assert 'id="name-error"' in checked.text
    for name in OVERLAYS:
        assert (await developer.get(f"/gallery/over/{name}")).status_code == 200
        within = await developer.get(f"/gallery/over/{name}", **{"hx-target": "dialog"})
        assert "<dialog" in within.text
    assert (await developer.post("/gallery/over/typed", {"typed": "no"})).status_code == 422
    assert (await developer.post("/gallery/over/typed", {"typed": "Regulars"})).status_code == 303


async def test_it_is_not_served_to_users(browser: Any) -> None:
    await browser.log_in()
    assert (await browser.get("/gallery")).status_code == 404
