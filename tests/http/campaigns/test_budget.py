"""The budget of a campaign, by API and pages, and the month's that stops campaigns."""

from typing import Any

from tests.http.campaigns.test_editor import _draft, ready

__all__ = ["ready"]


async def test_a_budget_is_set_read_refused_and_removed(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    api = f"/v1{at}/budget"
    async with server.client() as client:
        assert (await client.get(api)).status_code == 404
        for amount in ("-1", "0.00001", "1,200", "1e3", "99999999"):
            wrong = await client.put(api, json={"amount": amount, "currency": "EUR"})
            assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_budget"), amount
        made = await client.put(api, json={"amount": "12.5", "currency": "EUR"})
        assert made.json() == {"amount": "12.5", "currency": "EUR", "used": "0", "waiting": 0}
        await browser.post(f"{at}/edit/message", {"sender_id": ready["sender"], "body": "Chappe: x STOP"})
        assert "€12.50" in (await browser.get(f"{at}/edit/review")).text
        shown = await browser.post(f"{at}/budget", {"amount": "nothing", "currency": "EUR"})
        assert shown.status_code == 422
        assert (await browser.post(f"{at}/budget", {"amount": "", "currency": "EUR"})).status_code == 303
        assert (await client.get(api)).status_code == 404


async def test_the_months_budget_stops_campaigns_where_it_shall(server: Any, browser: Any) -> None:
    await browser.log_in()
    await browser.post("/budget", {"amount": "250", "currency": "EUR", "stops": "1"})
    row = await server.database.engine.fetchrow("select amount, currency from month_limit")
    assert (row["amount"], row["currency"]) == (250, "EUR")
    assert "checked" in (await browser.get("/budget")).text
    await browser.post("/budget", {"amount": "250", "currency": "EUR"})
    assert await server.database.engine.fetchval("select count(*) from month_limit") == 0
