"""/healthz, /readyz and /metrics."""

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.http.conftest import Server

from chappe.db import instance


async def metrics(client: httpx.AsyncClient) -> dict[tuple[str, str], float]:
    """Samples by name and labels."""
    text = (await client.get("/metrics")).text
    return {
        (
            sample.name,
            ",".join(f"{key}={text}" for key, text in sorted(sample.labels.items())),
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_the_process_runs_and_is_ready(server: Server) -> None:
    async with server.client(key="") as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        assert (await client.get("/readyz")).json() == {"status": "ok"}


async def test_a_held_installation_is_not_ready(server: Server, client: httpx.AsyncClient) -> None:
    async with server.database.engine_transaction() as conn:
        await instance.hold(conn, "restored from backup.tar")
    response = await client.get("/readyz")
    assert (response.status_code, response.json()["code"]) == (503, "held")
    assert "restored from backup.tar" in response.json()["detail"]
    async with server.database.engine_transaction() as conn:
        await instance.release(conn)
    assert (await client.get("/readyz")).status_code == 200


async def test_a_schema_that_lacks_a_migration_is_not_ready(
    server: Server, client: httpx.AsyncClient
) -> None:
    await server.database.engine.execute(
        "delete from schema_migration where number = (select max(number) from schema_migration)"
    )
    response = await client.get("/readyz")
    assert (response.status_code, response.json()["code"]) == (503, "not_ready")
    assert "chappe migrate" in response.json()["detail"]


async def test_metrics_tell_of_requests_links_and_messages(server: Server, client: httpx.AsyncClient) -> None:
    carrier = {
        "name": "alpha",
        "kind": "smpp",
        "settings": {"host": "127.0.0.1", "port": 1, "system_id": "a", "password": "b"},
    }
    await client.post("/v1/carriers", json=carrier)
    sender = (await client.post("/v1/senders", json={"address": "36105", "kind": "short_code"})).json()["id"]
    message = {"to": "+33612345678", "sender_id": sender, "body": "x", "purpose": "otp"}
    await client.post("/v1/messages", json=[message] * 3)
    await client.get("/v1/carriers/car_x")
    await server.database.engine.execute(
        "update link set state = 'bound', lease_until = now() + interval '9 s', submitted = 42"
    )
    told = await metrics(client)
    assert told["chappe_http_requests_total", "method=POST,route=/v1/carriers,status=201"] == 1
    assert told["chappe_http_requests_total", "method=GET,route=/v1/carriers/{carrier_id},status=404"] == 1
    assert told["chappe_link_state", "carrier=alpha,state=bound"] == 1
    assert told["chappe_link_state", "carrier=alpha,state=down"] == 0
    assert told["chappe_link_submitted_total", "carrier=alpha"] == 42
    assert told["chappe_queue_messages", "lane=otp,place=ready"] == 3


@pytest.mark.parametrize("client_host", ["203.0.113.9"])
async def test_from_elsewhere_metrics_need_a_key(proxied_server: Server, client_host: str) -> None:
    headers = {"x-forwarded-for": client_host}
    async with proxied_server.client(key="") as stranger:
        response = await stranger.get("/metrics", headers=headers)
        assert (response.status_code, response.json()["code"]) == (401, "missing_key")
    async with proxied_server.client() as scraper:
        assert (await scraper.get("/metrics", headers=headers)).status_code == 200
