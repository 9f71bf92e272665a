"""/analytics and /v1/analytics without a browser."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

# Where the workspace is: its days are not those of UTC.
TODAY = datetime.now(ZoneInfo("Europe/Paris")).date()


@pytest.fixture
async def counted(server: Any) -> None:
    """Two days: today, and one of the month before it."""
    for day, handed in ((TODAY, 40), (TODAY - timedelta(days=31), 20)):
        await server.database.engine.execute(
            "insert into day_sent (workspace_id, ledger_day, day, run_id, carrier_number, currency, handed, "
            "delivered, failed, parts, cost) "
            "values ($1, $2, $2, 0, 0, 'EUR', $3::bigint, $3::bigint - 10, 10, $3::bigint, 1.50)",
            server.workspace_id, day, handed,
        )  # fmt: skip
    await server.database.engine.execute(
        "insert into day_act (workspace_id, day, run_id, kind, currency, n, amount) values "
        "($1, $2, 0, 'click', '', 7, 0), ($1, $2, 0, 'conversion', 'EUR', 2, 99.90), "
        "($1, $2, 0, 'stop', '', 3, 0)",
        server.workspace_id, TODAY,
    )  # fmt: skip


@pytest.mark.usefixtures("counted")
async def test_the_api_tells_a_period_beside_the_one_before(client: Any) -> None:
    told = (await client.get("/v1/analytics")).json()
    assert (told["now"]["sent"], told["before"]["sent"]) == (40, 20)
    now = told["now"]
    acts = ("delivered", "clicked", "converted", "replied", "opted_out")
    assert [now[name] for name in acts] == [30, 7, 2, 3, 3]
    assert now["revenue"] == [{"currency": "EUR", "amount": "99.9"}]
    assert len(told["days"]) == 30
    assert told["days"][-1]["figures"]["sent"] == 40
    assert [(one["id"], one["now"]["sent"]) for one in told["lines"]] == [("", 40)]
    days = {"from": str(TODAY), "to": str(TODAY), "by": "topic"}
    assert (await client.get("/v1/analytics", params=days)).json()["now"]["sent"] == 40


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"from": "2026-09-01"}, "to"),
        ({"from": "2026-09-02", "to": "2026-09-01"}, "to"),
        ({"to": "2026-09-01"}, "from"),
    ],
)
async def test_days_that_make_no_period_are_refused(client: Any, days: dict[str, str], field: str) -> None:
    refused = await client.get("/v1/analytics", params=days)
    assert refused.status_code == 422
    assert refused.json()["code"] == "bad_period"
    assert refused.json()["errors"][0]["parameter"] == field


@pytest.mark.usefixtures("counted")
async def test_page_and_files_tell_the_same(browser: Any) -> None:
    await browser.log_in()
    page = (await browser.get("/analytics?days=7&by=segment")).text
    assert "€99.90" in page
    assert "Single messages" in page
    assert "/analytics/export/segment?days=7" in page
    file = (await browser.get("/analytics/export/day?days=7")).text.splitlines()
    assert len(file) == 8
    assert file[-1] == f"{TODAY},40,30,10,7,3,3,2,EUR,99.90,1.500000,0,0"
    assert (await browser.get("/analytics/export/nothing")).status_code == 404
