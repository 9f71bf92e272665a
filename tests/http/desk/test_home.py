"""The home page without a browser: an empty workspace, figures of a period, the month's budget, alerts."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chappe.consent.service import forget_numbers
from chappe.db.number_keys import NumberKeys

TODAY = datetime.now(UTC).date()


@pytest.fixture
async def token(browser: Any) -> str:
    await browser.log_in()
    found: str = browser.cookies["__Host-chappe-csrf"]
    return found


async def _counted(server: Any, state: int, n: int, cost: str = "0") -> None:
    await server.database.engine.execute(
        """insert into day_figure (workspace_id, ledger_day, day, state, currency, n, handed, parts, cost)
           values ($1, $2, $2, $3, 'EUR', $4, $4, $4, $5::text::numeric)""",
        server.workspace_id, TODAY, state, n, cost,
    )  # fmt: skip


async def test_an_empty_workspace_is_shown_what_will_be_here(browser: Any, token: str) -> None:
    page = await browser.get("/")
    assert page.status_code == 200
    assert "Nothing has left yet" in page.text


async def test_figures_of_the_period_that_the_address_names(server: Any, browser: Any, token: str) -> None:
    await _counted(server, 4, 900, "40.50")
    await _counted(server, 5, 100, "4.50")
    page = (await browser.get("/?days=7")).text
    assert "1,000" in page
    assert "90%" in page
    assert "€45.00" in page
    # What makes no sense is the usual period.
    usual = (await browser.get("/?days=week&from=2026-13-01&to=never")).text
    assert 'aria-current="true">30 days' in usual
    assert "1,000" not in (await browser.get("/?from=2026-01-01&to=2026-01-31")).text


async def test_what_people_did_stands_beside_what_was_sent(server: Any, browser: Any, token: str) -> None:
    await _counted(server, 4, 100)
    assert "Revenue" not in (await browser.get("/")).text, "nothing was clicked or sold"
    await server.database.engine.execute(
        "insert into day_act (workspace_id, day, run_id, kind, currency, n, amount) values "
        "($1, $2, 0, 'click', '', 7, 0), ($1, $2, 0, 'conversion', 'EUR', 2, 99.90)",
        server.workspace_id, TODAY,
    )  # fmt: skip
    page = (await browser.get("/")).text
    assert "€99.90" in page
    assert "7% of deliveries" in page


async def test_a_budget_is_set_recorded_warned_of_and_ended(server: Any, browser: Any, token: str) -> None:
    await _counted(server, 4, 900, "90")
    refused = await browser.post("/budget", {"amount": "much", "currency": "EUR"}, token=token)
    assert refused.status_code == 422
    assert 'value="much"' in refused.text
    saved = await browser.post("/budget", {"amount": "100,00", "currency": "EUR"}, token=token)
    assert saved.headers["location"] == "/?notice=budget"
    page = (await browser.get("/")).text
    assert "90% of the month’s budget is spent." in page
    await browser.post("/budget", {"amount": "80", "currency": "EUR"}, token=token)
    assert "budget of €80.00 is spent" in (await browser.get("/")).text
    await browser.post("/budget", {"amount": "", "currency": "EUR"}, token=token)
    assert "budget is spent" not in (await browser.get("/")).text
    recorded = "select count(*) from audit_event where action = 'budget.changed'"
    assert await server.database.engine.fetchval(recorded) == 3


async def test_a_link_that_has_been_down_for_a_minute_is_told(
    server: Any, browser: Any, token: str, client: Any
) -> None:
    settings = {"host": "127.0.0.1", "port": 2775, "system_id": "a", "password": "b"}
    await client.post("/v1/carriers", json={"name": "Far away", "kind": "smpp", "settings": settings})
    await _counted(server, 4, 1)
    told = "The link Far away is down."
    assert told not in (await browser.get("/")).text
    await server.database.engine.execute("update carrier set created_at = now() - interval '2 minutes'")
    assert told in (await browser.get("/")).text


async def test_a_missing_key_of_the_suppression_list_is_told(server: Any, browser: Any, token: str) -> None:
    """Nothing leaves without it: the one thing to know, in a workspace that has sent nothing, too."""
    ring = NumberKeys([b"k" * 32])
    async with server.database.transaction(server.workspace_id) as conn:
        await forget_numbers(conn, server.workspace_id, [33612345678], ring)
    page = (await browser.get("/")).text
    assert "A key of the suppression list is missing" in page
    assert ring.ids[0] in page
