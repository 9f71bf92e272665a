"""The bell: what changes while a page is being read, or before anybody listens, is heard all the same."""

import asyncio
from typing import Any

import pytest

from chappe.inbox import service
from chappe.inbox.live import Bell, Watch
from chappe.inbox.model import Heard
from chappe.kit.clock import SystemClock

LONG = 30.0


@pytest.fixture
async def bell(world: Any) -> Any:
    bell = Bell(world.database)
    yield bell
    await bell.close()


async def comes_in(world: Any, text: str) -> None:
    async with world.database.engine_transaction() as conn:
        heard = Heard(phone=33612345678, sender_id=world.short_code, text=text, opens=True)
        await service.heard(conn, world.workspace_id, [heard], SystemClock().now())


async def soon(watch: Watch) -> None:
    """The next change, which must come long before a quiet page looks again."""
    async with asyncio.timeout(10):
        await watch.wait(LONG)


async def test_a_first_page_is_told_once_its_process_listens(world: Any, bell: Bell) -> None:
    with bell.watch(world.workspace_id) as watch:
        await soon(watch)


async def test_a_change_between_two_waits_is_heard_by_the_second(world: Any, bell: Bell) -> None:
    here = world.workspace_id
    with bell.watch(here) as page, bell.watch(here) as other, bell.watch(here + 1) as elsewhere:
        for watch in (page, other, elsewhere):
            await soon(watch)
        # `page` is being read and drawn; `other` waits.
        waits = asyncio.create_task(soon(other))
        await comes_in(world, "Bonjour")
        await waits
        await soon(page)
        # One change is one ring, and none of another workspace.
        for watch in (page, elsewhere):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await watch.wait(LONG)


async def test_a_page_that_left_is_told_nothing(world: Any, bell: Bell) -> None:
    with bell.watch(world.workspace_id) as gone:
        await soon(gone)
    with bell.watch(world.workspace_id) as watch:
        await comes_in(world, "Bonjour")
        await soon(watch)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await gone.wait(LONG)
