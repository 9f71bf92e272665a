"""/settings/alerts, and alerts on the home page."""

from typing import Any


async def test_an_alert_is_shown_until_it_is_chosen_not_to_be(server: Any, browser: Any) -> None:
    await browser.log_in()
    token = browser.cookies["__Host-chappe-csrf"]
    await server.database.engine.execute(
        "insert into alert (workspace_id, kind, subject, told, opened_at) "
        "values ($1, 'opt_outs', 'cmp_x', $2, now()), ($1, 'broken_link', '1', $3, now())",
        server.workspace_id,
        {"name": "Sale <b>", "n": 40, "of": 1000, "before": 10, "before_of": 1000},
        {"url": "https://shop.example.com/a", "fault": "HTTP 404", "name": None},
    )
    page = (await browser.get("/")).text
    assert "40 people opted out after “Sale &lt;b&gt;”, more than usual." in page
    assert "4% of deliveries, beside 1%" in page
    assert "A short link leads nowhere: https://shop.example.com/a" in page
    assert "40 people opted out" in (await browser.get("/settings/alerts")).text
    saved = await browser.post("/settings/alerts", {"opt_outs-mailed": "1"}, token=token)
    assert saved.headers["location"] == "/settings/alerts?notice=saved"
    assert "40 people opted out" not in (await browser.get("/")).text
    recorded = "select count(*) from audit_event where action = 'alerts.changed'"
    assert await server.database.engine.fetchval(recorded) == 1
