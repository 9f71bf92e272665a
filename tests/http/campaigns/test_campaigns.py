"""/v1/campaigns on a live server, from a list of contacts to a plan."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from chappe.db.pool import Database
from chappe.engine.campaign_jobs import Upkeep
from chappe.engine.planner import Planner
from chappe.engine.planner_store import PostgresPlanStore
from chappe.kit.clock import SystemClock
from chappe.kit.ids import public_id, uuid7


@pytest.fixture
async def wish(server, client: httpx.AsyncClient) -> dict[str, Any]:
    """The body of a campaign to three contacts, one of them suppressed."""
    carrier = await client.post(
        "/v1/carriers",
        json={
            "name": "Lab",
            "kind": "smpp",
            "settings": {"host": "127.0.0.1", "port": 2775, "system_id": "me", "password": "secret"},
            "prices": [{"prefix": "33", "price": "0.045", "currency": "EUR"}],
        },
    )
    assert carrier.status_code == 201, carrier.text
    sender = await client.post("/v1/senders", json={"address": "38200", "kind": "short_code"})
    list_id = uuid7()
    async with server.database.engine_transaction() as conn:
        await conn.execute("insert into list values ($1, $2, 'people')", list_id, server.workspace_id)
        await conn.execute("insert into attribute values ($1, 'first_name')", server.workspace_id)
        await conn.execute(
            "with made as (insert into contact (workspace_id, phone, zones, attributes) "
            "select $1, 33600000000 + n, 'Europe/Paris', $2 from generate_series(1, 3) n returning id) "
            "insert into list_member select $1, $3, id from made",
            server.workspace_id,
            {"first_name": "Zoë"},
            list_id,
        )
        await conn.execute(
            "insert into suppression (workspace_id, phone, scope, reason, source) "
            "values ($1, 33600000002, 'all', 'block', 'test')",
            server.workspace_id,
        )
    return {
        "name": "Opening hours",
        "purpose": "transactional",
        "audience": {"include": [public_id("lst", list_id)], "exclude": []},
        "sender_id": sender.json()["id"],
        "body": "Hello {{ first_name }}, we close at 18:00 ☃",
    }


async def plan(database: Database) -> None:
    clock = SystemClock()
    await Planner(PostgresPlanStore(database, clock), clock, clock).plan_due_runs()


async def test_from_draft_to_planned(server, client: httpx.AsyncClient, wish: dict[str, Any]) -> None:
    made = await client.post("/v1/campaigns", json=wish)
    assert made.status_code == 201, made.text
    campaign = made.json()
    assert campaign["state"] == "draft"
    assert campaign["audience"] == wish["audience"]
    at = f"/v1/campaigns/{campaign['id']}"

    estimate = (await client.post(f"{at}/estimate")).json()
    [place] = estimate.pop("places")
    assert (place["country"], place["messages"], place["parts"]) == ("FR", 2, 2)
    assert estimate == {
        "recipients": 3,
        "sendable": 2,
        "deferred": 0,
        "skipped": {"suppressed": 1},
        "parts": 2,
        "encodings": {"ucs2": {"messages": 2, "parts": 2}},
        "cost": [{"currency": "EUR", "amount": "0.090000"}],
        "unpriced": 0,
        "capped": {},
        "lengths": {"1": 2},
        "characters": {},
    }

    sent = await asyncio.gather(*(client.post(f"{at}/send") for _ in range(10)))
    assert {answer.status_code for answer in sent} == {200}
    assert {answer.json()["state"] for answer in sent} == {"preparing"}
    await plan(server.database)
    now = (await client.get(at)).json()
    assert now["state"] == "sending"
    assert now["recipients"] == 3
    assert {state: n for state, n in now["counts"].items() if n} == {"queued": 2, "skipped": 1}
    assert now["skipped"] == {"suppressed": 1}
    assert (now["parts"], now["parts_planned"]) == (0, 2)

    decided = (await client.get(f"{at}/decisions")).json()
    assert (decided["recipients"], decided["planned"]) == (3, 3)
    assert {(one["code"], one["sent"], one["people"]) for one in decided["decisions"]} == {
        ("send", True, 2),
        ("suppressed", False, 1),
    }

    messages = (await client.get("/v1/messages", params={"campaign_id": campaign["id"]})).json()["data"]
    assert sorted(message["decision"]["code"] for message in messages) == ["send", "send", "suppressed"]
    assert sorted(message["state"] for message in messages) == ["queued", "queued", "skipped"]
    assert {message["body"] for message in messages} == {"Hello Zoë, we close at 18:00 ☃", None}

    assert (await client.post(f"{at}/pause")).json()["state"] == "paused"
    changed = await client.patch(at, json={"parts_per_second": 5})
    assert changed.json()["parts_per_second"] == 5
    assert (await client.post(f"{at}/resume")).json()["state"] == "sending"
    assert (await client.post(f"{at}/cancel")).json()["state"] == "canceled"
    await Upkeep(server.database, SystemClock(), SystemClock()).end_runs()
    ended = (await client.get(at)).json()
    assert {state: n for state, n in ended["counts"].items() if n} == {"canceled": 2, "skipped": 1}
    assert ended["finished_at"] is not None
    refused = await client.post(f"{at}/resume")
    assert refused.status_code == 409
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert "canceled" in refused.json()["detail"]


async def test_what_waits_tells_until_when(server, client: httpx.AsyncClient, wish: dict[str, Any]) -> None:
    """As on a Sunday: of two messages to send, the allowed hours of one begin later than the other's."""
    made = (await client.post("/v1/campaigns", json=wish)).json()
    assert made["next_due_at"] is None
    at = f"/v1/campaigns/{made['id']}"
    await client.post(f"{at}/send")
    await plan(server.database)
    # Their time has come: nothing waits.
    assert (await client.get(at)).json()["next_due_at"] is None
    monday = datetime(2126, 3, 11, 7, tzinfo=UTC)
    async with server.database.engine_transaction() as conn:
        await conn.execute("update chunk set due_at = $1", monday)
        await conn.execute(
            "insert into chunk (workspace_id, run_id, route_id, source, lane, lo, hi, due_at) "
            "select workspace_id, run_id, route_id, source, lane, 0, 1, $1 from chunk limit 1",
            monday + timedelta(hours=1),
        )
    assert datetime.fromisoformat((await client.get(at)).json()["next_due_at"]) == monday
    listed = (await client.get("/v1/campaigns")).json()["data"]
    assert [datetime.fromisoformat(row["next_due_at"]) for row in listed] == [monday]
    messages = (await client.get("/v1/messages", params={"campaign_id": made["id"]})).json()["data"]
    seen = sorted((row["state"], row["due_at"]) for row in messages if row["state"] != "skipped")
    assert [state for state, _ in seen] == ["accepted"] * 2
    assert {datetime.fromisoformat(due) for _, due in seen} == {monday}
    one = (await client.get(f"/v1/messages/{messages[0]['id']}")).json()
    assert one["due_at"] == messages[0]["due_at"]


