"""The load that `chappe bench api` makes: it asks what it says, each once, and tells what came of it."""

from urllib.parse import urlsplit

import httpx
import msgspec
from tests.http.conftest import Server

from chappe.bench.load import Load, run_load

_REQUESTS = 60


def load(server: Server, **changes: object) -> Load:
    address = urlsplit(server.url)
    wanted = Load(
        host=address.hostname or "",
        port=address.port or 0,
        key=server.key,
        path="/v1/lists",
        body='{"name": "list @@@@@@@@"}',
        connections=4,
        requests=_REQUESTS,
    )
    return msgspec.structs.replace(wanted, **changes)


async def test_every_request_is_asked_once_and_timed(server: Server, client: httpx.AsyncClient) -> None:
    took = await run_load(load(server, first=100))
    assert took.statuses == {"201": _REQUESTS}
    assert len(took.milliseconds()) == _REQUESTS
    assert all(begun < ended for begun, ended in zip(took.begun, took.ended, strict=True))
    lists = (await client.get("/v1/lists?limit=100")).json()["data"]
    assert sorted(one["name"] for one in lists) == [f"list {n:08}" for n in range(100, 100 + _REQUESTS)]


async def test_each_request_has_a_key_of_its_own_when_wanted(server: Server) -> None:
    keyed = load(server, requests=5)
    assert (await run_load(keyed)).statuses == {"201": 5}
    assert (await run_load(keyed)).statuses == {"201": 5}, "answered again, under the same keys"
    assert (await run_load(load(server, requests=5, keyed=False))).statuses == {"409": 5}


async def test_a_pace_is_kept(server: Server) -> None:
    took = await run_load(load(server, requests=20, per_second=100.0))
    assert took.statuses == {"201": 20}
    waits = [after - before for before, after in zip(took.begun, took.begun[1:], strict=False)]
    # Never faster than asked, over all; how much slower is the machine's affair.
    assert sum(waits) >= 19 * 9_000_000


async def test_refusals_are_told(server: Server) -> None:
    assert (await run_load(load(server, key="none", requests=3))).statuses == {"401": 3}
