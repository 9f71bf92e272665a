"""The editor as a browser without scripts uses it, from the first step to the send button."""

import re
from typing import Any

import pytest

from chappe.kit.ids import public_id, uuid7


@pytest.fixture
async def ready(server: Any) -> dict[str, str]:
    """A sender with a carrier and a list of three, one of whom never agreed."""
    async with server.client() as client:
        settings = {"host": "127.0.0.1", "port": 2775, "system_id": "me", "password": "secret"}
        prices = [{"prefix": "33", "price": "0.045", "currency": "EUR"}]
        carrier = {"name": "Lab", "kind": "smpp", "settings": settings, "prices": prices}
        assert (await client.post("/v1/carriers", json=carrier)).status_code == 201
        sender = (await client.post("/v1/senders", json={"address": "38200", "kind": "short_code"})).json()
    list_id = uuid7()
    async with server.database.engine_transaction() as conn:
        await conn.execute("insert into list values ($1, $2, 'Clients')", list_id, server.workspace_id)
        await conn.execute("insert into attribute values ($1, 'first_name')", server.workspace_id)
        await conn.execute(
            "with made as (insert into contact (workspace_id, phone, country, zones, attributes) "
            "select $1, 33612300000 + n, 'FR', 'Europe/Paris', $2 from generate_series(1, 3) n returning id),"
            " joined as (insert into list_member select $1, $3, id from made) "
            "insert into consent (workspace_id, contact_id, purpose, state, basis) "
            "select $1, id, 'marketing', 'granted', 'express' from made order by id limit 2",
            server.workspace_id,
            {"first_name": "Zoë"},
            list_id,
        )
    return {"sender": sender["id"], "list": public_id("lst", list_id)}


async def _draft(browser: Any, ready: dict[str, str]) -> str:
    """The address of a draft whose first step is done."""
    made = await browser.post(
        "/campaigns/new", {"name": "Spring <sale>", "purpose": "marketing", "include": ready["list"]}
    )
    assert made.status_code == 303, made.text
    found = re.match(r"(/campaigns/cmp_\w+)/edit/message", made.headers["location"])
    assert found
    return found[1]


