"""The review tells what is wrong with the links of a campaign's texts."""

from typing import Any

from tests.http.campaigns.test_editor import _draft, ready

__all__ = ["ready"]


async def test_the_review_names_links_that_lead_nowhere(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    gone = "https://shop.example.com/gone"
    body = f"Chappe: {gone} http://shop.example.com/plain https://shop.example.com/there STOP 38200"
    await browser.post(f"{at}/edit/message", {"sender_id": ready["sender"], "body": body, "go": "next"})
    async with server.client() as client:
        assert (await client.put(f"/v1{at}/links", json={"shorten": True})).status_code == 200
    await server.database.engine.execute(
        "insert into short_link (workspace_id, made_for, url, prefix, checked_at, fault) "
        "values ($1, 'hand', $2, '', now(), 'not_found')",
        server.workspace_id,
        f"{gone}?utm_source=sms",
    )
    review = (await browser.get(f"{at}/edit/review")).text
    assert "The page does not exist." in review
    assert "The address must begin with https://." in review
    assert review.count('class="report-url"') == 2, "the third is as it should be"
    async with server.client() as client:
        await client.put(f"/v1{at}/links", json={"shorten": False})
    assert "Look at these links" not in (await browser.get(f"{at}/edit/review")).text
