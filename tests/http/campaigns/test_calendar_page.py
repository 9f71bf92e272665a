"""The calendar's page: campaigns on their days, by month."""

from typing import Any

from tests.http.campaigns.test_editor import _draft, ready

__all__ = ["ready"]


async def test_a_scheduled_campaign_stands_on_its_day(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    assert "Nothing left in this month" in (await browser.get("/campaigns/calendar")).text
    at = await _draft(browser, ready)
    text = {"sender_id": ready["sender"], "body": "Chappe: -20 % samedi. STOP 38200"}
    await browser.post(f"{at}/edit/message", text | {"go": "next"})
    chosen = {"when": "later", "send_at": "2031-03-10T10:00", "how": "local", "go": "next"}
    await browser.post(f"{at}/edit/schedule", chosen)
    assert (await browser.post(f"{at}/send", {})).status_code == 303
    page = (await browser.get("/campaigns/calendar?month=2031-03")).text
    assert "March 2031" in page
    assert "Spring &lt;sale&gt;" in page
    assert f'href="{at}"' in page
    assert "?month=2031-02" in page
    assert "?month=2031-04" in page
    assert "Spring" not in (await browser.get("/campaigns/calendar?month=2031-05")).text
    assert (await browser.get("/campaigns/calendar?month=nothing")).status_code == 200


async def test_a_week_shows_what_will_come_again(server: Any, browser: Any, ready: dict[str, str]) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    text = {"sender_id": ready["sender"], "body": "Chappe: -20 % samedi. STOP 38200"}
    await browser.post(f"{at}/edit/message", text | {"go": "next"})
    chosen = {
        "when": "later",
        "send_at": "2031-03-10T10:00",
        "every": "week",
        "step": "2",
        "until": "2031-04-10",
    }
    await browser.post(f"{at}/edit/schedule", chosen | {"go": "next"})
    days = {"from": "2031-03-01", "to": "2031-04-30"}
    async with server.client() as client:
        assert (await client.get("/v1/calendar", params=days)).json()["entries"] == [], "it is a draft"
        await browser.post(f"{at}/send", {})
        found = (await client.get("/v1/calendar", params=days)).json()["entries"]
    told = [(one["day"], one["state"], one["comes_again"]) for one in found]
    assert told == [
        ("2031-03-10", "scheduled", False), ("2031-03-24", None, True), ("2031-04-07", None, True),
    ]  # fmt: skip
    # The clocks change on 30 March: the hour on the wall stays.
    assert [one["at"] for one in found[1:]] == ["2031-03-24T09:00:00Z", "2031-04-07T08:00:00Z"]
    week = (await browser.get("/campaigns/calendar?week=2031-03-26")).text
    assert "24 Mar to 30 Mar 2031" in week
    assert "will come again" in week
    assert "?week=2031-03-17" in week
    assert "Spring" not in (await browser.get("/campaigns/calendar?week=2031-03-17")).text
    assert (await browser.get("/campaigns/calendar?week=nothing")).status_code == 200
    await browser.post(f"{at}/series/stop", {})
    assert "will come again" not in (await browser.get("/campaigns/calendar?week=2031-03-26")).text
