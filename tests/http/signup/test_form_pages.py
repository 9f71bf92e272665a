"""Sign-up forms from the builder to a stranger's phone number, without scripts."""

import re
from typing import Any

import httpx
import pytest
from tests.http.conftest import NO_TLS

from chappe.kit.clock import FakeClock


@pytest.fixture
def web_clock() -> FakeClock:
    """Strangers need a few seconds to fill a form in."""
    return FakeClock()


@pytest.fixture
async def published(server: Any) -> str:
    """The address of a form that takes numbers of France and asks for a name."""
    form = {
        "name": "Window",
        "fields": [{"name": "first_name"}],
        "sites": ["https://shop.example"],
        "words": {"fr": {"title": "Les bons plans d’Anna"}},
    }
    async with server.client() as client:
        made = (await client.post("/v1/forms", json=form)).json()
        assert (await client.post(f"/v1/forms/{made['id']}/publish")).status_code == 200
    address: str = made["address"]
    return address


@pytest.fixture
async def stranger(server: Any) -> Any:
    async with httpx.AsyncClient(
        base_url=server.url, verify=NO_TLS, trust_env=False, headers={"accept-language": "fr"}
    ) as client:
        yield client


def token_of(text: str) -> str:
    found = re.search(r'name="made" value="([^"]+)"', text)
    assert found
    return found[1]


async def test_a_stranger_signs_up_in_french(
    server: Any, stranger: Any, published: str, web_clock: FakeClock
) -> None:
    page = await stranger.get(f"{published}?s=poster-paris")
    assert "Les bons plans d’Anna" in page.text
    assert "frame-ancestors 'self' https://shop.example" in page.headers["content-security-policy"]
    assert "script" not in page.text, "no script, and no cookie but what the browser has"
    assert "set-cookie" not in page.headers
    filled = {
        "phone": "06 12 34 56 78",
        "first_name": "Anna",
        "consent": "1",
        "s": "poster-paris",
        "lang": "fr",
    }
    quick = await stranger.post(published, data=filled | {"made": token_of(page.text)})
    assert "Anna" in quick.text, "faster than anybody types: shown again, filled in"
    assert await server.database.engine.fetchval("select count(*) from contact") == 0
    web_clock.advance(5)
    unread = await stranger.post(published, data={"made": token_of(page.text), "phone": "12", "lang": "fr"})
    assert unread.status_code == 422
    assert "Cochez la case" in unread.text
    done = await stranger.post(published, data=filled | {"made": token_of(page.text)})
    assert (done.status_code, done.headers["location"]) == (303, f"{published}/thanks?lang=fr")
    known = await stranger.post(published, data=filled | {"made": token_of(page.text)})
    assert known.headers["location"] == done.headers["location"], "known or not, it ends the same"
    trapped = await stranger.post(published, data={"website": "http://spam.example"})
    assert trapped.headers["location"].startswith(f"{published}/thanks")
    assert "Merci" in (await stranger.get(done.headers["location"])).text
    row = await server.database.engine.fetchrow(
        "select c.phone, c.language, s.source, w.text, v.data from contact c "
        "join sign_up s on s.contact_id = c.id "
        "join consent_event e on e.contact_id = c.id join consent_wording w on w.id = e.wording_id "
        "join consent_evidence v on v.id = e.evidence_id"
    )
    assert tuple(row)[:3] == (33612345678, "fr", "poster-paris")
    assert row["text"] in page.text
    assert "127.0.0.1" in row["data"]


async def test_another_site_gets_the_answer_where_the_form_names_it(
    stranger: Any, published: str, web_clock: FakeClock
) -> None:
    shop, other = {"origin": "https://shop.example"}, {"origin": "https://other.example"}
    made = await stranger.get(f"{published}/made", headers=shop)
    assert made.headers["access-control-allow-origin"] == "https://shop.example"
    assert (
        "access-control-allow-origin" not in (await stranger.get(f"{published}/made", headers=other)).headers
    )
    web_clock.advance(5)
    filled = {"phone": "0612345678", "made": made.text, "lang": "fr"}
    wrong = (await stranger.post(f"{published}/embedded", data=filled, headers=shop)).json()
    assert list(wrong["errors"]) == ["consent"]
    done = (await stranger.post(f"{published}/embedded", data=filled | {"consent": "1"}, headers=shop)).json()
    assert done["done"]
    again = await stranger.post(f"{published}/embedded", data=filled | {"made": ""}, headers=shop)
    assert again.json() == {"again": True}
    plain = await stranger.post(published, data={"phone": "0612345678", "lang": "fr"})
    assert 'value="0612345678"' in plain.text, "without the script our own page takes over"


