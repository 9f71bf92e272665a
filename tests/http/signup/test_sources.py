"""A link to a form with its source, from the address to the person's history and the log."""

from typing import Any

WHO = {"phone": "+33612345678", "basis": "express", "evidence": {"page": "bio"}, "source": "instagram"}


async def test_a_source_is_kept_shown_and_found(server: Any, browser: Any) -> None:
    await browser.log_in()
    async with server.client() as client:
        made = (await client.post("/v1/forms", json={"name": "Bio", "source": "site"})).json()["id"]
        await client.post(f"/v1/forms/{made}/publish")
        for name in ("s", "source"):
            page = await browser.get(f"/f/{made}?{name}=instagram")
            assert '<input type="hidden" name="s" value="instagram">' in page.text
        joined = await client.post(f"/v1/forms/{made}/sign-ups", json=WHO)
        assert joined.status_code < 300, joined.text
        contact = joined.json()["contact_id"]
    assert "by a form, from instagram" in (await browser.get(f"/contacts/{contact}")).text
    assert 'href="/consents?origin=instagram"' in (await browser.get(f"/forms/{made}")).text
    for asked, found in (
        ("origin=instagram", True), ("origin=site", False), ("source=form", True), ("source=staff", False),
    ):  # fmt: skip
        page = await browser.get(f"/consents?{asked}")
        assert ('<span class="mono">instagram</span>' in page.text) is found, asked
