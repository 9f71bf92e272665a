"""/v1/goals and /settings/conversions: which events count."""

from typing import Any


async def test_goals_are_listed_saved_and_removed(server: Any) -> None:
    async with server.client() as client:
        [orders] = (await client.get("/v1/goals")).json()["data"]
        assert orders == {
            "event": "Order Completed",
            "refund": "Order Refunded",
            "click_days": 5,
            "delivery_hours": 24,
        }
        saved = await client.put("/v1/goals/Visit%20Booked", json={"click_days": 10, "delivery_hours": 0})
        assert (saved.status_code, saved.json()["event"]) == (200, "Visit Booked")
        wrong = await client.put("/v1/goals/Other", json={"refund": "Visit Booked"})
        assert (wrong.status_code, wrong.json()["code"], wrong.json()["errors"][0]["pointer"]) == (
            422,
            "bad_goal",
            "#/refund",
        )
        assert (await client.delete("/v1/goals/Order%20Completed")).status_code == 204
        assert (await client.delete("/v1/goals/Order%20Completed")).status_code == 404


async def test_the_page_saves_a_goal_and_keeps_what_is_wrong(browser: Any) -> None:
    await browser.log_in()
    assert "To the last touch" in (await browser.get("/settings/conversions")).text
    form = {"event": "Visit Booked", "refund": "", "click_days": "95", "delivery_hours": "0"}
    wrong = await browser.post("/settings/conversions", form)
    assert wrong.status_code == 422
    assert "Write a number from 0 to 90." in wrong.text
    await browser.post("/settings/conversions", form | {"click_days": "9"})
    page = (await browser.get("/settings/conversions?event=Visit+Booked")).text
    assert "9 days" in page
    assert 'value="9"' in page
    await browser.post("/settings/conversions/remove", {"event": "Visit Booked"})
    assert "Visit Booked" not in (await browser.get("/settings/conversions")).text