async def test_every_step_saves_itself_and_the_last_one_sends(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    text = {"sender_id": ready["sender"], "body": "Bonjour {{ first_name }}, ouvert samedi."}
    said = await browser.post(f"{at}/edit/message", text | {"go": "next"})
    assert said.headers["location"] == f"{at}/edit/schedule"
    said = await browser.post(f"{at}/edit/schedule", {"when": "now", "go": "next"})
    assert said.headers["location"] == f"{at}/edit/review"
    # The law demands the brand and the way out: nothing leaves without, and one button writes them in.
    review = (await browser.get(f"{at}/edit/review")).text
    assert "does not say who writes" in review
    assert "does not say how to stop" in review
    assert (await browser.post(f"{at}/send", {})).status_code == 422
    said = await browser.post(f"{at}/edit/review", {"go": "complete"})
    assert said.headers["location"] == f"{at}/edit/review"
    review = (await browser.get(f"{at}/edit/review")).text
    assert "Chappe: Bonjour Zoë, ouvert samedi." in review
    assert "STOP to 38200" in review
    assert "Spring &lt;sale&gt;" in review
    assert "Has not agreed to it" in review
    dialog = (await browser.get(f"{at}/send")).text
    assert "Send to 2 people" in dialog
    assert "€0.18" in dialog or "€0.09" in dialog
    sent = await browser.post(f"{at}/send", {})
    assert sent.headers["location"] == at
    assert await server.database.engine.fetchval("select state from campaign") == "preparing"
    assert (await browser.post(f"{at}/send", {})).headers["location"] == at
    actions = await server.database.engine.fetch("select action from audit_event order by at, id")
    assert [row["action"] for row in actions if row["action"].startswith("campaign.")] == [
        "campaign.created", "campaign.changed", "campaign.changed", "campaign.sent",
    ]  # fmt: skip
    # What is sent is no draft: its steps lead to the report.
    assert (await browser.get(f"{at}/edit/message")).headers["location"] == at


async def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    nameless = await browser.post("/campaigns/new", {"name": "", "purpose": "marketing"})
    assert nameless.status_code == 422
    assert "Give the campaign a name" in nameless.text
    assert "Choose at least one list" in nameless.text
    at = await _draft(browser, ready)
    wrong = {"sender_id": "", "body": "Hello {{ frist_name }}", "go": "next"}
    answer = await browser.post(f"{at}/edit/message", wrong)
    assert answer.status_code == 422
    assert "No contact has “frist_name”" in answer.text
    assert "Choose who the message is from" in answer.text
    assert "Hello {{ frist_name }}" in answer.text
    # Leaving the step keeps even what is not right yet.
    kept = await browser.post(f"{at}/edit/message", wrong | {"go": "audience"})
    assert kept.headers["location"] == f"{at}/edit/audience"
    assert "{{ frist_name }}" in (await browser.get(f"{at}/edit/message")).text
    review = (await browser.get(f"{at}/edit/review")).text
    assert "Before it can be sent" in review
    past = await browser.post(f"{at}/edit/schedule", {"when": "later", "send_at": "2020-01-01T10:00"})
    assert past.status_code == 422
    assert "This time is over" in past.text
    refused = await browser.post(f"{at}/send", {})
    assert refused.status_code == 422
    assert "It was not sent" in refused.text


async def test_the_text_is_counted_by_the_code_that_sends(browser: Any, ready: dict[str, str]) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    form = {"sender_id": ready["sender"], "body": "C’est ouvert. " + "x" * 60}
    counted = (await browser.post(f"{at}/check", form)).text
    assert "2 parts" in counted
    assert '<span class="mark-guilty">’</span>' in counted
    assert 'data-part="2"' in counted
    assert "Replace all: from 2 parts to 1" in counted
    assert "does not say how to stop" in counted
    # Without scripts the buttons are those of the form.
    page = (await browser.post(f"{at}/edit/message", form | {"go": "replace"})).text
    assert "C&#39;est ouvert." in page
    assert "<html" in page
    said = await browser.post(f"{at}/validate/message", form | {"_field": "sender_id", "sender_id": ""})
    assert "Choose who the message is from" in said.text


async def test_a_test_goes_to_one_number_with_the_words_of_the_contact(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    await browser.post(
        f"{at}/edit/message", {"sender_id": ready["sender"], "body": "Bonjour {{ first_name }}"}
    )
    wrong = await browser.post(f"{at}/test", {"phone": "12"})
    assert wrong.status_code == 422
    assert "This is no number that can be reached" in wrong.text
    sent = await browser.post(f"{at}/test", {"phone": "06 12 34 56 78"})
    assert sent.status_code == 303
    row = await server.database.engine.fetchrow("select phone, body, purpose from message")
    assert tuple(row) == (33612345678, "Bonjour Zoë", 3)


async def test_who_may_write_and_not_send_is_told_whom_to_ask(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    await browser.post(f"{at}/edit/message", {"sender_id": ready["sender"], "body": "Chappe. STOP 38200"})
    await server.database.engine.execute("update membership set role = 'marketer', may_send = false")
    review = (await browser.get(f"{at}/edit/review")).text
    assert "The draft is saved. Ask" in review
    assert f"{at}/send" not in review
    assert (await browser.get(f"{at}/send")).status_code == 403
    assert (await browser.post(f"{at}/send", {})).status_code == 403
    assert await server.database.engine.fetchval("select state from campaign") == "draft"


async def test_a_copy_is_a_draft_of_its_own(server: Any, browser: Any, ready: dict[str, str]) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    copied = await browser.post(f"{at}/duplicate", {})
    assert copied.status_code == 303
    assert at not in copied.headers["location"]
    names = await server.database.engine.fetch("select name from campaign order by id")
    assert [row["name"] for row in names] == ["Spring <sale>", "Copy of Spring <sale>"]
    listed = (await browser.get("/campaigns?state=draft&q=copy")).text
    assert "Copy of Spring &lt;sale&gt;" in listed
    assert listed.count("row-link") == 1
    assert "No campaign yet" not in listed


async def test_a_report_has_tabs_files_and_a_history(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    await browser.post(f"{at}/edit/message", {"sender_id": ready["sender"], "body": "Chappe. STOP 38200"})
    await browser.post(f"{at}/send", {})
    async with server.database.engine_transaction() as conn:
        campaign = await conn.fetchval("select id from campaign")
        base = await conn.fetchval("select allocate_message_ids(1)")
        run = await conn.fetchval(
            "update campaign_run set base_id = $2, total = 1, planned_at = now() where campaign_id = $1 "
            "returning id",
            campaign,
            base,
        )
        await conn.execute(
            "insert into message (id, workspace_id, phone, contact_id, run_id, purpose, body, parts) "
            "select $1, workspace_id, phone, id, $2, 5, '=cmd', 1 from contact order by id limit 1",
            base,
            run,
        )
        await conn.execute(
            "insert into message_state (id, workspace_id, state, parts, reason, done_at) "
            "values ($1, $2, 8, 0, '0x0000000B RINVDSTADR', now())",
            base,
            server.workspace_id,
        )
    failed = (await browser.get(f"{at}/recipients/failed")).text
    assert "The carrier knows no such number" in failed
    assert "Zoë" in failed
    assert "Nobody here" in (await browser.get(f"{at}/recipients/delivered")).text
    assert (await browser.get(f"{at}/recipients/elsewhere")).status_code == 404
    file = await browser.get(f"{at}/export/failed")
    assert file.headers["content-type"].startswith("text/csv")
    lines = file.text.lstrip("\ufeff").splitlines()
    assert lines[1].startswith("+33612300001,Zoë,rejected,0x0000000B RINVDSTADR,")
    assert len(lines) == 2
    assert "sent it" in (await browser.get(f"{at}/history")).text


async def test_it_is_sent_only_as_the_dialog_showed_it(
    server: Any, browser: Any, ready: dict[str, str]
) -> None:
    await browser.log_in()
    at = await _draft(browser, ready)
    text = {"sender_id": ready["sender"], "body": "Chappe: -20 % samedi. STOP 38200"}
    await browser.post(f"{at}/edit/message", text | {"go": "next"})
    review = (await browser.get(f"{at}/edit/review")).text
    seen = re.search(r'/send\?mark=(\w+)"', review)[1]
    assert f'value="{seen}"' in (await browser.get(f"{at}/send?mark={seen}")).text
    await browser.post(
        f"{at}/edit/message", text | {"body": "Chappe: -30 % samedi. STOP 38200", "go": "next"}
    )
    assert "It was changed while you looked at it" in (await browser.get(f"{at}/send?mark={seen}")).text
    refused = await browser.post(f"{at}/send", {"mark": seen})
    assert refused.status_code == 409
    assert "It was changed while you looked at it" in refused.text
    assert (await browser.post(f"{at}/send", {})).headers["location"] == at
