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
