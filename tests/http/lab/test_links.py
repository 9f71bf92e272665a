"""Phones of the lab that open the links of what they received."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from chappe.lab.browser import NAMES, Agent, NobodyThere, NoLink
from chappe.lab.lab import Lab
from chappe.lab.loading import parse_scenario
from chappe.lab.process import LabFailed, LabProcess

PHONE = "33612345678"
CARRIER = '[[carriers]]\nname = "alpha"\nreceipts.delay = 0\n'


@asynccontextmanager
async def shop() -> AsyncIterator[tuple[int, list[list[str]]]]:
    """A port that redirects whoever comes; the heads of the requests that came."""
    heads: list[list[str]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            heads.append(head.decode().split("\r\n"))
            writer.write(
                b"HTTP/1.1 302 Found\r\nLocation: https://shop.example/\r\nContent-Length: 0\r\n\r\n"
            )
            break
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], heads


async def received(lab: Lab, connect: Callable, until: Callable, text: str) -> None:
    client = await connect(lab.carrier("alpha").address)
    client.submit([PHONE], text.encode())
    await until(lambda: client.deliveries_seen)


async def test_a_phone_opens_the_last_link_it_got(connect, until):
    async with shop() as (port, heads), Lab(parse_scenario(CARRIER)) as lab:
        await received(lab, connect, until, f"Soldes : http://127.0.0.1:{port}/l/aB3xY9k. STOP au 36111")
        opened = await lab.visits.open(PHONE, None, Agent.ANDROID)
        assert (opened.status, opened.location) == (302, "https://shop.example/")
        await lab.visits.open(PHONE, f"http://127.0.0.1:{port}/l/other", Agent.SCANNER)
    assert [head[0] for head in heads] == ["GET /l/aB3xY9k HTTP/1.1", "HEAD /l/other HTTP/1.1"]
    assert f"User-Agent: {NAMES[Agent.ANDROID]}" in heads[0]


async def test_a_domain_of_ones_own_is_asked_here(connect, until):
    async with shop() as (port, heads):
        scenario = parse_scenario(f'phones.links = "http://127.0.0.1:{port}"\n{CARRIER}')
        async with Lab(scenario) as lab:
            await received(lab, connect, until, "https://txt.shop.example/aB3xY9k")
            await lab.visits.open(PHONE, None, Agent.IPHONE)
    assert heads[0][0] == "GET /aB3xY9k HTTP/1.1"
    assert "Host: txt.shop.example" in heads[0]


async def test_phones_open_links_by_themselves(connect, until):
    async with shop() as (port, heads):
        clicks = "phones.clicks = [{ share = 1, after = 0 }]\n"
        async with Lab(parse_scenario(clicks + CARRIER)) as lab:
            await received(lab, connect, until, f"http://127.0.0.1:{port}/l/aB3xY9k")
            await until(lambda: lab.visits.opened == 1)
            await until(lambda: lab.idle)
    assert len(heads) == 1


async def test_what_cannot_be_opened_says_why(connect, until):
    async with Lab(parse_scenario(CARRIER)) as lab:
        with pytest.raises(NoLink):
            await lab.visits.open(PHONE, None, Agent.IPHONE)
        await received(lab, connect, until, "Bonjour")
        with pytest.raises(NoLink):
            await lab.visits.open(PHONE, None, Agent.IPHONE)
        with pytest.raises(NobodyThere):
            await lab.visits.open(PHONE, "http://127.0.0.1:1/", Agent.IPHONE)


async def test_a_program_opens_links_by_the_control_api(connect, until, tmp_path):
    async with shop() as (port, _), LabProcess(parse_scenario(CARRIER), directory=tmp_path) as lab:
        client = await connect(lab.address("alpha"))
        client.submit([PHONE], f"http://127.0.0.1:{port}/l/aB3xY9k".encode())
        await until(lambda: client.deliveries_seen)
        opened = await lab.post(f"/lab/api/phones/{PHONE}/clicks", {"agent": "whatsapp"})
        assert opened == {
            "url": f"http://127.0.0.1:{port}/l/aB3xY9k",
            "status": 302,
            "location": "https://shop.example/",
        }
        with pytest.raises(LabFailed, match="has received no message"):
            await lab.post("/lab/api/phones/33699999999/clicks", {})
