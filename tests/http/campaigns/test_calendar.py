"""/v1/calendar: which campaigns leave on which day of the workspace's zone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chappe.kit.ids import uuid7

# In Paris the clocks go back on 25 October 2026: that day is 25 hours long.
LEAVING = {
    "the evening before": ("finished", None, datetime(2026, 10, 24, 21, 59, tzinfo=UTC)),
    "midnight": ("finished", datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 24, 22, 0, tzinfo=UTC)),
    "last minute": ("scheduled", datetime(2026, 10, 25, 22, 59, tzinfo=UTC), None),
    "the day after": ("scheduled", datetime(2026, 10, 25, 23, 0, tzinfo=UTC), None),
    "draft": ("draft", datetime(2026, 10, 25, 12, tzinfo=UTC), None),
    "never began": ("canceled", datetime(2026, 10, 25, 12, tzinfo=UTC), None),
}


async def test_campaigns_stand_on_the_days_of_the_workspaces_zone(server: Any) -> None:
    engine = server.database.engine
    await engine.execute("update workspace set zone = 'Europe/Paris' where id = $1", server.workspace_id)
    sender = uuid7()
    await engine.execute(
        "insert into sender (id, workspace_id, address, kind) values ($1, $2, '38200', 'short_code')",
        sender,
        server.workspace_id,
    )
    for name, (state, send_at, started_at) in LEAVING.items():
        await engine.execute(
            "insert into campaign (id, workspace_id, name, purpose, state, audience, body, sender_id, "
            "send_at, started_at) values ($1, $2, $3, 4, $4, '{}', '', $5, $6, $7)",
            *(uuid7(), server.workspace_id, name, state, sender, send_at, started_at),
        )
    async with server.client() as client:
        answer = await client.get("/v1/calendar", params={"from": "2026-10-25", "to": "2026-10-25"})
        assert answer.status_code == 200, answer.text
        found = [(one["name"], one["state"], one["day"]) for one in answer.json()["entries"]]
    assert found == [("midnight", "finished", "2026-10-25"), ("last minute", "scheduled", "2026-10-25")]


@pytest.mark.parametrize("to", ["2026-09-30", "2026-12-02"])
async def test_days_that_cannot_be_shown_are_refused(server: Any, to: str) -> None:
    async with server.client() as client:
        answer = await client.get("/v1/calendar", params={"from": "2026-10-01", "to": to})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_days")
