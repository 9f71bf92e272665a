"""Messages over HTTP: one, many at once, lists, and what is read of them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.http.conftest import Server

from chappe.accounts import service as accounts
from chappe.carriers import test_data
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database

SETTINGS = {"host": "127.0.0.1", "port": 2775, "system_id": "acme", "password": "s3cret"}


@pytest.fixture
async def sender(client: httpx.AsyncClient) -> str:
    """The id of a short code with a route."""
    carrier = {"name": "alpha", "kind": "smpp", "settings": SETTINGS, "prices": []}
    assert (await client.post("/v1/carriers", json=carrier)).status_code == 201
    made = await client.post("/v1/senders", json={"address": "36105", "kind": "short_code"})
    assert made.status_code == 201, made.text
    sender_id: str = made.json()["id"]
    return sender_id


def message(sender: str, **more: Any) -> dict[str, Any]:
    return {
        "to": "+33612345678",
        "sender_id": sender,
        "body": "Your order is on its way",
        "purpose": "transactional",
        **more,
    }


async def post(client: httpx.AsyncClient, body: Any, key: str | None = None) -> httpx.Response:
    return await client.post(
        "/v1/messages", json=body, headers={"idempotency-key": key} if key is not None else {}
    )


async def test_a_message_is_written_down(client: httpx.AsyncClient, database: Database, sender: str) -> None:
    response = await post(client, message(sender, reference="order 7"))
    assert response.status_code == 202, response.text
    accepted = response.json()
    assert accepted["id"].startswith("msg_")
    assert (accepted["state"], accepted["to"], accepted["parts"]) == ("queued", "+33612345678", 1)
    assert accepted["encoding"] == "gsm7"
    read = (await client.get(f"/v1/messages/{accepted['id']}")).json()
    assert (read["state"], read["reference"], read["sender_id"]) == ("queued", "order 7", sender)
    assert read["body"] == "Your order is on its way"
    row = await database.engine.fetchrow("select lo, hi, lane, source from chunk")
    assert row is not None
    assert (row["hi"] - row["lo"], row["lane"], row["source"]) == (1, 3, "36105")


async def test_what_must_not_be_sent_is_written_down_with_its_reason(
    client: httpx.AsyncClient, sender: str
) -> None:
    response = await post(client, message(sender, purpose="marketing"))
    assert response.status_code == 202
    assert (response.json()["state"], response.json()["reason"]) == ("skipped", "no_consent")
    assert response.json()["due_at"] is None


async def test_no_short_link_leads_where_it_must_not_or_where_it_was_switched_off(
    client: httpx.AsyncClient, database: Database, sender: str
) -> None:
    here = str(client.base_url).rstrip("/")
    for url, fault in (
        ("https://bit.ly/3abc", "public_shortener"),
        ("http://10.0.0.1/a", "not_https"),
        (f"{here}/l/AbCdEfG", "own_link"),
    ):
        refused = await post(client, message(sender, body=f"See {url} now", shorten_links=True))
        assert (refused.status_code, refused.json()["code"]) == (422, "bad_destination"), url
        assert refused.json()["detail"].startswith(f"{url}: "), fault
        assert refused.json()["errors"][0]["pointer"] == "#/body"
        assert (await post(client, message(sender, body=f"See {url} now"))).status_code == 202, "as written"
    good = message(sender, body="See https://shop.example.com/a", shorten_links=True)
    assert (await post(client, good)).status_code == 202
    await database.engine.execute("update short_link set killed_at = now()")
    refused = await post(client, [message(sender), good])
    assert refused.json()["code"] == "bad_message"
    assert "switched off" in refused.json()["detail"]
    assert refused.json()["errors"][0]["pointer"] == "#/1/body"
    other = good | {"body": "See https://shop.example.com/b"}
    answers = await asyncio.gather(*(post(client, each) for each in (good, other, good, other)))
    assert [answer.status_code for answer in answers] == [422, 202, 422, 202], "each is answered by itself"


async def test_many_single_messages_share_commits(
    client: httpx.AsyncClient, database: Database, sender: str
) -> None:
    answers = await asyncio.gather(
        *(post(client, message(sender, to=f"+3361234{number:04}")) for number in range(60))
    )
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 60
    assert await database.engine.fetchval("select count(*) from message") == 60
    commits = await database.engine.fetchval("select count(distinct xmin::text) from message")
    assert commits < 60, "each message had a commit of its own"


async def test_one_bad_message_does_not_harm_those_beside_it(
    client: httpx.AsyncClient, database: Database, sender: str
) -> None:
    stranger = "snd_" + "0" * 32
    bodies = [message(stranger if number == 7 else sender) for number in range(20)]
    answers = await asyncio.gather(*(post(client, body) for body in bodies))
    refused = [answer for answer in answers if answer.status_code != 202]
    assert [answer.status_code for answer in refused] == [422]
    assert refused[0].json()["code"] == "unknown_sender"
    assert refused[0].json()["errors"][0]["pointer"] == "#/sender_id"
    assert await database.engine.fetchval("select count(*) from message") == 19


async def test_a_message_under_a_key_is_sent_once(
    client: httpx.AsyncClient, database: Database, sender: str
) -> None:
    first = await post(client, message(sender), key="k")
    again = await post(client, message(sender), key="k")
    assert first.status_code == again.status_code == 202
    assert first.content == again.content
    assert again.headers["idempotent-replayed"] == "true"
    other = await post(client, message(sender, body="Another"), key="k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert await database.engine.fetchval("select count(*) from message") == 1


async def test_of_many_at_once_under_one_key_one_is_sent(
    client: httpx.AsyncClient, database: Database, sender: str
) -> None:
    answers = await asyncio.gather(*(post(client, message(sender), key="k") for _ in range(12)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({answer.content for answer in answers if answer.status_code == 202}) == 1
    assert await database.engine.fetchval("select count(*) from message") == 1


async def test_a_list_is_accepted_whole(client: httpx.AsyncClient, database: Database, sender: str) -> None:
    body = [message(sender, to=f"+3361234{number:04}", reference=str(number)) for number in range(1000)]
    first = await post(client, body, key="list")
    assert first.status_code == 202, first.text
    data = first.json()["data"]
    assert [one["reference"] for one in data] == [str(number) for number in range(1000)]
    again = await post(client, body, key="list")
    assert again.content == first.content
    assert await database.engine.fetchval("select count(*) from message") == 1000


async def test_a_list_with_faults_is_refused_whole_and_every_fault_is_named(
    client: httpx.AsyncClient, database: Database, sender: str
) -> None:
    body = [message(sender), message(sender, to="0612345678"), message("snd_1", to="+33")]
    response = await post(client, body)
    assert response.status_code == 422
    assert response.json()["code"] == "bad_message"
    assert [one["pointer"] for one in response.json()["errors"]] == ["#/1/to", "#/2/to", "#/2/sender_id"]
    assert await database.engine.fetchval("select count(*) from message") == 0


async def test_an_unknown_sender_in_a_list_is_named_by_its_place(
    client: httpx.AsyncClient, sender: str
) -> None:
    stranger = "snd_" + "0" * 32
    several = await post(client, [message(sender), message(stranger)])
    assert several.json()["errors"][0]["pointer"] == "#/1/sender_id"
    one = await post(client, [message(stranger)])
    assert one.json()["errors"][0]["pointer"] == "#/0/sender_id"


@pytest.mark.parametrize(
    ("change", "status", "code", "pointer"),
    [
        ({"to": "0612345678"}, 422, "bad_message", "#/to"),
        ({"sender_id": "snd_1"}, 422, "bad_message", "#/sender_id"),
        ({"body": ""}, 400, "invalid_body", "#/body"),
        ({"body": "   "}, 422, "empty_body", "#/body"),
        ({"purpose": "service"}, 400, "invalid_body", "#/purpose"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422, "already_expired", "#/expires_at"),
        ({"expires_at": "2030-01-01T00:00:00"}, 400, "invalid_body", "#/expires_at"),
        ({"expires_at": "9999-12-31T23:59:59-12:00"}, 422, "bad_message", "#/expires_at"),
        ({"subject": "x"}, 400, "invalid_body", None),
    ],
)
async def test_a_message_that_cannot_be_sent_says_why(
    client: httpx.AsyncClient,
    sender: str,
    change: dict[str, Any],
    status: int,
    code: str,
    pointer: str | None,
) -> None:
    response = await post(client, message(sender) | change)
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert [one["pointer"] for one in response.json().get("errors", [])] == ([pointer] if pointer else [])


async def test_messages_are_listed_newest_first_page_by_page(client: httpx.AsyncClient, sender: str) -> None:
    for number in range(5):
        await post(client, message(sender, to=f"+3361234567{number % 2}", reference=str(number)))
    first = (await client.get("/v1/messages", params={"limit": 3})).json()
    rest = (await client.get("/v1/messages", params={"cursor": first["next_cursor"]})).json()
    assert [one["reference"] for one in first["data"] + rest["data"]] == ["4", "3", "2", "1", "0"]
    assert rest["next_cursor"] is None
    to_one = (await client.get("/v1/messages", params={"to": "+33612345671"})).json()
    assert [one["reference"] for one in to_one["data"]] == ["3", "1"]


async def test_messages_by_state_and_day(client: httpx.AsyncClient, sender: str) -> None:
    await post(client, message(sender))
    await post(client, message(sender, purpose="marketing"))
    today = datetime.now(UTC).date()
    skipped = await client.get("/v1/messages", params={"state": "skipped", "day": str(today)})
    assert [one["reason"] for one in skipped.json()["data"]] == ["no_consent"]
    yesterday = str(today - timedelta(days=1))
    assert (await client.get("/v1/messages", params={"day": yesterday})).json()["data"] == []


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("state=delivered", 422, "state_needs_scope"),
        ("state=lost", 400, "invalid_parameter"),
        ("to=0612345678", 422, "not_a_phone"),
        ("to=%2B00", 422, "not_a_phone"),
        ("campaign_id=cmp_1", 404, "unknown_campaign"),
        ("day=tomorrow", 400, "invalid_parameter"),
    ],
)
async def test_filters_that_cannot_be_used(
    client: httpx.AsyncClient, query: str, status: int, code: str
) -> None:
    response = await client.get(f"/v1/messages?{query}")
    assert (response.status_code, response.json()["code"]) == (status, code), response.text


@pytest.mark.parametrize("to", ["+33612345678", "%2B33612345678", "33612345678"])
async def test_messages_to_a_number_however_its_plus_is_written(
    client: httpx.AsyncClient, sender: str, to: str
) -> None:
    """An unescaped plus of a query string arrives as a space."""
    mine = (await post(client, message(sender))).json()["id"]
    await post(client, message(sender, to="+33612345679"))
    found = await client.get(f"/v1/messages?to={to}")
    assert found.status_code == 200, found.text
    assert [one["id"] for one in found.json()["data"]] == [mine]


@pytest.mark.parametrize("message_id", ["msg_1", "msg_" + "0" * 32, "cmp_" + "0" * 32])
async def test_a_message_that_is_not_there(client: httpx.AsyncClient, message_id: str) -> None:
    response = await client.get(f"/v1/messages/{message_id}")
    assert (response.status_code, response.json()["code"]) == (404, "unknown_message")


async def test_another_workspace_sees_no_message(
    client: httpx.AsyncClient, server: Server, sender: str
) -> None:
    mine = (await post(client, message(sender))).json()["id"]
    key = await server.other_workspace()
    async with server.client(key) as theirs:
        assert (await theirs.get(f"/v1/messages/{mine}")).status_code == 404
        assert (await theirs.get("/v1/messages")).json()["data"] == []
        assert (await post(theirs, message(sender))).json()["code"] == "unknown_sender"


async def test_a_test_key_is_answered_like_a_live_one_and_its_message_ends_simulated(
    server: Server, keys: InstanceKeys, sender: str
) -> None:
    async with server.database.engine_transaction() as conn:
        made = await accounts.create_key(conn, server.workspace_id, "try", live=False)
        assert made.new_test_workspace is not None
        # The carrier of these tests is a real one: it is not copied.
        await test_data.prepare(conn, keys, made.new_test_workspace, like=server.workspace_id)
    async with server.client(made.key) as client:
        [theirs] = (await client.get("/v1/senders")).json()["data"]
        assert (theirs["address"], theirs["id"] == sender) == ("36105", False)
        refused = await post(client, message(sender))
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_sender")
        answer = await post(client, message(theirs["id"]))
        assert answer.status_code == 202
        accepted = answer.json()
        assert (accepted["test"], accepted["state"], accepted["reason"]) == (True, "skipped", "simulated")
        read = (await client.get(f"/v1/messages/{accepted['id']}")).json()
        assert (read["test"], read["state"], read["parts_sent"]) == (True, "skipped", 0)
        bad = await post(client, message(theirs["id"], to="12"))
        assert bad.status_code == 422
    async with server.client() as client:
        assert (await client.get(f"/v1/messages/{accepted['id']}")).status_code == 404
        assert (await post(client, message(sender))).json()["test"] is False
