"""The gallery of components renders in development, and is not there otherwise."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.http.conftest import serving
from tests.http.web.conftest import Browser

from chappe.config.settings import Settings
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.kit.clock import Clock
from chappe.web.gallery import PARTS


@pytest.fixture
async def developer(
    database: Database, keys: InstanceKeys, web_clock: Clock, tmp_path: Path
) -> AsyncIterator[Any]:
    settings = Settings(home=tmp_path, listen="127.0.0.1:0", development=True)
    async with (
        serving(settings, database, keys, web_clock) as running,
        httpx.AsyncClient(base_url=running.url, trust_env=False, timeout=60) as http,
    ):
        browser = Browser(http)
        await browser.log_in()
        yield browser


async def test_every_part_renders_with_the_calls(developer: Any) -> None:
    for part in PARTS:
        page = await developer.get(f"/gallery?part={part}")
        assert page.status_code == 200, part
        assert page.text.count('class="sample-call"') >= 1
    assert (await developer.get("/gallery?part=nothing")).status_code == 200


async def test_it_is_not_served_to_users(browser: Any) -> None:
    await browser.log_in()
    assert (await browser.get("/gallery")).status_code == 404
