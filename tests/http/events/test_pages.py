"""/events, and what somebody did on their page."""

from typing import Any

ORDER = {"name": "Order Completed", "phone": "+33612345678", "properties": {"revenue": 120.5, "gift": True}}
BIG, SMALL = (f"revenue</span> {amount}" for amount in ("120.5", "7.5"))


async def test_events_are_shown_where_people_look(browser: Any, server: Any) -> None:
    await browser.log_in()
    empty = (await browser.get("/events")).text
    assert "No event yet" in empty
    assert f"curl -X POST {server.url}/v1/events" in empty
    async with server.client() as client:
        told = [
            ORDER | {"at": "2026-11-20T10:00:00Z"},
            {"name": "Product Viewed", "phone": "+33612345679", "at": "2026-11-21T10:00:00Z"},
            ORDER | {"at": "2026-10-01T10:00:00Z", "phone": "+33612345679", "properties": {"revenue": 7.5}},
        ]
        answer = await client.post("/v1/events/batch", json={"events": told})
        someone = answer.json()["data"][0]["contact_id"]
        rule = {"kind": "events", "name": "Order Completed", "measure": "worth", "at_least": 100}
        await client.post("/v1/segments", json={"name": "Big spenders", "rule": rule})

    shown = (await browser.get("/events")).text
    assert shown.index('<span class="event-name">Product Viewed') < shown.index(
        '<span class="event-name">Order'
    )
    earliest = (await browser.get("/events?sort=at")).text
    assert earliest.index(SMALL) < earliest.index(BIG)
    one = (await browser.get("/events?name=Order+Completed&since=2026-11-01")).text
    assert (BIG in one, SMALL in one, 'event-name">Product' in one) == (True, False, False)
    theirs = (await browser.get("/events?to=0612345679")).text
    assert (BIG in theirs, SMALL in theirs) == (False, True)

    history = (await browser.get(f"/contacts/{someone}")).text
    assert "Order Completed" in history
    assert "Big spenders" in (await browser.get(f"/contacts/{someone}/segments")).text
    assert BIG in (await browser.get("/events?to=0612345678&sort=at&name=Order+Completed")).text
