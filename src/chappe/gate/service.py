"""The gate: checks over facts, without I/O; and the facts, read in sets. The checks and their order:
`checks.py`.
"""

from collections.abc import Sequence
from copy import copy
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from chappe.carriers.filters import Branch
from chappe.consent import service as consent
from chappe.consent.model import SuppressionScope
from chappe.db.number_keys import NO_KEYS, NumberKeys
from chappe.db.pool import Connection
from chappe.gate import repo
from chappe.gate.checks import BY_FACTS, HIGHEST_NUMBER, LOWEST_NUMBER, Asked, Check
from chappe.gate.law import Law, cautious
from chappe.gate.model import OFFERS, Code, Decision, Group, Recipient, SenderFacts, Subject, Suppressed
from chappe.messages.model import Purpose
from chappe.rules.service import Places

__all__ = ["Asked", "Gate", "Outcome", "Step"]

# By purpose: the checks that are asked, found once.
_ASKED: Final = {purpose: [check for check in BY_FACTS if purpose in check.purposes] for purpose in Purpose}


class Outcome(StrEnum):
    """What a check says of one recipient."""

    PASSED = "passed"
    WAITS = "waits"
    REFUSED = "refused"
    NOT_ASKED = "not_asked"
    """The purpose has no need of it."""


class Step(NamedTuple):
    """A check with its outcome, though an earlier one may have decided. `code` and `rule` when it did not
    pass.
    """

    check: str
    outcome: Outcome
    code: Code | None = None
    rule: str | None = None
    until: datetime | None = None


class Gate:
    """Decides for many recipients of one moment, purpose and sender.

    A decision rests on few facts, and recipients who share them share it: it is worked out once and looked
    up for the rest, which keeps the gate at a fraction of a microsecond a recipient.
    """

    def __init__(self, asked: Asked, law: Law | None = None) -> None:
        """`law` is that of the workspace; the cautious one when it is not said."""
        self._asked = asked
        self._law = law or cautious()
        self._marketing = asked.purpose is Purpose.MARKETING
        self._known: dict[tuple[bool, int | None, bool, int, Places | None, str, bool], Decision] = {}
        self.route_id = asked.sender.route_id
        self.needs_prices = asked.sender.priced

    @property
    def purpose(self) -> Purpose:
        return self._asked.purpose

    def through(self, branch: Branch | None) -> "Gate":
        """The same gate for those who take this branch of the sender's route; None: no carrier takes them."""
        asked = copy(self._asked)
        route_id, priced = branch or (None, False)
        asked.sender = asked.sender._replace(route_id=route_id, priced=priced)
        return Gate(asked, self._law)

    def decide(self, recipient: Recipient, *, priced: bool) -> Decision:
        """Send, defer or skip. `priced`: the route has a price for the number."""
        if not LOWEST_NUMBER <= recipient.phone <= HIGHEST_NUMBER:
            return _BAD_NUMBER
        return self._decide(recipient, priced, self._where(recipient))

    def _decide(self, recipient: Recipient, priced: bool, where: Places | None) -> Decision:
        facts = (
            recipient.contact_id is None,
            recipient.contact_state,
            recipient.granted,
            recipient.suppressed,
            where,
            recipient.basis,
            priced,
        )
        decision = self._known.get(facts)
        if decision is None:
            decision = self._known[facts] = self._judge(recipient, priced, where)
        return decision

    def decide_group(self, group: Group, priced: Sequence[bool] | None) -> list[tuple[Decision, Group]]:
        """The group in parts of one decision each, the same that `decide` gives each of its recipients.

        What a group does not share is whether a number is one and has a price, and the place that the number
        tells: nearly always it is one part. `priced` is None when the gate has no need of prices.
        """
        phones = group.phones
        places, zones, country = self._law.places, group.zones, group.country
        wheres = [places(phone, zones, country) for phone in phones] if self._marketing else [None]
        if priced is None:
            priced = [True] * len(phones)
        valid = min(phones) >= LOWEST_NUMBER and max(phones) <= HIGHEST_NUMBER
        if valid and all(priced) and len(set(wheres)) == 1:
            return [(self._decide_first(group, True, wheres[0]), group)]
        if len(wheres) < len(phones):
            wheres = [None] * len(phones)
        alike: dict[tuple[bool, bool, Places | None], list[int]] = {}
        for at, (phone, has_price, where) in enumerate(zip(phones, priced, wheres, strict=True)):
            kind = (LOWEST_NUMBER <= phone <= HIGHEST_NUMBER, has_price, where)
            alike.setdefault(kind, []).append(at)
        parts = [(has_price, where, group.only(at)) for (_, has_price, where), at in alike.items()]
        return [(self._decide_first(part, has_price, where), part) for has_price, where, part in parts]

    def _decide_first(self, group: Group, priced: bool, where: Places | None) -> Decision:
        state, granted, suppressed, zones, contact_ids, phones, _, country, basis = group
        if not LOWEST_NUMBER <= phones[0] <= HIGHEST_NUMBER:
            return _BAD_NUMBER
        contact_id = None if contact_ids is None else contact_ids[0]
        one = Recipient(contact_id, phones[0], state, granted, suppressed, zones, country, None, basis)
        return self._decide(one, priced, where)

    def _where(self, recipient: Recipient) -> Places | None:
        if not self._marketing:
            return None
        return self._law.places(recipient.phone, recipient.zones, recipient.country)

    def _judge(self, recipient: Recipient, priced: bool, where: Places | None) -> Decision:
        for check in _ASKED[self._asked.purpose]:
            code = _refusal(check, self._asked, recipient, priced)
            if code is not None:
                return Decision(code, None, None)
        if where is None:
            return Decision(Code.SEND, self._asked.gate_now, None)
        rule = self._law.unverified(where, self._asked.gate_now)
        if rule is not None:
            return Decision(Code.RULE_UNVERIFIED, None, None, rule)
        unmet = self._unmet(recipient, where)
        return self._in_hours(where) if unmet is None else Decision(unmet[0], None, None, unmet[1])

    def _in_hours(self, where: Places) -> Decision:
        asked = self._asked
        hours = self._law.hours(where, asked.gate_now)
        if hours.open:
            return Decision(Code.SEND, asked.gate_now, hours.closes_at, None, where)
        if hours.opens_at is None:
            return Decision(Code.NO_COMMON_HOUR, None, None, hours.rule)
        # Expiry is real time and the window is the gate's: what they share is how long the wait is.
        wait = hours.opens_at - asked.gate_now
        if asked.expires_at is not None and asked.real_now + wait >= asked.expires_at:
            return Decision(Code.EXPIRED, None, None, hours.rule)
        return Decision(Code.DEFERRED_HOURS, hours.opens_at, hours.closes_at, hours.rule, where)

    def steps(self, recipient: Recipient, *, priced: bool) -> list[Step]:
        """Every check of facts, rules and hours, in order, each with its own outcome: what stands in the way,
        and what else would. The first that does not pass is what `decide` answers.
        """
        purpose = self._asked.purpose
        steps = []
        for check in BY_FACTS:
            if purpose not in check.purposes:
                steps.append(Step(check.name, Outcome.NOT_ASKED))
                continue
            code = _refusal(check, self._asked, recipient, priced)
            steps.append(Step(check.name, Outcome.PASSED if code is None else Outcome.REFUSED, code))
        where = self._where(recipient)
        if where is None:
            return [*steps, *(Step(name, Outcome.NOT_ASKED) for name in ("rules", "requirements", "hours"))]
        return [
            *steps,
            self._rules_step(where),
            self._requirements_step(recipient, where),
            self._hours_step(where),
        ]

    def _unmet(self, recipient: Recipient, where: Places) -> tuple[Code, str] | None:
        asked = self._asked
        return self._law.unmet(where, asked.gate_now, recipient.basis, asked.sender.form, asked.says)

    def _requirements_step(self, recipient: Recipient, where: Places) -> Step:
        unmet = self._unmet(recipient, where)
        return Step("requirements", Outcome.PASSED) if unmet is None else _refused("requirements", *unmet)

    def _rules_step(self, where: Places) -> Step:
        rule = self._law.unverified(where, self._asked.gate_now)
        if rule is None:
            return Step("rules", Outcome.PASSED)
        return _refused("rules", Code.RULE_UNVERIFIED, rule)

    def _hours_step(self, where: Places) -> Step:
        found = self._in_hours(where)
        if found.code is Code.SEND:
            rule = self._law.hours(where, self._asked.gate_now).rule
            return Step("hours", Outcome.PASSED, rule=rule, until=found.window_end)
        outcome = Outcome.REFUSED if found.skipped else Outcome.WAITS
        return Step("hours", outcome, found.code, found.rule, found.due_at)


