"""Pages that links lead to are looked at again: a fault after two misses, none after the page is back."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from chappe.kit.clock import SystemClock
from chappe.kit.outbound import Outbound
from chappe.tracking import repo
from chappe.tracking.rechecking import look, recheck

LOCAL = Outbound(["127.0.0.0/8"]).client


@pytest.fixture
async def site() -> AsyncIterator[Any]:
    """Answers its paths' numbers; HEAD is not allowed anywhere."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, path, _ = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)
        status = b"405" if method == b"HEAD" else path[1:]
        writer.write(b"HTTP/1.1 " + status + b" x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("200", None),
        ("302", None),
        ("403", None),
        ("404", "not_found"),
        ("410", "not_found"),
        ("503", "server_error"),
    ],
)
async def test_what_a_site_answers_is_told(site: str, path: str, fault: str | None) -> None:
    assert await look(LOCAL, f"{site}/{path}") == fault


async def test_inner_networks_are_not_asked_and_nobody_is_no_answer(site: str) -> None:
    assert await look(Outbound().client, f"{site}/200") == "private"
    assert await look(LOCAL, "http://127.0.0.1:1/") == "no_answer"


async def test_a_page_has_a_fault_after_two_misses_and_none_when_it_is_back(world: Any, site: str) -> None:
    async with world.database.engine_transaction() as conn:
        here = world.workspace_id
        link = await repo.add_by_hand(conn, here, f"{site}/404", "Poster", "https://x/l/", None)
    engine, clock = world.database.engine, SystemClock()

    async def fault() -> str | None:
        found: str | None = await engine.fetchval("select fault from short_link where id = $1", link)
        return found

    async def later(**units: float) -> None:
        await engine.execute(
            "update short_link set checked_at = checked_at - $1::interval", timedelta(**units)
        )

    client: Any = LOCAL
    assert await recheck(world.database, clock, client) == 1
    assert await fault() is None, "one miss may be a moment's"
    assert await recheck(world.database, clock, client) == 0, "it is not asked again at once"
    await later(minutes=31)
    assert await recheck(world.database, clock, client) == 1
    assert await fault() == "not_found"
    await engine.execute("update short_link set url = $1", f"{site}/200")
    await later(minutes=31)
    assert await recheck(world.database, clock, client) == 0, "it waits longer each time"
    await later(minutes=31)
    assert await recheck(world.database, clock, client) == 1
    assert await fault() is None