async def test_a_form_is_built_published_and_put_on_a_poster(server: Any, browser: Any) -> None:
    await browser.log_in()
    assert "No form yet" in (await browser.get("/forms")).text
    wrong = await browser.post("/forms/new", {"name": "", "source": "Shop Paris"})
    assert wrong.status_code == 422
    draft = {
        "name": "Window",
        "source": "shop",
        "field_first_name": "required",
        "keywords": "sun",
        "title_en": "Sun",
    }
    made = await browser.post("/forms/new", draft)
    assert made.status_code == 303
    path = made.headers["location"].partition("?")[0]
    seen = await browser.post("/forms/preview", draft | {"seen_in": "fr"})
    assert "Je m’inscris" in seen.text
    published = await browser.post(f"{path}/edit", draft | {"do": "publish"})
    assert published.headers["location"].endswith("notice=form_published")
    assert "Window" in (await browser.get("/forms")).text
    for place in (f"{path}/edit", f"{path}/archive", f"{path}/codes", "/forms/new", "/forms/look"):
        assert (await browser.get(place)).status_code == 200, place
    page = await browser.get(path)
    assert "SUN" in page.text
    assert "STOP" in (await browser.get(f"{path}/versions/1")).text
    poster = await browser.get(f"{path}/poster.pdf?s=poster-paris&lang=fr")
    assert poster.content.startswith(b"%PDF")
    assert (await browser.get(f"{path}/qr.svg?s=a")).content.startswith(b"<svg")
    assert (await browser.get(f"{path}/qr.png")).content.startswith(b"\x89PNG")
    assert "data-chappe" in (await browser.get(f"{path}/snippet")).text
    unique = draft | {"incentive": "unique", "offer_en": "A tenth off", "form": path.rpartition("/")[2]}
    await browser.post(f"{path}/edit", unique | {"do": "publish"})
    assert "No code is left" in (await browser.get(path)).text
    assert "All the codes" in (await browser.get(f"/f/{path.rpartition('/')[2]}")).text
    assert "all the codes" in (await browser.post("/forms/preview", unique | {"seen_as": "texts"})).text
    assert (await browser.post(f"{path}/codes", {"codes": "A 1"})).status_code == 422
    assert (await browser.post(f"{path}/codes", {"codes": "A1\nA2"})).status_code == 303
    assert "A tenth off" in (await browser.get(f"/f/{path.rpartition('/')[2]}")).text
    assert "Your code: A1" in (await browser.post("/forms/preview", unique | {"seen_as": "texts"})).text
    assert (await browser.post("/forms/look", {"colour": "red"})).status_code == 422
    assert (await browser.post("/forms/look", {"colour": "#ffcc00"})).status_code == 303
    assert "--brand:#ffcc00;--brand-ink:#000000" in (await browser.get("/forms/look.css")).text
    assert (await browser.post(f"{path}/archive", {})).status_code == 303
    late = await browser.get(f"/f/{path.rpartition('/')[2]}")
    assert late.status_code == 404
    assert "This form is closed" in late.text, "in the brand's look, for who scans an old poster"


async def test_answers_are_held_to_the_kinds_of_the_fields(
    server: Any, stranger: Any, web_clock: FakeClock
) -> None:
    async with server.client() as client:
        for entry in (
            {"name": "birthday", "label": "Anniversaire", "kind": "date"},
            {"name": "likes", "label": "Goûts", "kind": "list", "options": ["Thé", "Café, noir"]},
        ):
            assert (await client.post("/v1/attributes", json=entry)).status_code == 201
        form = {"name": "Till", "fields": [{"name": "birthday"}, {"name": "likes"}]}
        made = (await client.post("/v1/forms", json=form)).json()
        await client.post(f"/v1/forms/{made['id']}/publish")
    page = await stranger.get(made["address"])
    assert 'name="birthday" type="date"' in page.text
    assert page.text.count('type="checkbox" name="likes"') == 2
    web_clock.advance(5)
    filled = {"phone": "0612345678", "consent": "1", "lang": "fr", "made": token_of(page.text)}
    wrong = await stranger.post(made["address"], data=filled | {"birthday": "hier", "likes": "Lait"})
    assert wrong.status_code == 422
    assert "n’est pas une date" in wrong.text
    done = await stranger.post(
        made["address"], data=filled | {"birthday": "31/03/1990", "likes": ["Thé", "Café, noir"]}
    )
    assert done.status_code == 303
    kept = await server.database.engine.fetchval("select attributes from contact")
    assert kept == {"birthday": "1990-03-31", "likes": '["Thé","Café, noir"]'}
