"""The short way and the handler answer the same: one table of requests, asked of both.

A request with a query is none of the short way's, and the query means nothing to either: so each case is
asked once without and once with one.
"""

import re
from typing import Any

import httpx
import msgspec
import pytest
from tests.http.conftest import Server

from chappe.accounts import service as accounts
from chappe.accounts.model import Scope
from chappe.kit.clock import SystemClock

SHORT, LONG = "/v1/messages", "/v1/messages?the=long-way"
STRANGER = "snd_" + "0" * 32
SETTINGS = {"host": "127.0.0.1", "port": 2775, "system_id": "acme", "password": "s3cret"}


@pytest.fixture
async def sender(client: httpx.AsyncClient) -> str:
    """The id of a short code with a route."""
    carrier = {"name": "alpha", "kind": "smpp", "settings": SETTINGS, "prices": []}
    assert (await client.post("/v1/carriers", json=carrier)).status_code == 201
    made = await client.post("/v1/senders", json={"address": "36105", "kind": "short_code"})
    sender_id: str = made.json()["id"]
    return sender_id


def message(sender: str, **more: Any) -> dict[str, Any]:
    return {"to": "+33612345678", "sender_id": sender, "body": "Bonjour", "purpose": "otp", **more}


def same(answer: httpx.Response) -> tuple[int, dict[str, str], bytes]:
    """What must not differ: all but the ids of the message and of the request, moments, and what is left of
    the limit.
    """
    headers = {name: value for name, value in answer.headers.items() if name not in ("date", "x-request-id")}
    headers.pop("content-length")
    if "ratelimit" in headers:
        headers["ratelimit"] = re.sub(r"\d+", "#", headers["ratelimit"])
    body = re.sub(rb"(msg|req)_[0-9a-f]{32}", b"#", answer.content)
    return answer.status_code, headers, re.sub(rb'"due_at":"[^"]+"', b'"due_at":#', body)


def cases(sender: str) -> dict[str, tuple[Any, dict[str, str]]]:
    """Body (bytes as they are, else as JSON) and headers of each request."""
    good = message(sender)
    return {
        "one": (good, {}),
        "of every field": (message(sender, reference="order 7", expires_at="2999-01-01T00:00:00Z"), {}),
        "skipped": (message(sender, purpose="marketing"), {}),
        "a list": ([good, message(sender, to="+33612345679")], {}),
        "json of another kind": (good, {"content-type": "application/vnd.api+json; charset=utf-8"}),
        "no json": (b"{", {}),
        "no utf-8": (b'{"to": "\xff"}', {}),
        "another type": (b"to=1", {"content-type": "application/x-www-form-urlencoded"}),
        "no body": (b"", {}),
        "an empty list": ([], {}),
        "too long a list": ([good] * 1001, {}),
        "a field too many": (message(sender, subject="x"), {}),
        "a number for a text": (message(sender, to=33612345678), {}),
        "a purpose of ours": (message(sender, purpose="service"), {}),
        "nul": (message(sender, body="a\0b"), {}),
        "no phone": (message(sender, to="0612345678"), {}),
        "no sender": (message("snd_1"), {}),
        "a stranger": (message(STRANGER), {}),
        "a stranger in a list": ([good, message(STRANGER)], {}),
        "faults in a list": ([message("snd_1", to="1"), message(sender, to="+33")], {}),
        "blank": (message(sender, body="  "), {}),
        "expired": (message(sender, expires_at="2020-01-01T00:00:00Z"), {}),
        "no time of any column": (message(sender, expires_at="9999-12-31T23:59:59-12:00"), {}),
        "no idempotency key": (good, {"idempotency-key": "a b"}),
        "no key": (good, {"authorization": "Bearer chp_live_" + "x" * 43}),
        "another scheme": (good, {"authorization": "Basic eA=="}),
        "too large": (b'"' + b"x" * 8_000_000 + b'"', {}),
        "a request id of its own": (good, {"x-request-id": "trace-12345678"}),
    }


async def test_both_ways_answer_alike(client: httpx.AsyncClient, sender: str) -> None:
    differing = {}
    for name, (body, headers) in cases(sender).items():
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        asked = {"content-type": "application/json", **headers}
        short = await client.post(SHORT, content=content, headers=asked)
        long = await client.post(LONG, content=content, headers=asked)
        if same(short) != same(long):
            differing[name] = same(short), same(long)
    assert differing == {}


async def test_both_ways_refuse_the_same_keys(server: Server, sender: str) -> None:
    async with server.database.engine_transaction() as conn:
        reader = await accounts.create_key(conn, server.workspace_id, "r", scopes=[Scope.MESSAGES_READ])
        revoked = await accounts.create_key(conn, server.workspace_id, "x")
        await accounts.revoke_key(conn, SystemClock(), server.workspace_id, revoked.id)
    found = []
    for key in (reader.key, revoked.key, ""):
        async with server.client(key) as client:
            short = await client.post(SHORT, json=message(sender))
            assert same(short) == same(await client.post(LONG, json=message(sender)))
            found.append(short.json()["code"])
    assert found == ["missing_scope", "bad_key", "missing_key"]


@pytest.mark.parametrize(("first", "again"), [(SHORT, LONG), (LONG, SHORT)])
async def test_a_key_of_one_way_is_a_key_of_the_other(
    server: Server, client: httpx.AsyncClient, sender: str, first: str, again: str
) -> None:
    for body in (message(sender), [message(sender), message(sender)]):
        asked = {"idempotency-key": f"k{len(body)}"}
        one = await client.post(first, json=body, headers=asked)
        two = await client.post(again, json=body, headers=asked)
        assert (one.status_code, two.status_code, one.content) == (202, 202, two.content)
        assert two.headers["idempotent-replayed"] == "true"
        other = message(sender, body="Another")
        reused = [await client.post(way, json=other, headers=asked) for way in (SHORT, LONG)]
        assert same(reused[0]) == same(reused[1])
        assert reused[0].json()["code"] == "idempotency_key_reused"
    assert await server.database.engine.fetchval("select count(*) from message") == 3


async def test_a_body_of_no_known_length_is_taken(client: httpx.AsyncClient, sender: str) -> None:
    async def pieces() -> Any:
        yield msgspec.json.encode(message(sender))

    answer = await client.post(SHORT, content=pieces(), headers={"content-type": "application/json"})
    assert answer.status_code == 202, answer.text


async def test_the_metrics_know_one_route(client: httpx.AsyncClient, sender: str) -> None:
    for way in (SHORT, LONG):
        assert (await client.post(way, json=message(sender))).status_code == 202
    lines = (await client.get("/metrics")).text.splitlines()
    assert 'chappe_http_requests_total{method="POST",route="/v1/messages",status="202"} 2.0' in lines
