"""May this person be written to: the API and the page give the answer that sending gives."""

import httpx
import pytest
from tests.http.browser import Browser

from chappe.gate.checks import CHECKS

NUMBER = "+33600000001"


@pytest.fixture
async def sender(client: httpx.AsyncClient) -> str:
    answer = await client.post("/v1/senders", json={"address": "38200", "kind": "short_code"})
    made: str = answer.json()["id"]
    return made


async def test_the_api_names_every_check_in_order(client: httpx.AsyncClient, sender: str) -> None:
    answer = await client.post("/v1/decisions/preview", json={"to": NUMBER})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [check["check"] for check in found["checks"]] == [check.name for check in CHECKS]
    assert (found["decision"], found["reason"]) == ("skip", "no_consent")
    outcomes = {check["check"]: check["outcome"] for check in found["checks"]}
    assert (outcomes["number"], outcomes["consent"], outcomes["sender"]) == ("passed", "refused", "refused")

    useful = {"to": NUMBER, "purpose": "transactional", "text": " ", "sender_id": sender}
    found = (await client.post("/v1/decisions/preview", json=useful)).json()
    outcomes = {check["check"]: check["outcome"] for check in found["checks"]}
    assert (outcomes["consent"], outcomes["hours"], outcomes["text"]) == ("not_asked", "not_asked", "refused")
    assert found["reason"] == "no_route"

    for body, code in (({}, "bad_question"), ({"to": NUMBER, "contact_id": "ctc_1"}, "bad_question")):
        assert (await client.post("/v1/decisions/preview", json=body)).json()["code"] == code


async def test_the_page_answers_from_its_address(
    browser: Browser, client: httpx.AsyncClient, sender: str
) -> None:
    await browser.log_in()
    page = await browser.get("/compliance/test?to=06+00+00+00+01&at=2026-03-15T10:00")
    assert page.status_code == 200
    assert "+33\u00a06\u00a000\u00a000\u00a000\u00a001" in page.text
    assert "gate-refused" in page.text
    assert "gate-waits" in page.text
    assert "gate-refused" not in (await browser.get("/compliance/test?to=12")).text


async def test_caps_are_written_down_and_told(browser: Browser, client: httpx.AsyncClient) -> None:
    made = await client.post("/v1/topics", json={"name": "News"})
    news = made.json()["id"]
    await browser.log_in()
    saved = await browser.post("/compliance/caps", {"per_day": "1", "per_week": "", f"{news}-per_month": "3"})
    assert saved.status_code == 303
    shown = (await browser.get("/compliance/caps")).text
    assert 'value="1"' in shown
    assert 'value="3"' in shown
    assert (await browser.post("/compliance/caps", {f"{news}-per_day": "0"})).status_code == 422
    none = {"per_day": None, "per_week": None, "per_month": None}
    known = {"all": none | {"per_day": 1}, "topics": [none | {"per_month": 3, "topic_id": news}]}
    assert (await client.get("/v1/caps")).json() == known
    put = await client.put("/v1/caps", json={"topics": [{"topic_id": news, "per_week": 2}]})
    assert put.json() == known | {"topics": [none | {"per_week": 2, "topic_id": news}]}
    unknown = await client.put("/v1/caps", json={"topics": [{"topic_id": "top_x", "per_week": 2}]})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "not_a_topic")
