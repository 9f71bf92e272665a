"""The inbox over HTTP, without scripts: lists, a thread, answers, what people do with a conversation."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher

from chappe.inbox import service
from chappe.inbox.model import CONVERSATION_ID, Heard
from chappe.kit.ids import uuid7

ANNA = 33612345678
QUESTION = "Êtes-vous ouverts dimanche ?"
PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class Question:
    """What Anna wrote: where it is, and the sender she wrote to."""

    path: str
    sender: str
    workspace_id: int
    database: Any

    async def messages(self) -> list[tuple[str, int, int]]:
        rows = await self.database.engine.fetch("select body, purpose, phone from message order by id")
        return [tuple(row) for row in rows]

    async def audited(self) -> list[str]:
        rows = await self.database.engine.fetch("select action from audit_event order by id")
        return [row["action"] for row in rows]

    async def person(self, role: str) -> str:
        """Somebody of the workspace: their e-mail."""
        hashed = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
        email, key = f"{role}@localhost", uuid7()
        await self.database.engine.execute(
            "insert into user_account (id, email, name, password_hash) values ($1, $2, $3, $4)",
            key,
            email,
            role.title(),
            hashed,
        )
        await self.database.engine.execute(
            "insert into membership (workspace_id, user_id, role) values ($1, $2, $3)",
            self.workspace_id,
            key,
            role,
        )
        return email


@pytest.fixture
async def question(server: Any, client: httpx.AsyncClient, keys: Any) -> Question:
    settings = {"host": "127.0.0.1", "port": 2775, "system_id": "x", "password": "secret"}
    prices = [{"prefix": "33", "price": "0.045", "currency": "EUR"}]
    carrier = {"name": "Carrier", "kind": "smpp", "settings": settings, "prices": prices}
    assert (await client.post("/v1/carriers", json=carrier)).status_code == 201
    made = await client.post("/v1/senders", json={"address": "38200", "kind": "short_code"})
    async with server.database.engine_transaction() as conn:
        sender_id = await conn.fetchval("select id from sender")
        await conn.execute(
            "insert into inbound (workspace_id, carrier_number, phone, source, destination, body,"
            " fingerprint, session) values ($1, 1, $2, $3, '38200', $4, 'x', 1)",
            server.workspace_id,
            ANNA,
            str(ANNA),
            QUESTION,
        )
        heard = Heard(phone=ANNA, sender_id=sender_id, text=QUESTION, opens=True)
        await service.heard(conn, server.workspace_id, [heard], datetime.now(UTC))
    path = f"/inbox/{keys.ids.encode(CONVERSATION_ID, ANNA)}"
    return Question(path, made.json()["id"], server.workspace_id, server.database)


def hidden(page: httpx.Response, name: str) -> str:
    """The value of a hidden field of the page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, name
    return found[1]


async def test_what_waits_is_listed_and_is_read_when_it_is_opened(browser: Any, question: Question) -> None:
    await browser.log_in()
    listed = await browser.get("/inbox")
    assert listed.status_code == 200
    assert QUESTION in listed.text
    assert question.path in listed.text
    assert (await browser.get("/inbox/unread")).text.strip().startswith("1<span")
    opened = await browser.get(question.path)
    assert opened.status_code == 200
    assert opened.text.count(QUESTION) == 2  # in the list, in the thread
    assert (await browser.get("/inbox/unread")).text.strip() == ""


async def test_an_answer_leaves_once_in_the_lane_of_conversations(browser: Any, question: Question) -> None:
    await browser.log_in()
    page = await browser.get(question.path)
    form = {"text": "Oui, de 10 h à 18 h.", "sender": question.sender, "once": hidden(page, "once")}
    token = browser.token(page)
    first = await browser.post(f"{question.path}/messages", form, token=token)
    again = await browser.post(f"{question.path}/messages", form, token=token)
    assert (first.status_code, again.status_code) == (303, 303)
    assert await question.messages() == [("Oui, de 10 h à 18 h.", 4, ANNA)]
    shown = await browser.get(first.headers["location"])
    assert "Oui, de 10 h à 18 h." in shown.text
    assert "conversation.answered" in await question.audited()


async def test_what_cannot_be_sent_stays_in_the_box_with_the_reason(browser: Any, question: Question) -> None:
    await browser.log_in()
    page = await browser.get(question.path)
    token = browser.token(page)
    form = {"text": " ", "sender": question.sender, "once": hidden(page, "once")}
    empty = await browser.post(f"{question.path}/messages", form, token=token)
    assert (empty.status_code, "Write an answer first." in empty.text) == (422, True)
    await question.database.engine.execute(
        "insert into suppression (workspace_id, phone, scope, reason, source)"
        " values ($1, $2, 'all', 'x', 'api')",
        question.workspace_id,
        ANNA,
    )
    blocked = await browser.post(f"{question.path}/messages", form | {"text": "Oui"}, token=token)
    assert blocked.status_code == 422
    assert "Nothing can be sent to this number" in blocked.text
    assert ">Oui</textarea>" in blocked.text
    closed = await browser.get(question.path)
    assert "<textarea" not in closed.text
    assert await question.messages() == []


async def test_the_figures_under_the_box_are_those_that_are_billed(browser: Any, question: Question) -> None:
    await browser.log_in()
    token = browser.token(await browser.get(question.path))
    form = {"text": "a" * 161, "sender": question.sender}
    found = await browser.post(f"{question.path}/figures", form, token=token)
    assert found.status_code == 200
    assert "2 parts" in found.text
    assert "€0.09" in found.text


