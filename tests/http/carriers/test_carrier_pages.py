"""The pages of carriers and routes: credentials are tried, the log shows no number, the order is kept."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chappe.engine.exchanges import Exchanges, Way
from chappe.kit.clock import SystemClock
from chappe.lab.loading import preset
from chappe.lab.server import LabSettings, running

FORM = {
    "name": "Lab",
    "host": "127.0.0.1",
    "system_id": "demo",
    "password": "demo",
    "window": "10",
    "simulated": "1",
    "bind": "transceiver",
    "charset": "gsm7",
    "concatenation": "udh8",
    "receipt_ids": "auto",
    "prices": "33 0,045\n* 0.09",
    "currency": "EUR",
    "do": "save",
}


@pytest.fixture
async def token(browser: Any) -> str:
    await browser.log_in()
    found: str = browser.cookies["__Host-chappe-csrf"]
    return found


@pytest.fixture
async def lab_port() -> AsyncIterator[str]:
    async with running(LabSettings(preset("demo"))) as (_, ready):
        [address] = ready.carriers.values()
        yield str(address.port)


async def carrier(client: Any, name: str) -> str:
    settings = {"host": "127.0.0.1", "port": 9, "system_id": "a", "password": "b"}
    made = await client.post("/v1/carriers", json={"name": name, "kind": "smpp", "settings": settings})
    found: str = made.json()["id"]
    return found


async def test_a_carrier_is_saved_once_it_has_accepted_a_bind(
    browser: Any, token: str, lab_port: str, server: Any
) -> None:
    tried = await browser.post("/carriers/new", FORM | {"port": lab_port, "do": "try"}, token=token)
    assert tried.status_code == 422
    assert "accepted the bind" in tried.text
    assert await server.database.engine.fetchval("select count(*) from carrier") == 0
    [sealed] = re.findall(r'name="sealed" value="(\w+)"', tried.text)
    assert b"demo".hex() not in sealed
    form = FORM | {"port": lab_port, "password": "", "sealed": sealed}
    saved = await browser.post("/carriers/new", form, token=token)
    assert saved.status_code == 303
    page = (await browser.get(saved.headers["location"])).text
    assert "€0.045" in page
    assert "everywhere else" in page
    said = await server.database.engine.fetch("select action from audit_event where action like 'carrier.%'")
    assert [row[0] for row in said] == ["carrier.created"]


async def test_a_refused_bind_is_shown_and_can_be_saved_all_the_same(
    browser: Any, token: str, lab_port: str
) -> None:
    form = FORM | {"port": lab_port, "password": "wrong"}
    refused = await browser.post("/carriers/new", form, token=token)
    assert refused.status_code == 422
    assert "refused the bind" in refused.text
    assert 'value="wrong"' not in refused.text
    assert "Save all the same" in refused.text
    assert (await browser.post("/carriers/new", form | {"do": "anyway"}, token=token)).status_code == 303


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("host", "smpp://there", "without the port"),
        ("port", "70000", "from 1 to 65,535"),
        ("prices", "33 free", "Line 1"),
        ("prices", "33 0.04\n33 0.05 2027-02-30", "Line 2"),
        ("prices", "33 0.05 2027-02-01\n33 0.06 2027-02-01", "Line 2"),
        ("name", "", "Fill this in"),
    ],
)
async def test_the_check_while_typing_is_the_rule_of_the_save_for_carriers(
    browser: Any, token: str, field: str, value: str, said: str
) -> None:
    form = FORM | {"port": "2775", field: value}
    note = await browser.post("/carriers/validate", form | {"_field": field}, token=token)
    saved = await browser.post("/carriers/new", form, token=token)
    assert saved.status_code == 422
    assert said in note.text
    assert said in saved.text


async def test_the_form_of_a_carrier_opens_with_what_it_has(browser: Any, token: str, client: Any) -> None:
    page = await browser.get(f"/carriers/{await carrier(client, 'Opérateur')}/edit")
    assert page.status_code == 200
    assert 'value="Opérateur"' in page.text
    assert "Leave it empty to keep the present one" in page.text


async def test_a_carrier_is_paused_resumed_and_deleted_when_no_route_names_it(
    browser: Any, token: str, client: Any
) -> None:
    first, second = await carrier(client, "First"), await carrier(client, "Second")
    assert (await browser.post(f"/carriers/{first}/pause", {}, token=token)).status_code == 303
    assert "Paused" in (await browser.get("/carriers")).text
    assert (await browser.post(f"/carriers/{first}/resume", {}, token=token)).status_code == 303
    kept = await browser.post(f"/carriers/{first}/delete", {}, token=token)
    assert kept.headers["location"].endswith("notice=in_use")
    gone = await browser.post(f"/carriers/{second}/delete", {}, token=token)
    assert gone.headers["location"] == "/carriers?notice=carrier_deleted"


async def test_the_log_shows_what_was_exchanged_and_no_number(
    browser: Any, token: str, client: Any, server: Any
) -> None:
    made = await carrier(client, "Loud")
    exchanges = Exchanges(SystemClock())
    exchanges.submitted([b"\0\5\0CHAPPE\0\1\00133612345678\0\0\0\0\0\0\1\0\0\0\5Texte"])
    exchanges.answered([(1, 0x58, b""), (2, 0, b"id")])
    async with server.database.engine_transaction() as conn:
        for one in exchanges.take():
            await conn.execute(
                "insert into link_exchange"
                " (workspace_id, carrier_number, at, way, operation, status, parts, number, detail)"
                " select workspace_id, number, $1, $2, $3, $4, $5, $6, $7 from carrier",
                *one,
            )
    page = (await browser.get(f"/carriers/{made}/log")).text
    assert "•678" in page
    assert "33612345678" not in page
    assert "Texte" not in page
    failed = (await browser.get(f"/carriers/{made}/log?only=failed")).text
    assert "RTHROTTLED" in failed
    assert "submit_sm<" not in failed
    assert "RTHROTTLED" in (await browser.get(f"/carriers/{made}")).text


def test_alike_exchanges_of_a_second_are_one_row_and_the_number_stays_masked(clock: Any) -> None:
    exchanges = Exchanges(clock)
    for _ in range(1000):
        exchanges.note(Way.IN, "deliver_sm", number="33612345678")
    [one] = exchanges.take()
    assert (one.parts, one.number) == (1000, "••••••••678")
    assert exchanges.take() == []


async def test_the_order_of_a_route_is_changed_by_a_button_or_as_dragged(
    browser: Any, token: str, client: Any
) -> None:
    first, second = await carrier(client, "First"), await carrier(client, "Second")
    made = await client.post("/v1/routes", json={"name": "Two", "carriers": [first, second]})
    route = made.json()["id"]
    moved = await browser.post(f"/routes/{route}/order", {"move": f"up {second}"}, token=token)
    assert moved.status_code == 303
    assert (await client.get(f"/v1/routes/{route}")).json()["carriers"] == [second, first]
    stale = await browser.post(f"/routes/{route}/order", {"carrier": second}, token=token)
    assert stale.status_code == 422
    renamed = {"name": "Both", "carrier": first}
    assert (await browser.post(f"/routes/{route}", renamed, token=token)).status_code == 303
    assert (await client.get(f"/v1/routes/{route}")).json()["carriers"] == [first]
    await client.patch(f"/v1/routes/{route}", json={"carriers": [first, second]})
    takes = {f"countries-{second}": "FR, +32 4", f"purposes-{second}": "marketing"}
    filtered = {"name": "Both", "carrier": [first, second], **takes}
    assert (await browser.post(f"/routes/{route}", filtered, token=token)).status_code == 303
    await browser.post(f"/routes/{route}/order", {"move": f"up {second}"}, token=token)
    shown = (await client.get(f"/v1/routes/{route}")).json()
    assert shown["carriers"] == [second, first]
    assert shown["filters"] == [{"carrier": second, "countries": ["FR", "+324"], "purposes": ["marketing"]}]
    assert 'value="FR, +324"' in (await browser.get(f"/routes/{route}")).text
    assert (await client.patch(f"/v1/routes/{route}", json={"filters": []})).json()["filters"] == []
    wrong = {"filters": [{"carrier": first, "countries": ["CA"]}]}
    refused = await client.patch(f"/v1/routes/{route}", json=wrong)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_destination")
    page = await browser.post(f"/routes/{route}", filtered | {f"countries-{second}": "Mars"}, token=token)
    assert "“Mars” is no country" in page.text
    none = await browser.post("/routes/new", {"name": "Empty"}, token=token)
    assert none.status_code == 422
    assert "at least one carrier" in none.text


async def test_which_way_a_message_would_go(browser: Any, token: str, client: Any, server: Any) -> None:
    only = await carrier(client, "Only")
    await client.post("/v1/senders", json={"address": "36179", "kind": "short_code"})
    down = (await browser.get("/routes?to=%2B33612345678")).text
    assert "would wait until one is" in down
    await server.database.engine.execute(
        "update link set state = 'bound', lease_until = now() + interval '1 minute'"
    )
    assert "takes it now" in (await browser.get("/routes?to=%2B33612345678")).text
    assert "no phone number" in (await browser.get("/routes?to=12")).text
    [route] = (await client.get("/v1/routes")).json()["data"]
    filters = [{"carrier": only, "countries": ["BE"], "purposes": ["otp"]}]
    await client.patch(f"/v1/routes/{route['id']}", json={"filters": filters})
    assert "would be skipped" in (await browser.get("/routes?to=%2B33612345678&purpose=otp")).text
    assert "takes it now" in (await browser.get("/routes?to=%2B32470123456&purpose=otp")).text
