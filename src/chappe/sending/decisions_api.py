"""REST: /v1/decisions/preview."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import post
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from chappe.accounts.model import Scope
from chappe.api.bodies import Input
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, Db, GateClock, Ids, WallClock
from chappe.consent.given import GivenLinks
from chappe.contacts import service as contacts
from chappe.contacts.model import CONTACT_ID
from chappe.db.pool import Connection
from chappe.gate.model import Decision
from chappe.gate.service import Outcome, Step
from chappe.kit.errors import Problem
from chappe.kit.ids import IdCipher, parse_public_id
from chappe.kit.phone import parse_international, to_e164
from chappe.messages.model import Purpose
from chappe.sending.model import UnknownSender
from chappe.sending.preview import Preview, Question, preview
from chappe.sending.shapes import SENDER_ID, SentPurpose, topic_named


class Verdict(StrEnum):
    """What would become of the message."""

    SEND = "send"
    DEFER = "defer"
    SKIP = "skip"


class PreviewInput(Input, frozen=True, kw_only=True):
    """`to` in international form, or `contact_id`. `at`: with its offset, now without it. Without a sender
    the first of the workspace is asked; without a text the text is not looked at; without a topic, marketing
    is about the default one.
    """

    to: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    contact_id: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    purpose: SentPurpose = SentPurpose.MARKETING
    sender_id: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    text: Annotated[str, Meta(max_length=10_000)] | None = None
    topic_id: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    at: Annotated[datetime, Meta(tz=True)] | None = None


class CheckView(msgspec.Struct, frozen=True, kw_only=True):
    """A check, with its own outcome though an earlier one may have decided. `reason` and `rule` when it did
    not pass; `until`: when it would, or the end of the hours it found open.
    """

    check: str
    outcome: Outcome
    reason: str | None
    rule: str | None
    until: datetime | None


class PreviewView(msgspec.Struct, frozen=True, kw_only=True):
    """`until`: when a message that waits may leave. `reason` and `rule` of a wait or a refusal: those of the
    first check that did not pass. `checks` are in the gate's order.
    """

    to: str
    decision: Verdict
    reason: str | None
    rule: str | None
    until: datetime | None
    at: datetime
    parts: int | None
    checks: list[CheckView]


class BadQuestion(Problem):
    code = "bad_question"
    status = 422
    title = "The question names nobody"


@post(
    "/decisions/preview",
    guards=[needs(Scope.CONTACTS_READ)],
    status_code=200,
    summary="May this person be written to, and what each check says",
    tags=["Decisions"],
)
async def preview_decision(
    data: JSONBody[PreviewInput],
    caller: Asking,
    conn: Conn,
    ids: Ids,
    clock: WallClock,
    gate_clock: GateClock,
    db: Db,
    links: GivenLinks,
) -> PreviewView:
    """The decision that sending would meet, at any instant. Nothing is written, nothing reserved."""
    question = Question(
        phone=await _phone(conn, caller.workspace_id, data, ids),
        purpose=Purpose[data.purpose.name],
        at=data.at,
        sender_id=None if data.sender_id is None else _sender(data.sender_id),
        text=data.text,
        topic_id=topic_named(data.topic_id),
    )
    found = await preview(
        conn,
        caller.workspace_id,
        question,
        clock=clock,
        gate_clock=gate_clock,
        number_keys=db.number_keys,
        links=links,
    )
    return _view(found)


async def _phone(conn: Connection, workspace_id: int, data: PreviewInput, ids: IdCipher) -> int:
    if data.to is not None and data.contact_id is None:
        return parse_international(data.to, field="to")
    if data.contact_id is not None and data.to is None:
        key = ids.decode(CONTACT_ID, data.contact_id)
        return (await contacts.get_contact(conn, workspace_id, key)).phone
    raise BadQuestion("Give either a number (to) or a contact (contact_id).", field="to")


def _sender(text: str) -> UUID:
    key = parse_public_id(SENDER_ID, text)
    if key is None:
        raise UnknownSender(
            "A sender's id looks like snd_… (32 hex digits). List them with GET /v1/senders.",
            field="sender_id",
        )
    return key


def _view(found: Preview) -> PreviewView:
    decision = found.decision
    verdict = verdict_of(decision)
    return PreviewView(
        to=to_e164(found.recipient.phone),
        decision=verdict,
        reason=None if verdict is Verdict.SEND else decision.code.reason,
        rule=decision.rule,
        until=decision.due_at if verdict is Verdict.DEFER else None,
        at=found.at,
        parts=found.parts,
        checks=[_check(step) for step in found.steps],
    )


def verdict_of(decision: Decision) -> Verdict:
    """Now, later, or not at all."""
    if decision.skipped:
        return Verdict.SKIP
    return Verdict.DEFER if decision.code else Verdict.SEND


def _check(step: Step) -> CheckView:
    reason = None if step.code is None else step.code.reason
    return CheckView(check=step.check, outcome=step.outcome, reason=reason, rule=step.rule, until=step.until)


routes: list[ControllerRouterHandler] = [preview_decision]