async def test_it_is_given_closed_and_opened_again(browser: Any, question: Question) -> None:
    await question.person("agent")
    await browser.log_in()
    page = await browser.get(question.path)
    token = browser.token(page)
    agent = re.search(r'value="(\w{32})"[^>]*>(?:<svg.*?</svg>)?Agent', page.text)
    assert agent is not None
    given = await browser.post(f"{question.path}/assign", {"assignee": agent[1]}, token=token)
    assert given.status_code == 303
    assert "Agent" in (await browser.get("/inbox")).text
    assert QUESTION not in (await browser.get("/inbox?view=unassigned")).text
    stranger = await browser.post(f"{question.path}/assign", {"assignee": uuid7().hex}, token=token)
    assert stranger.status_code == 422
    closed = await browser.post(f"{question.path}/close", {}, token=token)
    assert closed.headers["location"].startswith("/inbox?notice=closed")
    assert QUESTION not in (await browser.get("/inbox")).text
    assert QUESTION in (await browser.get("/inbox?view=closed")).text
    await browser.post(f"{question.path}/reopen", {}, token=token)
    assert QUESTION in (await browser.get("/inbox")).text
    assert [action for action in await question.audited() if action.startswith("conversation.")] == [
        "conversation.assigned",
        "conversation.closed",
        "conversation.reopened",
    ]


async def test_a_wish_in_words_stops_marketing_and_not_answers(browser: Any, question: Question) -> None:
    await browser.log_in()
    asked = await browser.get(f"{question.path}/stop")
    assert "asked in their own words" in asked.text
    await browser.post(f"{question.path}/stop", {}, token=browser.token(asked))
    rows = await question.database.engine.fetch("select phone, scope, reason from suppression")
    assert [tuple(row) for row in rows] == [(ANNA, "marketing", "in_words")]
    assert "<textarea" in (await browser.get(question.path)).text


async def test_a_stranger_becomes_a_contact(browser: Any, question: Question) -> None:
    await browser.log_in()
    page = await browser.get(question.path)
    assert "This number is not a contact yet." in page.text
    await browser.post(f"{question.path}/contact", {}, token=browser.token(page))
    assert "This number is not a contact yet." not in (await browser.get(question.path)).text


async def test_who_may_not_send_reads_and_does_not_answer(browser: Any, question: Question) -> None:
    email = await question.person("analyst")
    await browser.post("/login", {"email": email, "password": PASSWORD})
    page = await browser.get(question.path)
    assert (page.status_code, "<textarea" in page.text) == (200, False)
    # Looking on is not reading for the team.
    assert "1<span" in (await browser.get("/inbox/unread")).text
    refused = await browser.post(f"{question.path}/messages", {"text": "Oui"}, token=browser.token(page))
    assert refused.status_code == 403


async def test_canned_replies_are_written_changed_and_put_into_the_box(
    browser: Any, question: Question
) -> None:
    await browser.log_in()
    empty = await browser.get("/settings/replies")
    assert "No canned reply yet" in empty.text
    token = browser.token(await browser.get("/settings/replies/new"))
    wrong = await browser.post(
        "/settings/replies/new", {"name": "Heures", "body": "{{ nickname }}"}, token=token
    )
    assert (wrong.status_code, "No contact has a “nickname”" in wrong.text) == (422, True)
    note = await browser.post(
        "/settings/replies/validate", {"name": "", "body": "x", "_field": "name"}, token=token
    )
    assert "Give the reply a name" in note.text
    form = {"name": "Heures", "body": "Ouvert de 9 h à 19 h ({{ phone }})."}
    assert (await browser.post("/settings/replies/new", form, token=token)).status_code == 303
    taken = await browser.post("/settings/replies/new", form, token=token)
    assert (taken.status_code, "Another reply has this name" in taken.text) == (422, True)
    listed = await browser.get("/settings/replies")
    reply = re.search(r"/settings/replies/(rpl_\w+)", listed.text)
    assert reply is not None
    in_box = await browser.get(f"{question.path}?reply={reply[1]}")
    assert "Ouvert de 9 h à 19 h (+33612345678).</textarea>" in in_box.text
    behind = await browser.post(f"{question.path}/canned/{reply[1]}", {"text": "Bonjour !"}, token=token)
    assert "Bonjour ! Ouvert de 9 h" in behind.text
    await browser.post(f"/settings/replies/{reply[1]}", {"name": "Horaires", "body": "9-19"}, token=token)
    assert "Horaires" in (await browser.get("/settings/replies")).text
    assert "Horaires" in (await browser.get(f"/settings/replies/{reply[1]}/delete")).text
    await browser.post(f"/settings/replies/{reply[1]}/delete", {}, token=token)
    assert "No canned reply yet" in (await browser.get("/settings/replies")).text
    assert (await browser.get(f"/settings/replies/{reply[1]}")).status_code == 404


async def test_a_question_comes_to_who_looks(browser: Any, question: Question) -> None:
    await browser.log_in()
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = {"cookie": cookie, "accept": "text/event-stream"}
    async with browser.http.stream("GET", f"{question.path}/live", headers=headers) as stream:
        assert stream.status_code == 200
        lines = stream.aiter_lines()
        await _until(lines, "event: head")
        async with question.database.engine_transaction() as conn:
            await conn.execute(
                "insert into inbound (workspace_id, carrier_number, phone, source, destination, body,"
                " fingerprint, session) values ($1, 1, $2, $3, '38200', 'Et lundi ?', 'y', 1)",
                question.workspace_id,
                ANNA,
                str(ANNA),
            )
            heard = Heard(phone=ANNA, sender_id=None, text="Et lundi ?", opens=True)
            await service.heard(conn, question.workspace_id, [heard], datetime.now(UTC))
        await _until(lines, "Et lundi ?")


async def _until(lines: Any, wanted: str) -> None:
    async for line in lines:
        if wanted in line:
            return
    raise AssertionError(f"the stream ended without {wanted}")
