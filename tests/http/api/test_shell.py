"""What the shell does for every address under /v1."""

import asyncio
from typing import Any

import httpx
import pytest
from tests.conftest import TestServer
from tests.http.conftest import Server

from chappe.accounts import service as accounts
from chappe.accounts.model import Scope
from chappe.db.embedded import SUPERUSER
from chappe.db.pool import Database, connect

SETTINGS = {"host": "127.0.0.1", "port": 2775, "system_id": "acme", "password": "s3cret"}


def carrier(name: str = "alpha") -> dict[str, Any]:
    return {"name": name, "kind": "smpp", "settings": SETTINGS, "prices": []}


async def key_of(server: Server, *, scopes: list[Scope] | None = None, live: bool = True) -> str:
    async with server.database.engine_transaction() as conn:
        made = await accounts.create_key(
            conn, server.workspace_id, "other", scopes=scopes or list(Scope), live=live
        )
    return made.key


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The body of an error, which must have every mark of one."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == f"/docs/api#{code}"
    assert body["request_id"] == response.headers["x-request-id"]
    assert body["detail"].endswith(".")
    return body


async def test_without_a_key_the_answer_says_how_to_get_one(server: Server) -> None:
    async with server.client(key="") as client:
        response = await client.get("/v1/carriers")
    body = problem(response, 401, "missing_key")
    assert "chappe keys create" in body["detail"]
    assert response.headers["www-authenticate"] == 'Bearer realm="chappe"'


async def test_a_wrong_key(server: Server) -> None:
    async with server.client(key="chp_live_" + "a" * 43) as client:
        problem(await client.get("/v1/carriers"), 401, "bad_key")


async def test_a_key_does_what_its_scopes_allow(server: Server) -> None:
    async with server.client(await key_of(server, scopes=[Scope.CARRIERS_READ])) as client:
        assert (await client.get("/v1/carriers")).status_code == 200
        body = problem(await client.post("/v1/carriers", json=carrier()), 403, "missing_scope")
    assert "carriers:write" in body["detail"]


async def test_a_test_key_has_data_of_its_own(server: Server) -> None:
    async with server.client(await key_of(server, live=False)) as test, server.client() as live:
        made = (await test.post("/v1/lists", json={"name": "Tried"})).json()["id"]
        assert [one["id"] for one in (await test.get("/v1/lists")).json()["data"]] == [made]
        assert (await live.get("/v1/lists")).json()["data"] == []
        assert (await live.get(f"/v1/lists/{made}")).status_code == 404
        body = problem(await test.post("/v1/carriers", json=carrier()), 422, "test_data")
    assert "simulated" in body["detail"]


