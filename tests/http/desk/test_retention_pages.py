"""Settings of retention: what goes is said first, the choice is recorded; a message outlives its text."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from chappe.db.keys import InstanceKeys
from chappe.desk.retention.jobs import erase_old
from chappe.kit.clock import SystemClock
from chappe.messages.model import first_id_of_day

PATH = "/settings/retention"
CHANGED = "select payload from audit_event where action = 'workspace.retention_changed'"


@pytest.fixture
async def token(browser: Any) -> str:
    await browser.log_in()
    found: str = browser.cookies["__Host-chappe-csrf"]
    return found


async def _old_message(server: Any, text: str) -> int:
    """Delivered a hundred days ago."""
    at = datetime.now(UTC) - timedelta(days=100)
    message_id = first_id_of_day(at.date()) + 1
    execute = server.database.engine.execute
    await execute("select ensure_message_day($1)", at.date())
    await execute(
        "insert into message (id, workspace_id, phone, purpose, parts, body, created_at)"
        " values ($1, $2, 33612345678, 5, 1, $3, $4)",
        message_id,
        server.workspace_id,
        text,
        at,
    )
    await execute(
        "insert into message_state (id, workspace_id, state, parts, submitted_at, done_at)"
        " values ($1, $2, 4, 1, $3, $3)",
        message_id,
        server.workspace_id,
        at,
    )
    return message_id


async def test_what_goes_is_counted_before_it_is_chosen(server: Any, browser: Any, token: str) -> None:
    await _old_message(server, "Bonjour")
    asked = await browser.post(PATH, {"months": "3"}, token=token)
    assert asked.headers["location"] == f"{PATH}/confirm?months=3"
    chosen = "select text_months from retention"
    assert await server.database.engine.fetchval(chosen) is None, "nothing is chosen yet"
    assert "1 text is older than that." in (await browser.get(asked.headers["location"])).text
    saved = await browser.post(f"{PATH}/confirm", {"months": "3"}, token=token)
    assert saved.headers["location"] == f"{PATH}?notice=saved"
    assert await server.database.engine.fetchval(chosen) == 3
    told = msgspec.json.decode(await server.database.engine.fetchval(CHANGED))
    assert (told["before"], told["after"]) == ({"text_months": None}, {"text_months": 3})
    assert '<option value="3" selected>' in (await browser.get(PATH)).text


async def test_what_erases_nothing_is_saved_at_once(server: Any, browser: Any, token: str) -> None:
    await _old_message(server, "Bonjour")
    for months in ("12", "24", "", ""):
        saved = await browser.post(PATH, {"months": months}, token=token)
        assert saved.headers["location"] == f"{PATH}?notice=saved"
    assert len(await server.database.engine.fetch(CHANGED)) == 3


async def test_a_choice_that_is_none_of_the_list_is_refused(browser: Any, token: str) -> None:
    for path in (PATH, f"{PATH}/confirm"):
        answer = await browser.post(path, {"months": "0"}, token=token)
        assert answer.status_code == 422
        assert "Choose one of the list." in answer.text


async def test_a_message_page_outlives_its_text(
    server: Any, browser: Any, token: str, keys: InstanceKeys
) -> None:
    message = keys.ids.encode("msg", await _old_message(server, "Un secret"))
    assert "Un secret" in (await browser.get(f"/messages/{message}")).text
    await browser.post(f"{PATH}/confirm", {"months": "1"}, token=token)
    assert await erase_old(server.database, SystemClock()) == 1
    page = (await browser.get(f"/messages/{message}")).text
    assert "Un secret" not in page
    assert "The text was erased: this workspace keeps texts for a time only." in page
    assert "+33 6 12 34 56 78" in page.replace("\N{NO-BREAK SPACE}", " ")
