"""A data table on a real page, as a browser without scripts uses it: /senders."""

import re
from typing import Any

import pytest

from chappe.carriers.pages.senders import TABLE

SENDERS = 120


@pytest.fixture
async def listed(server: Any, browser: Any) -> Any:
    """A browser on a workspace with 120 senders, long numbers in order and a name."""
    async with server.database.engine_transaction() as conn:
        await conn.execute(
            "insert into sender (id, workspace_id, address, kind) "
            "select gen_random_uuid(), $1, '+3361234' || to_char(n, 'FM0000'), 'long_code' "
            "from generate_series(1, $2::int - 1) as n",
            server.workspace_id,
            SENDERS,
        )
        await conn.execute(
            "insert into sender (id, workspace_id, address, kind) "
            "values (gen_random_uuid(), $1, 'TELEGRAPHE', 'alphanumeric')",
            server.workspace_id,
        )
    await browser.log_in()
    return browser


def rows(text: str) -> list[str]:
    return [
        re.sub(r"\s", "", each).replace("\u00a0", "") for each in re.findall(r"row-link[^>]*>([^<]+)<", text)
    ]


def link(text: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', text)
    assert found, f"no {rel} page"
    return found[1].replace("&amp;", "&")


async def test_pages_follow_one_another_both_ways_and_no_row_is_lost_or_twice(listed: Any) -> None:
    first = (await listed.get("/senders?sort=address")).text
    second = (await listed.get(link(first, "next"))).text
    third = (await listed.get(link(second, "next"))).text
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in third
    everything = rows(first) + rows(second) + rows(third)
    assert (len(everything), len(set(everything))) == (SENDERS, SENDERS)
    assert everything == sorted(everything)
    assert rows((await listed.get(link(third, "prev"))).text) == rows(second)
    again = (await listed.get(link(second, "prev"))).text
    assert rows(again) == rows(first)
    assert 'rel="prev"' not in again


async def test_a_head_turns_the_order_and_says_so(listed: Any) -> None:
    page = (await listed.get("/senders?sort=address")).text
    assert 'aria-sort="ascending"' in page
    turned = (await listed.get("/senders?sort=-address")).text
    assert 'aria-sort="descending"' in turned
    assert rows(turned)[0] == "TELEGRAPHE"


async def test_filters_are_chips_whose_address_is_the_list_without_them(listed: Any) -> None:
    page = (await listed.get("/senders?kind=alphanumeric&q=tele&sort=address")).text
    assert rows(page) == ["TELEGRAPHE"]
    assert 'href="/senders?q=tele&amp;sort=address"' in page
    assert 'href="/senders?kind=alphanumeric&amp;sort=address"' in page
    none = (await listed.get("/senders?kind=short_code")).text
    assert "Nothing matches" in none


@pytest.mark.parametrize(
    "query",
    [
        "kind=nonsense&sort=nonsense&after=nonsense",
        "sort=address&after=WzFd",
        "after=WyJhIl0",
        "before=%00&q=%00",
        "sort=--address",
    ],
)
async def test_an_address_that_somebody_edited_is_a_list_all_the_same(listed: Any, query: str) -> None:
    page = await listed.get(f"/senders?{query}")
    assert page.status_code == 200
    assert len(rows(page.text)) == TABLE.page_size


async def test_columns_are_kept_by_the_browser(listed: Any) -> None:
    token = listed.cookies["__Host-chappe-csrf"]
    form = {"key": "senders", "back": "/senders?sort=address", "column": "kind"}
    answer = await listed.post("/preferences/columns", form, token=token)
    assert answer.headers["location"] == "/senders?sort=address"
    page = (await listed.get("/senders")).text
    assert "cell-kind" in page
    assert "cell-address" in page, "a column that cannot be put away stays"
    assert "cell-carriers" not in page


async def test_a_list_without_anything_teaches_what_it_is_for(browser: Any) -> None:
    await browser.log_in()
    page = (await browser.get("/senders")).text
    assert "No sender yet" in page
    assert 'id="filters-senders"' not in page
