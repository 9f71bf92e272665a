"""/v1/imports, from the upload to the rejected rows."""

import csv
import io
import json
from typing import Any

import httpx
import pytest

from chappe.kit.clock import SystemClock
from chappe.signup.jobs import run_next_import

FILE = "Portable;Prénom\n06 12 34 56 78;Anna\n3.36E+10;Boris\n".encode()
CONSENT = {"basis": "express", "source": "shop", "text": "I agree"}


async def new_list(client: httpx.AsyncClient) -> str:
    made: str = (await client.post("/v1/lists", json={"name": "Clients"})).json()["id"]
    return made


async def upload(
    client: httpx.AsyncClient, data: dict[str, str], file: bytes = FILE, **headers: str
) -> httpx.Response:
    return await client.post(
        "/v1/imports", data=data, files={"file": ("C:\\Users\\anna\\clients.csv", file)}, headers=headers
    )


async def test_from_upload_to_rejections(client: httpx.AsyncClient, server: Any) -> None:
    made = await new_list(client)
    orders = {"name": "Orders", "purpose": "transactional"}
    [news, needless] = [
        (await client.post("/v1/topics", json=each)).json()["id"] for each in ({"name": "News"}, orders)
    ]
    for wrong, code in (("top_x", "consent_incomplete"), (needless, "not_a_topic")):
        stated = json.dumps(CONSENT | {"topics": [wrong]})
        refused = await upload(client, {"list_id": made, "consent": stated})
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    stated = CONSENT | {"topics": [news]}
    form = {"list_id": made, "default_country": "FR", "consent": json.dumps(stated)}
    answer = await upload(client, form)
    assert answer.status_code == 202, answer.text
    opened = answer.json()
    assert opened["id"].startswith("imp_")
    assert (opened["state"], opened["filename"], opened["list_id"]) == ("queued", "clients.csv", made)
    assert opened["consent"] == stated | {"collected_on": None}

    assert await run_next_import(server.database, SystemClock())

    done = (await client.get(f"/v1/imports/{opened['id']}")).json()
    assert done["state"] == "finished"
    assert (done["rows_read"], done["created"], done["rejected"]) == (2, 1, 1)
    assert done["columns"] == [
        {"name": "Portable", "field": "phone"},
        {"name": "Prénom", "field": "first_name"},
    ]
    rejected = await client.get(f"/v1/imports/{opened['id']}/rejections.csv")
    assert rejected.headers["content-type"].startswith("text/csv")
    assert "attachment" in rejected.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(rejected.content.decode("utf-8-sig"))))
    assert rows[0] == ["Portable", "Prénom", "chappe_row", "chappe_reason"]
    assert rows[1][:3] == ["3.36E+10", "Boris", "3"]
    (contact,) = (await client.get(f"/v1/contacts?list_id={made}")).json()["data"]
    assert contact["attributes"] == {"first_name": "Anna"}
    held = (await client.get(f"/v1/contacts/{contact['id']}/topics")).json()["data"]
    assert {each["name"]: each["state"] for each in held if each["state"] != "none"} == {"News": "granted"}
    assert [row["id"] for row in (await client.get("/v1/imports")).json()["data"]] == [opened["id"]]


async def test_the_same_key_is_one_import(client: httpx.AsyncClient) -> None:
    form = {"list_id": await new_list(client)}
    key = {"idempotency-key": "once"}
    first, second = await upload(client, form, **key), await upload(client, form, **key)
    assert first.json() == second.json()
    other = await upload(client, form, b"Phone\n+33612345679\n", **key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len((await client.get("/v1/imports")).json()["data"]) == 1


async def test_a_mapping_is_kept(client: httpx.AsyncClient, server: Any) -> None:
    form = {"list_id": await new_list(client), "mapping": json.dumps({"Qui": "phone", "Note": None})}
    opened = (await upload(client, form, b"Note,Qui\nx,+33612345678\n")).json()
    assert await run_next_import(server.database, SystemClock())
    done = (await client.get(f"/v1/imports/{opened['id']}")).json()
    assert done["columns"] == [{"name": "Note", "field": None}, {"name": "Qui", "field": "phone"}]


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        ({"list_id": "lst_zz"}, 404, "unknown_list", "#/list_id"),
        ({"default_country": "France"}, 422, "unknown_country", "#/default_country"),
        ({"consent": "yes"}, 422, "consent_incomplete", "#/consent"),
        ({"consent": '{"basis": "express"}'}, 422, "consent_incomplete", "#/consent"),
        ({"consent": json.dumps(CONSENT | {"text": " "})}, 422, "consent_incomplete", "#/consent/text"),
        ({"mapping": "[]"}, 422, "bad_mapping", "#/mapping"),
        ({"mapping": '{"A": "First Name"}'}, 422, "bad_mapping", "#/mapping"),
        ({"surprise": "x"}, 400, "invalid_parameter", None),
    ],
)
async def test_errors_name_the_field(
    client: httpx.AsyncClient, changes: dict[str, str], status: int, code: str, pointer: str | None
) -> None:
    answer = await upload(client, {"list_id": await new_list(client)} | changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    if pointer is not None:
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await client.get("/v1/imports")).json()["data"] == []


async def test_an_empty_file_or_none_is_refused(client: httpx.AsyncClient) -> None:
    form = {"list_id": await new_list(client)}
    empty = await upload(client, form, b"")
    assert (empty.status_code, empty.json()["code"]) == (422, "empty_file")
    none = await client.post("/v1/imports", data=form, files={"other": ("x.csv", b"x")})
    assert none.status_code == 400
    as_json = await client.post("/v1/imports", json=form)
    assert 400 <= as_json.status_code < 500


async def test_a_text_is_no_file(client: httpx.AsyncClient) -> None:
    form = {"list_id": (None, await new_list(client)), "file": (None, "phone\n+33612345678\n")}
    answer = await client.post("/v1/imports", files=form)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("file must be a file: ")
    assert answer.json()["errors"][0]["pointer"] == "#/file"


async def test_an_import_of_another_is_unknown(client: httpx.AsyncClient) -> None:
    for path in ("imp_zz", "imp_" + "0" * 32, "imp_zz/rejections.csv"):
        answer = await client.get(f"/v1/imports/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_import")
