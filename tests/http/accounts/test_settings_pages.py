"""The workspace's settings: checked, kept, recorded, and taken over by the test data."""

from typing import Any

import msgspec
import pytest

GOOD = {
    "name": "Maison Chappe",
    "zone": "montréal",
    "default_country": "CA",
    "currency": "CAD",
    "language": "fr",
}


@pytest.fixture
async def token(browser: Any) -> str:
    await browser.log_in()
    found: str = browser.cookies["__Host-chappe-csrf"]
    return found


async def test_settings_are_saved_and_recorded_with_what_they_were(
    server: Any, browser: Any, token: str
) -> None:
    engine = server.database.engine
    await engine.execute("insert into workspace (name, test_of) values ('t', $1)", server.workspace_id)
    saved = await browser.post("/settings", GOOD | {"zone": "noumea"}, token=token)
    assert saved.headers["location"] == "/settings?notice=saved"
    rows = await engine.fetch("select name, zone, default_country, currency, language from workspace")
    assert [tuple(row) for row in rows] == [("Maison Chappe", "Pacific/Noumea", "CA", "CAD", "fr")] * 2
    payload = await engine.fetchval("select payload from audit_event where action = 'workspace.changed'")
    told = msgspec.json.decode(payload)
    assert told["before"]["zone"] == "Europe/Paris"
    assert told["after"]["zone"] == "Pacific/Noumea"
    page = (await browser.get("/settings")).text
    assert 'value="Pacific/Noumea"' in page
    assert '<option value="CAD" selected>' in page


async def test_saving_what_is_there_records_nothing(server: Any, browser: Any, token: str) -> None:
    await browser.post("/settings", GOOD | {"zone": "Europe/Paris"}, token=token)
    await browser.post("/settings", GOOD | {"zone": "europe/paris"}, token=token)
    count = "select count(*) from audit_event where action = 'workspace.changed'"
    assert await server.database.engine.fetchval(count) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("zone", "Europe/Pariss"),
        ("default_country", "ZZ"),
        ("currency", "EUROS"),
        ("language", "xx"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_also_while_typing(
    browser: Any, token: str, field: str, value: str
) -> None:
    form = GOOD | {"zone": "Europe/Paris", field: value}
    answer = await browser.post("/settings", form, token=token)
    assert answer.status_code == 422
    assert f'id="{field}-error" class="field-error">' in answer.text
    note = (await browser.post("/settings/validate", form | {"_field": field}, token=token)).text
    assert f'id="{field}-error" class="field-error">' in note


async def test_a_zone_that_is_nearly_right_is_suggested(browser: Any, token: str) -> None:
    form = GOOD | {"zone": "Europe/Pariss", "_field": "zone"}
    assert "Did you mean Europe/Paris?" in (await browser.post("/settings/validate", form, token=token)).text


async def test_who_may_only_read_finds_no_button(server: Any, browser: Any, token: str) -> None:
    await server.database.engine.execute("update membership set role = 'developer'")
    page = (await browser.get("/settings")).text
    assert ">Save</button>" not in page
    assert (await browser.post("/settings", GOOD, token=token)).status_code == 403
