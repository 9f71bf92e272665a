"""/v1/lists and /v1/contacts."""

from typing import Any

import httpx
import pytest

from chappe.contacts import service
from chappe.contacts.model import IncomingContact

ANNA = 33612345678


async def add_people(server: Any, count: int = 3) -> None:
    people = [
        IncomingContact(
            phone=ANNA + n, zones="Europe/Paris", language="fr", attributes={"first_name": f"Anna {n}"}
        )
        for n in range(count)
    ]
    async with server.database.transaction(server.workspace_id) as conn:
        await service.merge(conn, server.workspace_id, people)


async def new_list(client: httpx.AsyncClient, name: str = "Clients") -> str:
    answer = await client.post("/v1/lists", json={"name": name})
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["id"]
    return made


async def test_lists(client: httpx.AsyncClient) -> None:
    first, second = await new_list(client), await new_list(client, "VIP")
    assert first.startswith("lst_")
    page = (await client.get("/v1/lists?limit=1")).json()
    assert [row["name"] for row in page["data"]] == ["Clients"]
    rest = (await client.get("/v1/lists", params={"cursor": page["next_cursor"]})).json()
    assert [row["id"] for row in rest["data"]] == [second]
    assert rest["next_cursor"] is None
    read = (await client.get(f"/v1/lists/{first}")).json()
    assert (read["name"], read["contacts"]) == ("Clients", 0)
    taken = await client.post("/v1/lists", json={"name": "VIP"})
    assert (taken.status_code, taken.json()["code"]) == (409, "list_name_taken")
    assert taken.json()["errors"][0]["pointer"] == "#/name"


async def test_a_contact_is_found_by_number_and_by_id(client: httpx.AsyncClient, server: Any) -> None:
    await add_people(server)
    # A plus in a query string is a space: both spellings are understood.
    for spelling in ("%2B33612345678", "+33612345678", "33612345678"):
        answer = await client.get(f"/v1/contacts?phone={spelling}")
        assert answer.status_code == 200, answer.text
        (found,) = answer.json()["data"]
        assert found["phone"] == "+33612345678"
    assert found["attributes"] == {"first_name": "Anna 0"}
    assert (found["state"], found["country"], found["language"]) == ("active", "FR", "fr")
    assert found["zones"] == ["Europe/Paris"]
    assert (await client.get(f"/v1/contacts/{found['id']}")).json() == found
    assert (await client.get("/v1/contacts?phone=%2B33698765432")).json()["data"] == []


async def test_pages_of_contacts(client: httpx.AsyncClient, server: Any) -> None:
    await add_people(server, 5)
    seen, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/v1/contacts", params=params)).json()
        seen += [row["phone"] for row in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"+{ANNA + n}" for n in range(5)]


async def test_members_join_and_leave(client: httpx.AsyncClient, server: Any) -> None:
    await add_people(server)
    made = await new_list(client)
    wanted = {"phones": [f"+{ANNA}", f"+{ANNA + 1}", "+33698765432"]}
    answer = await client.post(f"/v1/lists/{made}/members", json=wanted)
    assert answer.status_code == 200
    assert answer.json() == {"added": 2, "unknown": ["+33698765432"]}
    on_it = (await client.get(f"/v1/contacts?list_id={made}")).json()["data"]
    assert [row["phone"] for row in on_it] == [f"+{ANNA}", f"+{ANNA + 1}"]
    gone = await client.delete(f"/v1/lists/{made}/members/{on_it[0]['id']}")
    assert gone.status_code == 204
    again = await client.delete(f"/v1/lists/{made}/members/{on_it[0]['id']}")
    assert again.status_code == 404
    assert (await client.get(f"/v1/lists/{made}")).json()["contacts"] == 1


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/lists/lst_zz", 404, "unknown_list"),
        ("/v1/lists/lst_" + "0" * 32, 404, "unknown_list"),
        ("/v1/contacts/con_" + "0" * 32, 404, "unknown_contact"),
        ("/v1/contacts?list_id=lst_zz", 404, "unknown_list"),
        ("/v1/contacts?phone=0612345678", 422, "not_a_phone"),
        ("/v1/contacts?phone=anna", 422, "not_a_phone"),
    ],
)
async def test_errors_say_what_to_do(client: httpx.AsyncClient, path: str, status: int, code: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["detail"].endswith((".", "…"))


async def test_a_number_of_a_list_is_named(client: httpx.AsyncClient) -> None:
    made = await new_list(client)
    answer = await client.post(f"/v1/lists/{made}/members", json={"phones": [f"+{ANNA}", "x"]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/phones/1"
