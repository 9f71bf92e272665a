"""The audit trail's page and its export."""

import csv
import io
import json
from typing import Any

from chappe.accounts import audit
from chappe.kit.ids import uuid7


async def record(server: Any, action: str, **more: Any) -> None:
    async with server.database.engine_transaction() as conn:
        given = {"actor": audit.System("planner")} | more
        await audit.record(conn, workspace_id=server.workspace_id, action=action, **given)


async def export(browser: Any, **form: str) -> Any:
    page = await browser.get("/audit")
    return await browser.post("/audit/export", form, token=browser.token(page))


async def test_the_trail_says_who_did_what_and_narrows(server: Any, browser: Any) -> None:
    await record(
        server, "campaign.sent", target="cmp_1", before={"state": "draft"}, after={"state": "sending"}
    )
    await record(server, "list.created", target="lst_1", actor=audit.Person(uuid7()))
    await browser.log_in()
    page = (await browser.get("/audit")).text
    for said in ("Campaign sent", "List created", "Logged in", "Planner", "Somebody who left", "cmp_1"):
        assert said in page
    narrowed = (await browser.get("/audit?about=campaign")).text
    assert "Campaign sent" in narrowed
    assert "List created</a>" not in narrowed
    assert "Nothing matches" in (await browser.get("/audit?until=2020-01-01")).text
    event = page.split('href="/audit/')[1].split('"')[0]
    assert event.startswith("aud_")
    assert (await browser.get(f"/audit/{event}")).status_code == 200
    assert (await browser.get("/audit/aud_none")).status_code == 404


async def test_the_trail_can_be_taken_along_and_that_is_on_record(server: Any, browser: Any) -> None:
    await record(server, "contact.changed", target="=1+1", after={"name": "Ada"})
    await browser.log_in()
    text = (await export(browser, form="csv", matching="about=contact")).text
    (row,) = list(csv.DictReader(io.StringIO(text)))
    assert (row["action"], row["target"], row["after"]) == ("contact.changed", "'=1+1", '{"name":"Ada"}')
    rows = json.loads((await export(browser, form="json", matching="")).text)
    assert [row["action"] for row in rows] == [
        "audit.exported",
        "audit.exported",
        "session.opened",
        "contact.changed",
    ]
