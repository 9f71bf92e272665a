"""The report of a campaign and the results of its test, as pages, files and API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.http.campaigns.test_campaigns import plan, wish

from chappe.campaigns.reports.counting import count_changed
from chappe.db.pool import Database
from chappe.engine.campaign_jobs import Upkeep
from chappe.kit.clock import SystemClock

__all__ = ["wish"]


@pytest.fixture
async def sent(client: httpx.AsyncClient, database: Database, wish: dict[str, Any]) -> str:
    """A campaign that left an hour ago to two people: one clicked a link, and programs opened the other's."""
    campaign: str = (await client.post("/v1/campaigns", json=wish)).json()["id"]
    await client.post(f"/v1/campaigns/{campaign}/send")
    await plan(database)
    left = datetime.now(UTC) - timedelta(hours=1)
    await database.engine.execute(
        "insert into message_state (id, workspace_id, state, parts, carrier_number, submitted_at) "
        "select id, workspace_id, 4, parts, 1, $1 from message where body is not null",
        left,
    )
    await database.engine.execute(
        "insert into run_delta (workspace_id, run_id, state, n, parts) "
        "select m.workspace_id, m.run_id, x.state, x.n, 1 from message as m "
        "cross join (values (1, -1), (4, 1)) as x (state, n) where m.body is not null"
    )
    await database.engine.execute(
        "insert into message_click (message_id, workspace_id, run_id, contact_id, first_at, human_at) "
        "select id, workspace_id, run_id, contact_id, $1::timestamptz, "
        "case when phone = 33600000001 then $1::timestamptz end from message where body is not null",
        left + timedelta(minutes=3),
    )
    await database.engine.execute("delete from chunk")
    await Upkeep(database, SystemClock(), SystemClock()).fold_counts()
    await count_changed(database, SystemClock(), age=0)
    return campaign


async def test_api_page_and_file_tell_the_same(client: Any, browser: Any, sent: str) -> None:
    told = (await client.get(f"/v1/campaigns/{sent}/report")).json()
    assert (told["sent"], told["delivered"], told["clicked"], told["opened_by_programs"]) == (2, 2, 1, 1)
    assert [(one["sent"], one["clicked"]) for one in told["by_country"]] == [(2, 1)]
    assert {one["within_minutes"]: one["clicked"] for one in told["acted_within"]}[5] == 1
    assert told["broken_down_at"] is not None

    await browser.log_in()
    page = await browser.get(f"/campaigns/{sent}")
    assert page.status_code == 200
    assert "means-clicked" in page.text
    assert "When people acted" in page.text
    assert "not measurable" in page.text
    clicked = await browser.get(f"/campaigns/{sent}/recipients/clicked")
    assert clicked.text.count('class="row-link"') == 1, "the one whom programs opened is no clicker"
    file = await browser.get(f"/campaigns/{sent}/report/country")
    assert file.headers["content-type"].startswith("text/csv")
    assert file.text.splitlines()[1].split(",")[1:5] == ["2", "2", "0", "1"]
    assert (await browser.get(f"/campaigns/{sent}/report/nothing")).status_code == 404


async def test_who_did_not_click_becomes_a_segment(client: Any, browser: Any, sent: str) -> None:
    await browser.log_in()
    shown = (await browser.get(f"/segments/new?unclicked={sent}")).text
    assert "Did not click: " in shown
    assert "who received a message of the campaign" in shown
    assert "who clicked no link of the campaign" in shown
    other = (await browser.get(f"/segments/new?unclicked=cmp_{'0' * 32}")).text
    assert "Did not click" not in other
    rule = {"kind": "messages", "did": "clicked", "campaign_id": sent, "at_least": 1}
    made = (await client.post("/v1/segments", json={"name": "Clicked", "rule": rule})).json()
    found = (await client.get(f"/v1/segments/{made['id']}/members")).json()
    assert len(found["data"]) == 1


async def test_what_it_sold_stands_in_page_api_tab_and_file(
    client: Any, browser: Any, database: Database, sent: str
) -> None:
    await browser.log_in()
    assert "report-sales" not in (await browser.get(f"/campaigns/{sent}")).text
    for phone, amount, refunded in ((33600000001, 50, 0), (33600000001, 30, 30)):
        await database.engine.execute(
            "insert into conversion (workspace_id, run_id, message_id, contact_id, goal, by, amount, "
            "currency, refunded, at) "
            "select workspace_id, run_id, id, contact_id, 'Order Completed', 'click', "
            "$2, 'EUR', $3, now() from message where phone = $1 and body is not null",
            phone, amount, refunded,
        )  # fmt: skip
    await database.engine.execute(
        "insert into run_conversion select workspace_id, run_id, goal, currency, count(*), 1, sum(amount), "
        "sum(refunded) from conversion group by 1, 2, 3, 4"
    )
    told = (await client.get(f"/v1/campaigns/{sent}/report")).json()
    assert told["converted"] == 1
    assert told["revenue"] == [{"currency": "EUR", "amount": "50.0000"}]
    assert told["sold"][0]["conversions"] == 2
    page = (await browser.get(f"/campaigns/{sent}")).text
    assert "means-converted" in page
    assert "€80.00" in page
    assert "€50.00" in page
    tab = await browser.get(f"/campaigns/{sent}/recipients/converted")
    assert tab.text.count('class="row-link"') == 1
    files = {
        what: (await browser.get(f"/campaigns/{sent}/report/{what}")).text.splitlines()[1:]
        for what in ("sales", "time", "reasons", "audience")
    }
    assert files["sales"] == ["Order Completed,2,1,EUR,80.0000,30.0000"]
    assert files["time"]
    assert files["reasons"] == ["skipped,suppressed,1"]
    assert files["audience"][0].split(",")[1:3] == ["2", "2"]


async def test_a_campaign_without_a_test_says_so(client: Any, browser: Any, sent: str) -> None:
    refused = await client.get(f"/v1/campaigns/{sent}/experiment/results")
    assert refused.status_code == 409
    assert refused.json()["code"] == "no_test"
    await browser.log_in()
    assert "flask-conical" in (await browser.get(f"/campaigns/{sent}/results")).text


async def test_who_was_left_out_is_narrowed_to_a_reason(client: Any, browser: Any, sent: str) -> None:
    await browser.log_in()
    at = f"/campaigns/{sent}/recipients/skipped"
    found = await browser.get(f"{at}?reason=suppressed")
    assert found.text.count('class="row-link"') == 1
    assert f"/campaigns/{sent}/export/skipped?reason=suppressed" in found.text
    assert (await browser.get(f"{at}?reason=no_route")).text.count('class="row-link"') == 0
    file = (await browser.get(f"/campaigns/{sent}/export/skipped?reason=no_route")).text
    assert len(file.splitlines()) == 1
