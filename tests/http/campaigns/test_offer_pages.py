"""/offers, and the offer below a campaign's text."""

from typing import Any
from urllib.parse import urlparse

from chappe.kit.ids import public_id, uuid7


async def test_an_offer_is_made_filled_and_chosen(browser: Any, server: Any) -> None:
    await browser.log_in()
    form = {"way": "paste", "name": "Summer", "codes": "SUMMER-1\nSUMMER-10", "warn_below": "5"}
    wrong = await browser.post("/offers/new", form)
    assert (wrong.status_code, "“SUMMER-10” has another length" in wrong.text) == (422, True)
    made = await browser.post("/offers/new", form | {"codes": "SUMMER-1\nSUMMER-2"})
    path = urlparse(made.headers["location"]).path
    assert (await browser.post(f"{path}/codes", {"codes": "SUMMER-2"})).status_code == 422
    await browser.post(f"{path}/codes", {"codes": "SUMMER-3\nSUMMER-4"})
    drawn = {"way": "draw", "name": "Drawn", "pattern": "X-########", "n": "50", "warn_below": "0"}
    assert (await browser.post("/offers/new", drawn)).status_code == 303
    assert "Drawn" in (await browser.get("/offers")).text
    assert (await browser.post(path, {"name": "Drawn", "warn_below": "1"})).status_code == 422
    campaign = uuid7()
    await server.database.engine.execute(
        "insert into campaign (id, workspace_id, name, purpose, audience, body) "
        "values ($1, $2, 'c', 5, $3, '')",
        campaign,
        server.workspace_id,
        {"include": [], "exclude": []},
    )
    sales = f"/campaigns/{public_id('cmp', campaign)}/sales"
    assert "Summer · 4 codes left" in (await browser.get(sales)).text
    stops = await browser.post(sales, {"reply_word": "STOP", "offer_id": ""})
    assert "Whoever answers this word leaves." in stops.text
    await browser.post(sales, {"reply_word": "Oui", "offer_id": path.removeprefix("/offers/")})
    page = (await browser.get(sales)).text
    assert ('value="Oui"' in page, f'value="{path.removeprefix("/offers/")}" selected' in page) == (
        True,
        True,
    )
    await browser.post(f"{path}/archive", {})
    await browser.post(f"{path}/archive", {"restore": "1"})
    assert "Summer" in (await browser.get("/offers")).text
