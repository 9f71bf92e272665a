"""/segments: a rule built by buttons alone, who it finds, why, and its end."""

from typing import Any

from chappe.audience import service
from chappe.audience.model import SEGMENT_ID
from chappe.kit.clock import SystemClock
from chappe.kit.ids import public_id

FRENCH = {"r.of": "r-0", "r-0.kind": "country", "r-0.values": "FR"}


async def test_a_rule_is_built_without_a_script(browser: Any, server: Any) -> None:
    await browser.log_in()
    here = server.workspace_id
    async with server.database.transaction(here) as conn:
        for phone, country in ((33612345678, "FR"), (33612345679, "FR"), (14155550100, "US")):
            await conn.execute(
                "insert into contact (workspace_id, phone, country, zones) values ($1, $2, $3, '')",
                here, phone, country,
            )  # fmt: skip
    empty = (await browser.get("/segments")).text
    assert "No segment yet" in empty
    assert 'href="/segments/new?from=best"' in empty
    assert "Cart left, no order" in (await browser.get("/segments/new?from=cart")).text

    added = await browser.post("/segments/new", {"r.add": "country", "do": "add:r"})
    assert 'name="r-0.values"' in added.text
    faulty = await browser.post("/segments/new", {"name": "", "r.of": "r-0", "r-0.kind": "country"})
    assert faulty.status_code == 422
    assert 'id="r-0.values-error"' in faulty.text
    assert "2 fields need another look" in faulty.text
    counted = (await browser.post("/segments/found", FRENCH)).text
    assert '<span class="hero-number" id="found-number" data-roll>2</span>' in counted
    assert "People whose country is France." in counted

    saved = await browser.post("/segments/new", {"name": "In France", **FRENCH, "do": "save"})
    assert saved.headers["location"].endswith("?notice=segment_saved")
    path = saved.headers["location"].partition("?")[0]
    every = (await browser.get("/segments")).text
    assert "People whose country is France." in every
    assert f'hx-get="{path}/size"' in every
    assert '<span class="figure">2</span>' in (await browser.get(f"{path}/size")).text
    why = (await browser.get(f"{path}?who=%2B1-415-555-0100")).text
    assert "Not in it" in why
    assert "United States" in why
    taken = await browser.post("/segments/new", {"name": "In France", **FRENCH})
    assert "A segment has this name." in taken.text
    form = {"name": "Elsewhere", **FRENCH, "r-0.not": "1", "do": "save"}
    assert (await browser.post(f"{path}/edit", form)).status_code == 303
    assert "People whose country is not France." in (await browser.get(path)).text
    assert (await browser.post(f"{path}/delete", {"typed": "elsewhere"})).status_code == 303
    assert (await browser.get(path)).status_code == 404


async def test_a_segment_that_another_rests_on_stays(browser: Any, server: Any) -> None:
    await browser.log_in()
    here, now = server.workspace_id, SystemClock().now()
    async with server.database.transaction(here) as conn:
        first = await service.create(conn, here, "First", {"kind": "country", "values": ["FR"]}, now)
        key = public_id(SEGMENT_ID, first.id)
        await service.create(conn, here, "Second", {"kind": "segment", "segment_id": key}, now)
    assert "“Second” rests on it" in (await browser.post(f"/segments/{key}/delete", {"typed": "First"})).text
    circle = {"name": "First", "r.of": "r-0", "r-0.kind": "segment", "r-0.segment_id": key}
    assert "rests on the one you are changing" in (await browser.post(f"/segments/{key}/edit", circle)).text
