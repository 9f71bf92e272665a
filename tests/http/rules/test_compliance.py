"""The pages and the API of rules: looked up, read more or less strictly, acknowledged, replaced."""

import re
from typing import Any

import pytest


@pytest.fixture
async def token(browser: Any) -> str:
    await browser.log_in()
    found: str = browser.cookies["__Host-chappe-csrf"]
    return found


async def _recorded(server: Any) -> list[str]:
    async with server.database.engine_transaction() as conn:
        rows = await conn.fetch("select action from audit_event where action like 'rules.%' order by id")
    return [row["action"] for row in rows]


async def test_rules_are_looked_up_with_their_sources(browser: Any, token: str, client: Any) -> None:
    every = (await browser.get("/compliance")).text
    assert "not legal advice" in every
    assert "Florida" in every
    assert "What changes next" in every  # 31 January 2027
    france = (await browser.get("/compliance/fr")).text
    assert "af2m.org" in france
    assert "08:00 – 20:00" in france
    assert "08:00 – 22:00" in france
    assert "Acknowledge" not in france
    assert (await browser.get("/compliance/atlantis")).status_code == 404
    rules = (await client.get("/v1/rules/fr")).json()
    hours = next(rule for rule in rules["rules"] if rule["id"] == "fr.hours")
    assert hours["value"] == {"windows": [{"days": "mon-sat", "opens": "08:00", "closes": "20:00"}]}
    assert (hours["confidence"], hours["blocks"]) == ("primary", False)
    listed = {
        place["jurisdiction"]: place["blocks"] for place in (await client.get("/v1/rules")).json()["data"]
    }
    assert (listed["FR"], listed["US-TX"], listed["DEFAULT"]) == (False, True, True)
    assert (await client.get("/v1/rules/XX")).status_code == 404


async def test_unread_rules_are_acknowledged_as_they_were_shown(
    browser: Any, token: str, client: Any, server: Any
) -> None:
    page = (await browser.get("/compliance/us-tx/acknowledge")).text
    shown = re.findall(r'name="rule" value="([^"]+)"', page)
    assert [rule.split()[0] for rule in shown] == ["us-tx.hours"]
    form = {"rule": "us-tx.hours 0", "reason": "Read by our counsel"}
    stale = await browser.post("/compliance/us-tx/acknowledge", form, token=token)
    assert stale.status_code == 404
    form["rule"] = shown[0]
    unexplained = await browser.post("/compliance/us-tx/acknowledge", form | {"reason": ""}, token=token)
    assert unexplained.status_code == 422
    answer = await browser.post("/compliance/us-tx/acknowledge", form, token=token)
    assert answer.headers["location"] == "/compliance/us-tx?notice=acknowledged"
    listed = {
        place["jurisdiction"]: place["blocks"] for place in (await client.get("/v1/rules")).json()["data"]
    }
    assert listed["US-TX"] is False
    assert await _recorded(server) == ["rules.acknowledged"]
    # A whole country with its parts is one page and one answer.
    page = (await browser.get("/compliance/us/acknowledge")).text
    shown = re.findall(r'name="rule" value="([^"]+)"', page)
    assert {rule.split(".")[0] for rule in shown} > {"us", "us-ok", "us-al"}
    assert "us-tx.hours" not in page
    await browser.post("/compliance/us/acknowledge", {"rule": shown, "reason": "Read"}, token=token)
    listed = (await client.get("/v1/rules")).json()["data"]
    assert not [place for place in listed if place["jurisdiction"].startswith("US") and place["blocks"]]


async def test_a_rule_is_replaced_within_the_law_and_followed_again(
    browser: Any, token: str, client: Any, server: Any
) -> None:
    form = {"mon-fri-from": "10:00", "mon-fri-to": "21:30", "reason": "Nos clients lisent le soir"}
    refused = await browser.post("/compliance/fr/hours/change", form | {"mon-fri-to": "22:01"}, token=token)
    assert refused.status_code == 422
    assert "The law allows less" in refused.text
    backwards = await browser.post("/compliance/fr/hours/change", form | {"mon-fri-to": "09:00"}, token=token)
    assert "Write two times" in backwards.text
    unexplained = await browser.post("/compliance/fr/hours/change", form | {"reason": ""}, token=token)
    assert unexplained.status_code == 422
    assert (await browser.post("/compliance/fr/hours/change", form, token=token)).status_code == 303
    page = (await browser.get("/compliance/fr")).text
    assert "Nos clients lisent le soir" in page
    rules = (await client.get("/v1/rules/FR")).json()["rules"]
    hours = next(rule for rule in rules if rule["id"] == "fr.hours")
    assert hours["value"] == {"windows": [{"days": "mon-fri", "opens": "10:00", "closes": "21:30"}]}
    assert hours["override_reason"] == form["reason"]
    await browser.post("/compliance/fr/hours/restore", {}, token=token)
    assert "Nos clients lisent le soir" not in (await browser.get("/compliance/fr")).text
    assert (await browser.get("/compliance/fr/consent/change")).status_code == 404
    chosen = await browser.post("/compliance/profile", {"profile": "legal_minimum"}, token=token)
    assert chosen.status_code == 303
    assert (await client.get("/v1/rules")).json()["profile"] == "legal_minimum"
    assert await _recorded(server) == ["rules.overridden", "rules.restored", "rules.profile_changed"]
