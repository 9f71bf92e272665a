"""The one door for single messages: the API, answers to STOP and HELP, replies, the command line.

A batch is the real call and one message is a batch of one: the number of statements does not grow with the
number of messages. The caller's transaction decides: what is returned is in the ledger when it commits.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from chappe.carriers import routing
from chappe.carriers.filters import Branch
from chappe.carriers.prices import PriceTable
from chappe.consent.preference_links import PreferenceLinks
from chappe.content.service import checked_body
from chappe.db.number_keys import NO_KEYS, NumberKeys
from chappe.db.pool import Connection
from chappe.gate import promises
from chappe.gate import service as gates
from chappe.gate.law import Law, cautious, law_of
from chappe.gate.model import Code, Decision, Recipient, SenderFacts, Subject
from chappe.gate.promises import Claim
from chappe.gate.rulings import Numbers, Rulings
from chappe.gate.service import Asked, Gate
from chappe.kit.clock import Clock
from chappe.messages import service as messages
from chappe.messages.model import MessageState, NewMessage, Purpose
from chappe.messages.service import MessageIds
from chappe.rules.values import Content
from chappe.sending.addressing import with_links
from chappe.sending.composing import RoutePrices, measured, priced, with_text
from chappe.sending.model import (
    LONGEST_WAIT,
    MOST_INTENTS,
    Accepted,
    AlreadyExpired,
    Composed,
    ExpiresTooLate,
    Intent,
    TooManyIntents,
    UnknownSender,
)
from chappe.sending.rows import Common, Rows, rows_of
from chappe.sending.subjects import subjects_of
from chappe.sms.options import TextOptions
from chappe.tracking.bodies import LinkedBody
from chappe.tracking.destinations import WORDS
from chappe.tracking.model import BadDestination
from chappe.tracking.singles import Shortener

_PRICES_KEPT = 5.0


class _Batch(NamedTuple):
    sender_id: UUID
    purpose: Purpose
    expires_at: datetime | None
    branch: Branch | None
    """Its route or the branch of it; None: no carrier takes it."""
    until_left: bool
    says: frozenset[Content] | None
    """What the text tells of what rules demand; None where none of them is asked."""


_ByBatch = dict[_Batch, dict[int, Composed]]
"""What was composed, by the position of its intent."""


class _Facts(NamedTuple):
    """What the decisions of one call rest on; `subjects` and `recipients` in the order of the intents."""

    workspace_id: int
    senders: dict[UUID, SenderFacts]
    subjects: list[Subject]
    recipients: list[Recipient]
    prices: RoutePrices
    real_now: datetime
    gate_now: datetime
    law: Law
    bodies: Sequence[str]
    """As they were handed in: a link of each person's own is still a variable in them."""


