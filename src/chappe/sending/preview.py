"""What would become of one message, and what each check says of it: nothing is written, nothing reserved."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chappe.carriers import routing
from chappe.carriers import service as carriers
from chappe.consent.preference_links import PreferenceLinks
from chappe.db.number_keys import NO_KEYS, NumberKeys
from chappe.db.pool import Connection
from chappe.gate import promises
from chappe.gate import service as gates
from chappe.gate.checks import CHECKS
from chappe.gate.law import Law, law_of
from chappe.gate.model import Code, Decision, Recipient, SenderFacts, Subject
from chappe.gate.promises import Claim
from chappe.gate.service import Asked, Gate, Outcome, Step
from chappe.kit.clock import Clock
from chappe.messages.model import Purpose
from chappe.sending.addressing import asks, with_link
from chappe.sending.composing import fault_of, gate_to, measured, priced
from chappe.sending.model import UnknownSender
from chappe.sending.subjects import subjects_of
from chappe.sms.options import TextOptions


class Question(NamedTuple):
    """May this number be written to? `at` is a time of the gate's clock, None for now; without a sender the
    workspace's first one is asked; without a text the text is not looked at.
    """

    phone: int
    purpose: Purpose
    at: datetime | None = None
    sender_id: UUID | None = None
    text: str | None = None
    topic_id: UUID | None = None


class Preview(NamedTuple):
    """The decision, and the outcome of every check in the gate's order."""

    decision: Decision
    steps: tuple[Step, ...]
    recipient: Recipient
    at: datetime
    parts: int | None
    """Of the text, where one was given."""


async def preview(
    conn: Connection,
    workspace_id: int,
    question: Question,
    *,
    clock: Clock,
    gate_clock: Clock,
    number_keys: NumberKeys = NO_KEYS,
    links: PreferenceLinks | None = None,
) -> Preview:
    """Raises UnknownSender, NumberKeyMissing, NoPreferencePage."""
    sender = await _sender(conn, workspace_id, question.sender_id)
    [subject] = await subjects_of(conn, workspace_id, [question])
    [recipient] = await gates.recipients_of_phones(
        conn, workspace_id, [question.phone], number_keys, [subject]
    )
    real_now, gate_now = clock.now(), gate_clock.now()
    at = question.at or gate_now
    law = await law_of(conn, workspace_id)
    asked = Asked(
        question.purpose,
        sender,
        gate_now=at,
        real_now=real_now + (at - gate_now),
        until_left=subject.until_left,
        says=None if question.text is None else law.says(question.text, sender.form),
    )
    prices = await routing.load_prices(conn, workspace_id)
    gate = gate_to(Gate(asked, law), prices, question.phone)
    [has_price] = priced(prices, gate.route_id, [question.phone])
    decision = gate.decide(recipient, priced=has_price)
    written = question.text
    if written is not None and links is not None and asks(written):
        written = with_link(written, recipient, links, workspace_id, real_now, "text")
    text, parts = _text_step(written, prices.options_of(gate.route_id))
    capped = await _caps_step(conn, workspace_id, asked, recipient, law, subject, decision.due_at or at)
    found = {step.check: step for step in [*gate.steps(recipient, priced=has_price), text, capped]}
    for late in (text, capped):
        if not decision.skipped and late.outcome is Outcome.REFUSED and late.code is not None:
            decision = Decision(late.code, None, None, late.rule)
    # What is drawn when a campaign is planned (a code of its offer) nobody can say before.
    steps = (found.get(check.name, Step(check.name, Outcome.NOT_ASKED)) for check in CHECKS)
    return Preview(decision, tuple(steps), recipient, at, parts)


async def _sender(conn: Connection, workspace_id: int, sender_id: UUID | None) -> SenderFacts:
    if sender_id is None:
        known = await carriers.senders(conn, workspace_id)
        sender_id = known[0].id if known else None
    if sender_id is None:
        raise UnknownSender("This workspace has no sender yet. Add one, then ask again.", field="sender_id")
    facts = await gates.sender_facts(conn, workspace_id, [sender_id])
    if sender_id not in facts:
        raise UnknownSender(
            "There is no such sender in this workspace. List senders with GET /v1/senders.", field="sender_id"
        )
    return facts[sender_id]


def _text_step(text: str | None, options: TextOptions) -> tuple[Step, int | None]:
    if text is None:
        return Step("text", Outcome.NOT_ASKED), None
    normal, _, parts = measured(text, options)
    fault = fault_of(normal, parts)
    if fault is None:
        return Step("text", Outcome.PASSED), parts
    return Step("text", Outcome.REFUSED, fault.code), parts


async def _caps_step(
    conn: Connection,
    workspace_id: int,
    asked: Asked,
    recipient: Recipient,
    law: Law,
    subject: Subject,
    due_at: datetime,
) -> Step:
    if asked.purpose is not Purpose.MARKETING:
        return Step("caps", Outcome.NOT_ASKED)
    limits = law.limits(law.places(recipient.phone, recipient.zones, recipient.country), due_at, subject)
    if not limits:
        return Step("caps", Outcome.NOT_ASKED)
    contact_ids: Sequence[int] = () if recipient.contact_id is None else (recipient.contact_id,)
    [refused] = await promises.standing(conn, workspace_id, [Claim(limits, due_at, contact_ids)])
    rule = next(iter(refused.values()), None)
    if rule is None:
        return Step("caps", Outcome.PASSED)
    return Step("caps", Outcome.REFUSED, Code.CAPPED, rule)
