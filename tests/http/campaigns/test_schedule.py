"""When each person gets a campaign: the schedule step, and the API."""

import re
from typing import Any

from tests.http.campaigns.test_editor import _draft, ready

__all__ = ["ready"]


async def test_the_hour_is_each_persons_own(server: Any, browser: Any, ready: dict[str, str]) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    text = {"sender_id": ready["sender"], "body": "Chappe: -20 % samedi. STOP 38200"}
    await browser.post(f"{at}/edit/message", text | {"go": "next"})
    wrong = await browser.post(f"{at}/edit/schedule", {"when": "now", "how": "local", "go": "next"})
    assert wrong.status_code == 422
    assert "Choose the day and the time" in wrong.text
    chosen = {"when": "later", "send_at": "2031-03-10T10:00", "how": "local", "spread": "1,5", "go": "next"}
    assert (await browser.post(f"{at}/edit/schedule", chosen)).headers["location"] == f"{at}/edit/review"
    row = await server.database.engine.fetchrow("select how, spread_minutes from campaign_timing")
    assert tuple(row) == ("local", 90)
    assert 'value="1.5"' in (await browser.get(f"{at}/edit/schedule")).text
    review = (await browser.get(f"{at}/edit/review")).text
    assert "Leaves on 10 March 2031 at 10:00, at each person’s local time, over 1.5 h." in review
    assert re.search(r"the first.*Paris.* at .*10:00, the last.*Paris.* at .*11:30\.", review)
    assert re.search(r"Takes</dt><dd>about 90 minutes", review), "two people over an hour and a half"
    dialog = (await browser.get(f"{at}/send")).text
    assert "Leaves on 10 March 2031 at 10:00, at each person’s local time, over 1.5 h." in dialog
    async with server.client() as client:
        assert (await client.get(f"/v1{at}/timing")).json() == {"how": "local", "spread_minutes": 90}
        best = {"how": "best", "spread_minutes": None}
        assert (await client.put(f"/v1{at}/timing", json=best)).json() == best
        assert (await client.put(f"/v1{at}/timing", json={"spread_minutes": 0})).status_code == 400


async def test_a_campaign_comes_again_until_it_is_stopped(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    text = {"sender_id": ready["sender"], "body": "Chappe: -20 % samedi. STOP 38200"}
    await browser.post(f"{at}/edit/message", text | {"go": "next"})
    chosen = {"when": "now", "every": "week", "step": "2", "until": "2031-06-30", "go": "next"}
    refused = await browser.post(f"{at}/edit/schedule", chosen)
    assert refused.status_code == 422
    chosen |= {"when": "later", "send_at": "2031-03-10T10:00"}
    assert (await browser.post(f"{at}/edit/schedule", chosen)).status_code == 303
    assert "every 2 weeks" in (await browser.get(f"{at}/edit/review")).text
    await browser.post(f"{at}/send", {})
    assert "It comes again every 2 weeks" in (await browser.get(at)).text
    async with server.client() as client:
        told = (await client.get(f"/v1{at}/series")).json()
        assert (told["every"], told["step"], told["until"]) == ("week", 2, "2031-06-30")
    await browser.post(f"{at}/series/stop", {})
    assert "It comes again" not in (await browser.get(at)).text