class Door:
    """Accepts single messages. Built once per process; it holds the process's block of message ids."""

    def __init__(
        self,
        ids: MessageIds,
        rulings: Rulings,
        clock: Clock,
        gate_clock: Clock,
        number_keys: NumberKeys = NO_KEYS,
        links: PreferenceLinks | None = None,
        shortener: Shortener | None = None,
    ) -> None:
        """`links` where texts may ask for the link of who gets them, `shortener` where for short ones."""
        self.number_keys = number_keys
        self._links = links
        self._shortener = shortener
        self._ids = ids
        self._rulings = rulings
        self._clock = clock
        self._gate_clock = gate_clock
        self._prices: dict[int, tuple[float, PriceTable]] = {}

    async def accept(self, conn: Connection, workspace_id: int, intents: Sequence[Intent]) -> list[Accepted]:
        """One result per intent, in order; what the gate refuses is accepted as SKIPPED, with the reason.

        Raises UnknownSender, EmptyBody, BodyTooLong, AlreadyExpired, TooManyIntents, WrongTopic,
        NoPreferencePage, BadDestination: then nothing is written.
        """
        if not intents:
            return []
        real_now = self._clock.now()
        _check(intents, real_now)
        senders = await self._senders(conn, workspace_id, intents)
        subjects = await subjects_of(conn, workspace_id, intents)
        phones = [intent.phone for intent in intents]
        facts = _Facts(
            workspace_id,
            senders,
            subjects,
            await gates.recipients_of_phones(conn, workspace_id, phones, self.number_keys, subjects),
            await self._prices_of(conn, workspace_id),
            real_now,
            self._gate_clock.now(),
            await _law(conn, workspace_id, intents),
            [intent.body for intent in intents],
        )
        linked = await self._linked(conn, workspace_id, intents)
        intents = _with_bodies(intents, linked)
        intents = with_links(intents, facts.recipients, self._links, workspace_id, real_now)
        composed = _composed(intents, facts)
        await _keep_within_caps(conn, composed, facts)
        decisions = (one.decision for found in composed.values() for one in found.values())
        numbers = await self._rulings.numbers(decisions, facts.law)
        first_id = await self._ids.take(len(intents))
        rows, accepted = _written(composed, facts, first_id, numbers)
        written = await self._filled(conn, workspace_id, linked, rows.messages, accepted)
        await messages.insert(conn, written, rows.states, rows.chunks)
        about = _about(intents, facts.subjects, accepted)
        if about:
            await messages.note_topics(conn, workspace_id, about)
        return accepted

    async def _linked(
        self, conn: Connection, workspace_id: int, intents: Sequence[Intent]
    ) -> dict[int, LinkedBody]:
        """By position, the texts whose addresses become short links. Raises BadDestination."""
        wanted = [position for position, intent in enumerate(intents) if intent.shorten]
        if self._shortener is None or not wanted:
            return {}
        texts = [intents[position].body for position in wanted]
        bodies = await self._shortener.shortened(conn, workspace_id, texts)
        linked = {position: body for position, body in zip(wanted, bodies, strict=True) if body.links}
        urls = list({url for body in linked.values() for url in body.links})
        faults = await self._shortener.faults(conn, workspace_id, urls) if urls else {}
        for position, body in linked.items():
            for url in body.links:
                if url in faults:
                    raise BadDestination(
                        f"{url}: {WORDS[faults[url]]}",
                        field=_field(intents, position, "body"),
                        fault=faults[url].value,
                    )
        return linked

    async def _filled(
        self,
        conn: Connection,
        workspace_id: int,
        linked: dict[int, LinkedBody],
        rows: Sequence[NewMessage],
        accepted: Sequence[Accepted],
    ) -> Sequence[NewMessage]:
        """The rows with the codes of their links, which are made here."""
        if self._shortener is None or not linked:
            return rows
        first_id = rows[0].id
        fillings = await self._shortener.fill(conn, workspace_id, linked, first_id, len(rows))
        of_message = {accepted[position].id: filling for position, filling in fillings.items()}
        return [
            row
            if row.body is None or row.id not in of_message
            else row._replace(body=of_message[row.id].fill([row.body], row.id)[0])
            for row in rows
        ]

    async def _prices_of(self, conn: Connection, workspace_id: int) -> PriceTable:
        """A carrier's list may have thousands of prefixes: it is read every few seconds, not every batch."""
        read_at, prices = self._prices.get(workspace_id, (-_PRICES_KEPT, None))
        if prices is None or self._clock.monotonic() - read_at >= _PRICES_KEPT:
            prices = await routing.load_prices(conn, workspace_id)
            self._prices[workspace_id] = (self._clock.monotonic(), prices)
        return prices

    async def _senders(
        self, conn: Connection, workspace_id: int, intents: Sequence[Intent]
    ) -> dict[UUID, SenderFacts]:
        wanted = {intent.sender_id for intent in intents}
        senders = await gates.sender_facts(conn, workspace_id, list(wanted))
        for position, intent in enumerate(intents):
            if intent.sender_id not in senders:
                raise UnknownSender(
                    "There is no such sender in this workspace. List senders with GET /v1/senders.",
                    field=_field(intents, position, "sender_id"),
                )
        return senders


def _with_bodies(intents: Sequence[Intent], linked: dict[int, LinkedBody]) -> Sequence[Intent]:
    """Markers in the place of the addresses that become short links."""
    if not linked:
        return intents
    return [
        msgspec.structs.replace(intent, body=linked[position].source) if position in linked else intent
        for position, intent in enumerate(intents)
    ]


def _about(
    intents: Sequence[Intent], subjects: Sequence[Subject], accepted: Sequence[Accepted]
) -> dict[int, str]:
    """By message, the topic that it names: looked at again when it leaves, which may be much later."""
    return {
        one.id: subject.word
        for intent, subject, one in zip(intents, subjects, accepted, strict=True)
        if intent.topic_id is not None
    }


async def _law(conn: Connection, workspace_id: int, intents: Sequence[Intent]) -> Law:
    """Marketing alone is bound by rules of places: the others are not made to wait for them to be read."""
    if any(intent.purpose is Purpose.MARKETING for intent in intents):
        return await law_of(conn, workspace_id)
    return cautious()


def _check(intents: Sequence[Intent], real_now: datetime) -> None:
    if len(intents) > MOST_INTENTS:
        raise TooManyIntents(
            f"A request may hold {MOST_INTENTS} messages and this one has {len(intents)}. Split it.",
            field="messages",
        )
    for position, intent in enumerate(intents):
        checked_body(intent.body)
        if intent.expires_at is not None:
            _check_expiry(intent.expires_at, real_now, _field(intents, position, "expires_at"))


def _check_expiry(expires_at: datetime, real_now: datetime, field: str) -> None:
    if expires_at <= real_now:
        raise AlreadyExpired(
            "expires_at is in the past. Leave it out, or give a time to come, with its offset.", field=field
        )
    if expires_at - real_now > LONGEST_WAIT:
        raise ExpiresTooLate("expires_at is more than a year away. Give an earlier time.", field=field)


def _field(intents: Sequence[Intent], position: int, name: str) -> str:
    return name if len(intents) == 1 else f"messages[{position}].{name}"


