"""/segments."""

from typing import Any

from chappe.audience import service
from chappe.audience.model import SEGMENT_ID
from chappe.kit.clock import SystemClock
from chappe.kit.ids import public_id


async def test_a_segment_shows_who_is_in_it_and_its_rule(browser: Any, server: Any) -> None:
    await browser.log_in()
    assert "No segment yet" in (await browser.get("/segments")).text
    rule = {"kind": "country", "values": ["FR"]}
    here = server.workspace_id
    async with server.database.transaction(here) as conn:
        made = await service.create(conn, here, "In France", rule, SystemClock().now())
        await conn.execute(
            "insert into contact (workspace_id, phone, country, zones) values ($1, 33612345678, 'FR', '')",
            here,
        )
    path = f"/segments/{public_id(SEGMENT_ID, made.id)}"
    assert f'href="{path}"' in (await browser.get("/segments")).text
    shown = (await browser.get(path)).text
    for words in ("In France", "+33612345678", "country"):
        assert words in shown
