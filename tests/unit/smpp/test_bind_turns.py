"""One attempt to bind a second and host."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chappe.smpp.bind_turns import BindTurns
from chappe.smpp.client import SmppClient
from chappe.smpp.link import IgnoringHandler, LinkState
from chappe.smpp.server import IgnoringServerHandler, SmppServer
from chappe.smpp.settings import LinkSettings


def test_links_to_one_host_take_turns_of_a_second():
    turns = BindTurns()
    assert [turns.take("smsc.example", 10.0) for _ in range(4)] == [0.0, 1.0, 2.0, 3.0]
    assert turns.take("smsc.example", 12.5) == 1.5
    assert turns.take("smsc.example", 60.0) == 0.0


def test_another_host_is_not_waited_for():
    turns = BindTurns()
    assert turns.take("one.example", 0.0) == 0.0
    assert turns.take("two.example", 0.0) == 0.0


@pytest.fixture
async def address() -> AsyncIterator[LinkSettings]:
    """How to bind to a carrier that takes anyone."""
    server = SmppServer(IgnoringServerHandler())
    yield LinkSettings("127.0.0.1", await server.listen(), "shop", "pw")
    await server.stop()


async def until_state(link: SmppClient, state: LinkState) -> None:
    async with asyncio.timeout(30):
        while link.state is not state:
            await asyncio.sleep(0.002)


async def test_links_bind_one_after_another(address):
    turns, loop = BindTurns(every=0.2), asyncio.get_running_loop()
    links = [SmppClient(address, IgnoringHandler(), turns=turns) for _ in range(3)]
    started = loop.time()
    for link in links:
        link.start()
    try:
        for link in links:
            await until_state(link, LinkState.BOUND)
        assert loop.time() - started >= 0.39
    finally:
        for link in links:
            await link.stop(drain=0.0)


async def test_a_link_that_waits_for_its_turn_stops_at_once(address):
    turns = BindTurns(every=1_000.0)
    turns.take(address.host, asyncio.get_running_loop().time())
    link = SmppClient(address, IgnoringHandler(), turns=turns)
    link.start()
    await until_state(link, LinkState.WAITING)
    await link.stop()
    assert link.counters.attempts == 0