def _refused(check: str, code: Code, rule: str) -> Step:
    return Step(check, Outcome.REFUSED, code, rule)


_BAD_NUMBER: Final = Decision(Code.BAD_NUMBER, None, None)


def _refusal(check: Check, asked: Asked, recipient: Recipient, priced: bool) -> Code | None:
    return None if check.judge is None else check.judge(asked, recipient, priced)


async def sender_facts(
    conn: Connection, workspace_id: int, sender_ids: Sequence[UUID]
) -> dict[UUID, SenderFacts]:
    """The senders that exist, by id, with the route each uses."""
    return await repo.sender_facts(conn, workspace_id, sender_ids)


async def recipients_of_phones(
    conn: Connection,
    workspace_id: int,
    phones: Sequence[int],
    keys: NumberKeys = NO_KEYS,
    subjects: Sequence[Subject] = (),
) -> list[Recipient]:
    """Facts on each number, in order; `subjects` says what each is written about, offers when it is empty.

    Raises NumberKeyMissing when suppressions are known by hashes of a key that is not among `keys`: nothing
    is decided that they might forbid.
    """
    found, hashed = await repo.recipients_of_phones(
        conn, workspace_id, phones, subjects or [OFFERS] * len(phones)
    )
    if not hashed:
        return found
    scopes = await consent.hashed_scopes(conn, workspace_id, phones, keys)
    return [_reached(one, scopes.get(one.phone)) for one in found]


def _reached(recipient: Recipient, scope: SuppressionScope | None) -> Recipient:
    if scope is None:
        return recipient
    reach = Suppressed.ALL if scope is SuppressionScope.ALL else Suppressed.MARKETING
    return recipient._replace(suppressed=max(recipient.suppressed, reach))


async def groups_of_contacts(
    conn: Connection,
    workspace_id: int,
    contact_ids: str,
    phones: str,
    variables: Sequence[str],
    subject: Subject = OFFERS,
) -> list[Group]:
    """Facts on each contact with the number it had, and its values of these variables (but `phone`, which is
    a fact). Both arrays in PostgreSQL's text form, as `{1,2}`.
    """
    return await repo.groups_of_contacts(conn, workspace_id, contact_ids, phones, variables, subject)