async def test_every_answer_tells_the_limit_and_its_id(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/carriers", headers={"x-request-id": "from-the-proxy"})
    assert response.headers["x-request-id"] == "from-the-proxy"
    assert response.headers["ratelimit-policy"] == '"key";q=10000;w=2'
    assert response.headers["ratelimit"].startswith('"key";r=9999;')
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    refused = await client.get("/v1/carriers", headers={"x-request-id": "<script>"})
    assert refused.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/nothing", 404, "not_found"),
        ("PUT", "/v1/carriers", 405, "method_not_allowed"),
        ("GET", "/v1/carriers?limit=0", 400, "invalid_parameter"),
        ("GET", "/v1/carriers?limit=many", 400, "invalid_parameter"),
        ("GET", "/v1/carriers?cursor=AAAA", 422, "bad_cursor"),
        ("GET", "/v1/carriers?cursor=%00", 422, "nul_in_address"),
        ("GET", "/v1/carriers/car_x", 404, "unknown_carrier"),
    ],
)
async def test_addresses_and_parameters_that_do_not_exist(
    client: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    response = await client.request(method, path)
    problem(response, status, code)
    if status == 405:
        assert set(response.headers["allow"].split(", ")) == {"GET", "POST", "OPTIONS"}


async def test_a_parameter_is_called_as_the_request_calls_it(client: httpx.AsyncClient) -> None:
    refused = problem(await client.get("/v1/messages?state=lost"), 400, "invalid_parameter")
    assert refused["errors"][0]["parameter"] == "state"
    assert refused["detail"].startswith("state: ")


async def test_a_body_must_be_json_of_the_right_shape(client: httpx.AsyncClient) -> None:
    json = {"content-type": "application/json"}
    problem(await client.post("/v1/carriers", content=b"{}"), 415, "wrong_content_type")
    problem(await client.post("/v1/carriers", content=b"{", headers=json), 400, "not_json")
    body = problem(
        await client.post("/v1/carriers", json=carrier() | {"settings": SETTINGS | {"port": 0}}),
        400,
        "invalid_body",
    )
    assert body["errors"][0]["pointer"] == "#/settings/port"
    large = await client.post("/v1/carriers", content=b" " * 1_000_001, headers=json)
    problem(large, 413, "too_large")


async def test_the_same_request_under_a_key_is_done_once(
    client: httpx.AsyncClient, database: Database
) -> None:
    first = await client.post("/v1/carriers", json=carrier(), headers={"idempotency-key": '"abc"'})
    again = await client.post("/v1/carriers", json=carrier(), headers={"idempotency-key": "abc"})
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["content-type"] == "application/json"
    assert await database.engine.fetchval("select count(*) from carrier") == 1
    other = await client.post("/v1/carriers", json=carrier("beta"), headers={"idempotency-key": "abc"})
    assert "exactly the same body" in problem(other, 422, "idempotency_key_reused")["detail"]


async def test_a_request_under_a_key_that_is_in_use_is_told_to_wait(
    client: httpx.AsyncClient, server: Server
) -> None:
    async with server.database.transaction(server.workspace_id) as conn:
        await conn.execute(
            "select pg_advisory_xact_lock(hashtextextended($1::bigint || ' abc', 0))", server.workspace_id
        )
        response = await client.post("/v1/carriers", json=carrier(), headers={"idempotency-key": "abc"})
        problem(response, 409, "idempotency_key_in_use")
        assert response.headers["retry-after"] == "1"
    again = await client.post("/v1/carriers", json=carrier(), headers={"idempotency-key": "abc"})
    assert again.status_code == 201


async def test_of_many_at_once_under_one_key_one_is_done(
    client: httpx.AsyncClient, database: Database
) -> None:
    answers = await asyncio.gather(
        *(client.post("/v1/carriers", json=carrier(), headers={"idempotency-key": "abc"}) for _ in range(8))
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {
        "idempotency_key_in_use"
    }
    assert await database.engine.fetchval("select count(*) from carrier") == 1


async def test_what_failed_may_be_tried_again_under_its_key(client: httpx.AsyncClient) -> None:
    await client.post("/v1/carriers", json=carrier())
    refused = await client.post("/v1/carriers", json=carrier(), headers={"idempotency-key": "abc"})
    problem(refused, 409, "name_taken")
    corrected = await client.post("/v1/carriers", json=carrier("beta"), headers={"idempotency-key": "abc"})
    assert corrected.status_code == 201


async def test_a_key_that_is_none_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/carriers", json=carrier(), headers={"idempotency-key": "a b"})
    body = problem(response, 400, "bad_idempotency_key")
    assert body["errors"][0]["parameter"] == "Idempotency-Key"


async def test_workspaces_see_their_own(server: Server, client: httpx.AsyncClient) -> None:
    mine = (await client.post("/v1/carriers", json=carrier())).json()
    async with server.client(await server.other_workspace()) as theirs:
        assert (await theirs.get("/v1/carriers")).json() == {"data": [], "next_cursor": None}
        problem(await theirs.get(f"/v1/carriers/{mine['id']}"), 404, "unknown_carrier")
        problem(await theirs.delete(f"/v1/carriers/{mine['id']}"), 404, "unknown_carrier")
        route = {"name": "r", "carriers": [mine["id"]]}
        problem(await theirs.post("/v1/routes", json=route), 422, "bad_route")
        assert (await theirs.post("/v1/carriers", json=carrier())).status_code == 201


async def test_a_list_is_read_page_by_page(client: httpx.AsyncClient) -> None:
    for name in ("a", "b", "c"):
        await client.post("/v1/carriers", json=carrier(name))
    seen, cursor = [], None
    for _ in range(3):
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/v1/carriers", params=params)).json()
        seen += [one["name"] for one in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ["a", "b", "c"]


async def test_without_a_database_the_answer_is_503(
    server: Server, client: httpx.AsyncClient, pg_server: TestServer
) -> None:
    assert (await client.get("/v1/carriers")).status_code == 200
    name = await server.database.engine.fetchval("select current_database()")
    operator = await connect(pg_server.server.dsn("postgres", SUPERUSER))
    try:
        await operator.execute(f'alter database "{name}" connection limit 0')
        await operator.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name
        )
        lost = await client.get("/v1/carriers")
        assert "Try again" in problem(lost, 503, "database_unavailable")["detail"]
        assert lost.headers["retry-after"] == "2"
        assert (await client.get("/healthz")).status_code == 200
        problem(await client.get("/readyz"), 503, "database_unavailable")
    finally:
        await operator.execute(f'alter database "{name}" connection limit -1')
        await operator.close()
    assert (await client.get("/v1/carriers")).status_code == 200
