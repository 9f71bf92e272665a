"""/healthz, /readyz and /metrics."""

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.http.conftest import Server

from chappe.db import instance
from chappe.kit.ids import parse_public_id, public_id, uuid7
from chappe.messages import counts
from chappe.messages.model import MessageState, RunDelta


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


@pytest.fixture
async def sender(client: httpx.AsyncClient) -> str:
    """The id of a short code with a route over the carrier `alpha`."""
    carrier = {
        "name": "alpha",
        "kind": "smpp",
        "settings": {"host": "127.0.0.1", "port": 1, "system_id": "a", "password": "b"},
    }
    await client.post("/v1/carriers", json=carrier)
    made = await client.post("/v1/senders", json={"address": "36105", "kind": "short_code"})
    sender_id: str = made.json()["id"]
    return sender_id


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


async def test_metrics_tell_of_requests_links_and_messages(
    server: Server, client: httpx.AsyncClient, sender: str
) -> None:
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


async def test_the_queue_tells_what_waits_for_its_time(server: Server, client: httpx.AsyncClient) -> None:
    await server.database.engine.execute(
        "insert into chunk (workspace_id, route_id, source, lane, lo, hi, due_at, state) "
        "select $1, gen_random_uuid(), '36105', 5, n, n + size, now() + due, state from (values "
        "(100, 5, interval '10 h', 0), (200, 2, interval '0', 0), (300, 1, interval '0', 1), "
        "(400, 9, interval '0', 2)) as it(n, size, due, state)",
        server.workspace_id,
    )
    told = await metrics(client)
    assert {labels: n for (name, labels), n in told.items() if name == "chappe_queue_messages"} == {
        "lane=marketing,place=waiting": 5,
        "lane=marketing,place=ready": 2,
        "lane=marketing,place=link": 1,
    }


async def test_parts_handed_over_are_told_from_planned_ones(
    server: Server, client: httpx.AsyncClient, sender: str
) -> None:
    """Of ten messages of two parts each six were sent: planned parts stay planned."""
    async with server.database.engine_transaction() as conn:
        campaign_id = uuid7()
        await conn.execute(
            "insert into campaign (id, workspace_id, name, purpose, state, audience, sender_id, body) "
            "values ($1, $2, 'Sale', 5, 'sending', $3, $4, 'x')",
            campaign_id,
            server.workspace_id,
            {"include": [], "exclude": []},
            parse_public_id("snd", sender),
        )
        run_id = await conn.fetchval(
            "insert into campaign_run (workspace_id, campaign_id) values ($1, $2) returning id",
            server.workspace_id,
            campaign_id,
        )
        await counts.record(
            conn,
            [
                RunDelta(server.workspace_id, run_id, MessageState.QUEUED, "", 10, 20),
                RunDelta(server.workspace_id, run_id, MessageState.QUEUED, "", -6, 0),
                RunDelta(server.workspace_id, run_id, MessageState.SENT, "", 4, 8),
                RunDelta(server.workspace_id, run_id, MessageState.DELIVERED, "", 2, 4),
            ],
        )
        await counts.fold(conn)
    told = await metrics(client)
    assert told["chappe_campaign_messages", "state=queued"] == 4
    assert told["chappe_campaign_parts_handed", ""] == 12
    assert told["chappe_campaign_parts_planned", ""] == 20
    shown = (await client.get(f"/v1/campaigns/{public_id('cmp', campaign_id)}")).json()
    assert (shown["parts"], shown["parts_planned"]) == (12, 20)


async def test_ids_taken_in_blocks_are_not_told_as_messages(client: httpx.AsyncClient, sender: str) -> None:
    message = {"to": "+33612345678", "sender_id": sender, "body": "x", "purpose": "otp"}
    await client.post("/v1/messages", json=message)
    told = await metrics(client)
    of_messages = {name: n for (name, _), n in told.items() if "message" in name}
    assert of_messages == {"chappe_queue_messages": 1}


@pytest.mark.parametrize("client_host", ["203.0.113.9"])
async def test_from_elsewhere_metrics_need_a_key(proxied_server: Server, client_host: str) -> None:
    headers = {"x-forwarded-for": client_host}
    async with proxied_server.client(key="") as stranger:
        response = await stranger.get("/metrics", headers=headers)
        assert (response.status_code, response.json()["code"]) == (401, "missing_key")
    async with proxied_server.client() as scraper:
        assert (await scraper.get("/metrics", headers=headers)).status_code == 200
