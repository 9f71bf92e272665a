"""/topics, and /p/{token}: what a person hears of, by their own choice."""

from typing import Any

from structlog.testing import capture_logs

from chappe.consent.preference_links import PreferenceLinks
from chappe.consent.topics import service as topics
from chappe.consent.topics.model import TopicPurpose
from chappe.contacts.model import CONTACT_ID
from chappe.db.keys import InstanceKeys
from chappe.kit.clock import SystemClock


async def test_a_person_chooses_leaves_and_is_heard(server: Any, browser: Any, keys: InstanceKeys) -> None:
    here, engine = server.workspace_id, server.database.engine
    await browser.log_in()
    made = await browser.post(
        "/topics/new",
        {
            "name": "Orders",
            "purpose": "transactional",
            "title_fr": "Mes commandes",
            "frequency_fr": "à chaque commande",
        },
    )
    assert made.headers["location"] == "/topics?notice=topic_created"
    assert "Orders" in (await browser.get("/topics")).text
    contact = await engine.fetchval(
        "insert into contact (workspace_id, phone, country, language, zones) "
        "values ($1, 33612345678, 'FR', 'fr', 'Europe/Paris') returning id",
        here,
    )
    path = PreferenceLinks(keys, "").address(here, contact, SystemClock().now())

    async def states() -> dict[str, str]:
        rows = await engine.fetch("select purpose, state from consent where contact_id = $1", contact)
        return {row["purpose"]: row["state"] for row in rows}

    shown = await browser.get(path)
    for words in ("Que souhaitez-vous recevoir", "Mes commandes", "à chaque commande", "noindex"):
        assert words in shown.text
    assert "33612345678" not in shown.text
    assert shown.headers["x-robots-tag"] == "noindex, nofollow"
    async with server.database.transaction(here) as conn:
        known = await topics.topics(conn, here)
    [orders] = [each.word for each in known if each.purpose is TopicPurpose.TRANSACTIONAL]
    wish = {"topic": "marketing", "per_week": "2", "language": "en", "zone": "America/Martinique"}
    assert (await browser.post(path, wish)).headers["location"] == f"{path}?saved=yes"
    assert await states() == {"marketing": "granted", orders: "withdrawn"}
    assert tuple(
        await engine.fetchrow(
            "select c.zones, c.zone_origin, c.language, p.per_week, p.source from contact c "
            "join contact_preference p on p.contact_id = c.id where c.id = $1",
            contact,
        )
    ) == ("America/Martinique", "declared", "en", 2, "preferences")
    told = (await browser.get(f"/contacts/{keys.ids.encode(CONTACT_ID, contact)}")).text
    assert "At most 2 a week" in told
    proof = await engine.fetchrow(
        "select w.text, v.data from consent_event e join consent_wording w on w.id = e.wording_id "
        "join consent_evidence v on v.id = e.evidence_id where e.contact_id = $1",
        contact,
    )
    assert proof["text"].startswith("En enregistrant, j’accepte")
    assert '"channel":"web"' in proof["data"]
    assert '"form":"preferences"' in proof["data"]
    await browser.post(path, {"leave": "1"})
    assert (await states())["marketing"] == "withdrawn"
    assert await engine.fetchval("select source from suppression where phone = 33612345678") == "preferences"
    assert "START" in (await browser.get(path)).text
    assert (await browser.get("/p/unknown")).status_code == 404


async def test_who_holds_a_link_needs_no_cookie_and_may_not_try_for_ever(
    server: Any, keys: InstanceKeys
) -> None:
    here, engine = server.workspace_id, server.database.engine
    contact = await engine.fetchval(
        "insert into contact (workspace_id, phone, zones) values ($1, 33612345678, '') returning id", here
    )
    path = PreferenceLinks(keys, "").address(here, contact, SystemClock().now())
    async with server.client("") as client:
        shown = await client.get(path)
        assert (shown.headers["referrer-policy"], "set-cookie" in shown.headers) == ("no-referrer", False)
        assert (await client.get(f"{path}/look.css")).text.startswith(":root{--brand:")
        # A wish that the page does not offer changes nothing.
        assert (await client.post(path, data={"per_week": "900", "zone": "Mars"})).status_code == 303
        assert await engine.fetchval("select count(*) from contact_preference") == 0
        await engine.execute("update sign_up_try set n = 1000")
        with capture_logs() as logs:
            for refused in (await client.get(path), await client.post(path, data={"leave": "1"})):
                assert (refused.status_code, refused.headers["retry-after"]) == (429, "3600")
                assert "Nothing was changed" in refused.text
    # Whoever reads the log opens nobody's page.
    asked = [line["path"] for line in logs if line["event"] == "request"]
    assert asked == ["/p/{token}"] * 2
    assert await engine.fetchval("select count(*) from suppression") == 0