def _written(
    composed: _ByBatch, facts: _Facts, first_id: int, numbers: Numbers
) -> tuple[Rows, list[Accepted]]:
    """Rows for all intents, and what is answered to each, in order."""
    written = Rows([], [], [], [])
    accepted: dict[int, Accepted] = {}
    for batch, found in composed.items():
        common, members = _common(facts, batch), list(found.values())
        rows = rows_of(members, common, first_id + len(written.messages), facts.real_now, numbers)
        written.messages.extend(rows.messages)
        written.states.extend(rows.states)
        written.chunks.extend(rows.chunks)
        test = facts.senders[batch.sender_id].test
        for position, one, message_id in zip(found, members, rows.ids, strict=True):
            accepted[position] = _accepted(message_id, one, test=test)
    return written, [accepted[position] for position in range(len(accepted))]


async def _keep_within_caps(conn: Connection, composed: _ByBatch, facts: _Facts) -> None:
    """Marketing that would leave is reserved; whom a cap refuses is skipped."""
    asking = []
    for found in composed.values():
        for position, one in found.items():
            contact_id, due_at = one.recipient.contact_id, one.decision.due_at
            if contact_id is None or due_at is None:
                continue
            if limits := facts.law.limits(one.decision.where, due_at, facts.subjects[position]):
                asking.append((found, position, one, Claim(limits, due_at, [contact_id])))
    refused = await promises.reserve(
        conn, facts.workspace_id, [claim for *_, claim in asking], facts.gate_now
    )
    for (found, position, one, _), rules in zip(asking, refused, strict=True):
        for rule in rules.values():
            decision = Decision(Code.CAPPED, None, None, rule)
            found[position] = Composed(one.recipient, decision, None, 0, 0, one.reference)


def _batches(intents: Sequence[Intent], facts: _Facts) -> dict[_Batch, list[int]]:
    """Positions of the intents that one gate can judge and one kind of chunk can carry."""
    batches: dict[_Batch, list[int]] = {}
    for position, intent in enumerate(intents):
        branch = _branch(intent, facts)
        until_left = intent.topic_id is not None and intent.purpose is not Purpose.MARKETING
        says = None
        if intent.purpose is Purpose.MARKETING:
            says = facts.law.says(facts.bodies[position], facts.senders[intent.sender_id].form)
        batch = _Batch(intent.sender_id, intent.purpose, intent.expires_at, branch, until_left, says)
        batches.setdefault(batch, []).append(position)
    return batches


def _branch(intent: Intent, facts: _Facts) -> Branch | None:
    sender = facts.senders[intent.sender_id]
    if sender.route_id is None:
        return None
    found = facts.prices.branches(sender.route_id, intent.purpose.label, [intent.phone])
    return Branch(sender.route_id, sender.priced) if found is None else found[0]


def _common(facts: _Facts, batch: _Batch) -> Common:
    sender = facts.senders[batch.sender_id]
    return Common(
        facts.workspace_id,
        None,
        batch.sender_id,
        sender.address,
        batch.branch.id if batch.branch else None,
        batch.purpose,
        batch.expires_at,
    )


def _composed(intents: Sequence[Intent], facts: _Facts) -> _ByBatch:
    return {
        batch: _composed_batch(intents, facts, batch, positions)
        for batch, positions in _batches(intents, facts).items()
    }


def _composed_batch(
    intents: Sequence[Intent], facts: _Facts, batch: _Batch, positions: Sequence[int]
) -> dict[int, Composed]:
    sender = facts.senders[batch.sender_id]
    gate = Gate(
        Asked(
            batch.purpose,
            sender,
            gate_now=facts.gate_now,
            real_now=facts.real_now,
            expires_at=batch.expires_at,
            until_left=batch.until_left,
            says=batch.says,
        ),
        facts.law,
    ).through(batch.branch)
    recipients = [facts.recipients[position] for position in positions]
    prices = priced(facts.prices, gate.route_id, [recipient.phone for recipient in recipients])
    options = facts.prices.options_of(gate.route_id)
    return {
        position: _compose(intents[position], recipient, gate.decide(recipient, priced=has_price), options)
        for position, recipient, has_price in zip(positions, recipients, prices, strict=True)
    }


def _compose(intent: Intent, recipient: Recipient, decision: Decision, options: TextOptions) -> Composed:
    if decision.skipped:
        return Composed(recipient, decision, None, 0, 0, intent.reference)
    return with_text(recipient, decision, measured(checked_body(intent.body), options), intent.reference)


def _accepted(message_id: int, one: Composed, *, test: bool) -> Accepted:
    code = one.decision.code
    if one.text is None:
        state = MessageState.SKIPPED
    else:
        state = MessageState.QUEUED if code is Code.SEND else MessageState.ACCEPTED
    return Accepted(
        id=message_id,
        state=state,
        decision=code,
        reason=None if one.text is not None else code.reason,
        due_at=one.decision.due_at,
        parts=one.parts,
        encoding=one.encoding,
        test=test,
    )