async def test_the_same_key_makes_one_campaign(client: httpx.AsyncClient, wish: dict[str, Any]) -> None:
    key = {"Idempotency-Key": "one-campaign"}
    first = await client.post("/v1/campaigns", json=wish, headers=key)
    second = await client.post("/v1/campaigns", json=wish, headers=key)
    assert first.json() == second.json()
    assert len((await client.get("/v1/campaigns")).json()["data"]) == 1


async def test_pages_by_cursor(client: httpx.AsyncClient, wish: dict[str, Any]) -> None:
    made = [(await client.post("/v1/campaigns", json=wish)).json()["id"] for _ in range(3)]
    first = (await client.get("/v1/campaigns", params={"limit": 2})).json()
    assert [row["id"] for row in first["data"]] == [made[2], made[1]]
    rest = (await client.get("/v1/campaigns", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [row["id"] for row in rest["data"]] == [made[0]]
    assert rest["next_cursor"] is None
    drafts = (await client.get("/v1/campaigns", params={"state": "sending"})).json()
    assert drafts["data"] == []


@pytest.mark.parametrize(
    ("changes", "status", "code", "hint"),
    [
        ({"body": "Hello {{ frist_name }}"}, 422, "unknown_variable", "first_name"),
        ({"body": "Hello {% include 'x' %}"}, 422, "bad_template", "include"),
        ({"send_at": "2026-12-01T10:00:00"}, 400, "invalid_body", ""),
        ({"expires_at": "2020-01-01T10:00:00Z"}, 422, "wrong_times", "expires_at"),
        ({"purpose": "otp"}, 400, "invalid_body", ""),
        ({"sender_id": "snd_1"}, 422, "unknown_sender", "snd_"),
        ({"audience": {"include": ["lst_1"]}}, 422, "no_audience", "lst_"),
        ({"audience": {"include": []}}, 422, "no_audience", "list"),
        ({"parts_per_second": 0}, 400, "invalid_body", ""),
    ],
)
async def test_what_is_refused(
    client: httpx.AsyncClient,
    wish: dict[str, Any],
    changes: dict[str, Any],
    status: int,
    code: str,
    hint: str,
) -> None:
    answer = await client.post("/v1/campaigns", json=wish | changes)
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert problem["code"] == code
    assert hint in problem["detail"]


async def test_unknown_ids(client: httpx.AsyncClient) -> None:
    for campaign_id in ("cmp_1", public_id("cmp", uuid7())):
        answer = await client.get(f"/v1/campaigns/{campaign_id}")
        assert answer.status_code == 404
        assert answer.json()["code"] == "unknown_campaign"


async def test_a_draft_is_rewritten(client: httpx.AsyncClient, wish: dict[str, Any]) -> None:
    made = (await client.post("/v1/campaigns", json=wish)).json()
    changed = await client.put(f"/v1/campaigns/{made['id']}", json=wish | {"name": "Other"})
    assert changed.status_code == 200
    assert changed.json()["name"] == "Other"
