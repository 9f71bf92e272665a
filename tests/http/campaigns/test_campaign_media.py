"""/v1/campaigns/{id}/media: the picture whose address stands in the text of a campaign."""

import re
from typing import Any

from tests.http.campaigns.test_editor import _draft, ready
from tests.http.content.test_media import photo

__all__ = ["ready"]


async def test_a_picture_goes_into_the_text_and_out_and_stays_while_the_campaign_is_to_leave(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    api, text = f"/v1{at}/media", "Chappe: open on Saturday. STOP"
    await browser.post(f"{at}/edit/message", {"sender_id": ready["sender"], "body": text})
    async with server.client() as client:
        made = []
        for name in ("a.jpg", "b.jpg"):
            sent = await client.post("/v1/media", data={"alt": name}, files={"file": (name, photo())})
            made.append(sent.json())
        assert (await client.get(api)).json()["code"] == "unknown_media"
        wrong = (await client.put(api, json={"media_id": "med_x"})).json()
        assert (wrong["code"], wrong["errors"][0]["pointer"]) == ("unknown_media", "#/media_id")
        for one in made:
            put = await client.put(api, json={"media_id": one["id"]})
            assert (put.json()["body"], put.json()["goes_as"]) == (f"{text} {one['url']}", "link")
        assert "by its link: your carriers take no pictures" in (await browser.get(f"{at}/edit/review")).text
        assert (await client.get(api)).json()["media_id"] == made[1]["id"]
        # What is counted and shown is that text.
        shown = (await browser.get(f"{at}/edit/message")).text
        assert made[1]["url"] in shown
        assert made[0]["url"] not in shown
        copied = (await browser.post(f"{at}/duplicate", {})).headers["location"]
        assert (await client.get(f"/v1{copied.split('/edit')[0]}/media")).json()["alt"] == "b.jpg"
        await server.database.engine.execute("update campaign set state = 'scheduled'")
        kept = await client.delete(f"/v1/media/{made[1]['id']}")
        assert (kept.status_code, kept.json()["code"]) == (409, "media_in_use")
        refused = await browser.post(f"/media/{made[1]['id']}/delete", {})
        assert "Cancel it or let it finish first." in refused.text
        # Its copies have the picture too.
        await server.database.engine.execute("update campaign set state = 'finished'")
        await server.database.engine.execute(
            "insert into campaign_series (campaign_id, workspace_id, every, step) "
            "select id, workspace_id, 'week', 1 from campaign"
        )
        assert (await client.delete(f"/v1/media/{made[1]['id']}")).json()["code"] == "media_in_use"
        await server.database.engine.execute("update campaign_series set state = 'ended'")
        await server.database.engine.execute("update campaign set state = 'scheduled'")
        assert (await client.delete(api)).json()["code"] == "wrong_state"
        await server.database.engine.execute("update campaign set state = 'draft'")
        assert (await client.delete(api)).status_code == 204
        assert text in (await browser.get(f"{at}/edit/message")).text
        await browser.post(f"{at}/media", {"variant": "A", "media": made[0]["id"]})
        assert (await client.get(api)).json()["body"] == f"{text} {made[0]['url']}"
        assert "Take the picture out" in (await browser.get(f"{at}/media")).text
        await browser.post(f"{at}/media", {"variant": "A"})
        assert (await client.get(api)).status_code == 404
        for one in made:
            assert (await client.delete(f"/v1/media/{one['id']}")).status_code == 204


async def test_a_picture_is_uploaded_where_it_is_used_and_seen_on_the_phone(
    browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    await browser.post(f"{at}/edit/message", {"sender_id": ready["sender"], "body": "Chappe: open. STOP"})

    async def upload(name: str, data: bytes, alt: str) -> Any:
        form = {"alt": alt, "variant": "A", "_csrf_token": browser.token(await browser.get(f"{at}/media"))}
        files = {"file": (name, data, "image/png")}
        headers = browser._headers({})
        return await browser.http.post(f"{at}/media/new", data=form, files=files, headers=headers)

    wrong = await upload("a.png", b"<svg onload=alert(1)>", "A tower")
    assert (wrong.status_code, 'value="A tower"' in wrong.text) == (422, True)
    assert "Choose a PNG, JPEG, GIF or WebP picture that is whole." in wrong.text
    assert "300 characters at most" in (await upload("a.png", photo("PNG"), "")).text
    assert "phone-picture" not in (await browser.get(f"{at}/edit/message")).text
    done = await upload("a.png", photo("PNG"), "A tower")
    assert done.headers["location"].endswith("/edit/message?variant=A&notice=saved")
    for step in ("message", "review"):
        shown = (await browser.get(f"{at}/edit/{step}")).text
        assert re.search(r'class="phone-picture" src="/m/[\w-]{28}" alt="A tower"', shown)
    trail = (await browser.get("/audit")).text
    assert "Picture added" in trail
