"""Approval on the pages: asked, waited for, given by somebody else."""

from typing import Any

from tests.http.campaigns.test_editor import _draft, ready

from chappe.kit.ids import uuid7

__all__ = ["ready"]


async def test_the_review_asks_and_sends_only_what_is_approved(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    assert (await browser.post("/settings/approval", {"wanted": "1"})).status_code == 303
    at = await _draft(browser, ready)
    text = {"sender_id": ready["sender"], "body": "Chappe: -20 % samedi. STOP 38200"}
    await browser.post(f"{at}/edit/message", text | {"go": "next"})
    assert "A second person approves it" in (await browser.get(f"{at}/edit/review")).text
    async with server.client() as client:
        refused = await client.post(f"/v1{at}/send")
        assert (refused.status_code, refused.json()["code"]) == (409, "not_approved")
    await browser.post(f"{at}/approval", {})
    review = (await browser.get(f"{at}/edit/review")).text
    assert "asked for approval" in review
    assert "Somebody else who may send" in review
    late = await browser.post(f"{at}/approval/answer", {"go": "approve"})
    assert "approval_late" in late.headers["location"], "not by who asked"
    # Somebody else had asked: now it is this person's to answer.
    await server.database.engine.execute("update campaign_approval set asked_by = $1", uuid7())
    await browser.post(f"{at}/approval/answer", {"go": "approve", "words": "Go."})
    review = (await browser.get(f"{at}/edit/review")).text
    assert "approved it" in review
    assert "Go." in review
    assert (await browser.post(f"{at}/send", {})).headers["location"] == at
