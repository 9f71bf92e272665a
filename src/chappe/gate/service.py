"""The gate: rules over facts, without I/O.

`RULES` is the order in which a refusal is looked for: what protects the person first, then what makes the
message impossible, then what only delays it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from chappe.contacts.model import ContactState
from chappe.db.pool import Connection
from chappe.gate import repo
from chappe.gate.model import Code, Decision, Group, Recipient, SenderFacts, Suppressed
from chappe.messages.model import Purpose
from chappe.rules.model import Window
from chappe.rules.service import window

# E.164: at most 15 digits; no national plan is shorter than 7 with its country code.
_LOWEST_NUMBER: Final = 1_000_000
_HIGHEST_NUMBER: Final = 999_999_999_999_999
_BLOCKED, _ARCHIVED = ContactState.BLOCKED.value, ContactState.ARCHIVED.value

Hours = Callable[[str, datetime], Window]


class Asked:
    """What a decision is about, beside the recipient: built once for many recipients of one moment."""

    __slots__ = ("expires_at", "gate_now", "purpose", "real_now", "sender", "to_contacts")

    def __init__(
        self,
        purpose: Purpose,
        sender: SenderFacts,
        *,
        gate_now: datetime,
        real_now: datetime,
        expires_at: datetime | None = None,
        to_contacts: bool = False,
    ) -> None:
        """`expires_at` is real time. `to_contacts`: recipients must be contacts (a campaign's)."""
        self.purpose = purpose
        self.sender = sender
        self.gate_now = gate_now
        self.real_now = real_now
        self.expires_at = expires_at
        self.to_contacts = to_contacts


def _suppressed(asked: Asked, recipient: Recipient, priced: bool) -> Code | None:
    """STOP reaches marketing; a block or a carrier's refusal reaches all but the answer to STOP itself."""
    if asked.purpose is Purpose.SERVICE:
        return None
    least = Suppressed.MARKETING if asked.purpose is Purpose.MARKETING else Suppressed.ALL
    return Code.SUPPRESSED if recipient.suppressed >= least else None


def _contact(asked: Asked, recipient: Recipient, priced: bool) -> Code | None:
    if recipient.contact_id is None:
        return Code.CONTACT_GONE if asked.to_contacts else None
    if recipient.contact_state == _BLOCKED and asked.purpose is not Purpose.SERVICE:
        return Code.CONTACT_BLOCKED
    if recipient.contact_state == _ARCHIVED and asked.purpose is Purpose.MARKETING:
        return Code.CONTACT_ARCHIVED
    return None


def _consent(asked: Asked, recipient: Recipient, priced: bool) -> Code | None:
    return Code.NO_CONSENT if asked.purpose is Purpose.MARKETING and not recipient.granted else None


def _sender(asked: Asked, recipient: Recipient, priced: bool) -> Code | None:
    if asked.sender.route_id is None:
        return Code.SIMULATED if asked.sender.test else Code.NO_ROUTE
    if asked.purpose is Purpose.CONVERSATION and asked.sender.alphanumeric:
        return Code.CANNOT_CONVERSE
    return Code.NO_PRICE if asked.sender.priced and not priced else None


def _expired(asked: Asked, recipient: Recipient, priced: bool) -> Code | None:
    return Code.EXPIRED if asked.expires_at is not None and asked.expires_at <= asked.real_now else None


RULES: Final = (_suppressed, _contact, _consent, _sender, _expired)


class Gate:
    """Decides for many recipients of one moment, purpose and sender.

    A decision rests on few facts, and recipients who share them share it: it is worked out once and looked
    up for the rest, which keeps the gate at a fraction of a microsecond a recipient.
    """

    def __init__(self, asked: Asked, hours: Hours = window) -> None:
        self._asked = asked
        self._hours = hours
        self._known: dict[tuple[bool, int | None, bool, int, str, bool], Decision] = {}
        self.route_id = asked.sender.route_id
        self.needs_prices = asked.sender.priced

    def decide(self, recipient: Recipient, *, priced: bool) -> Decision:
        """Send, defer or skip. `priced`: the route has a price for the number."""
        if not _LOWEST_NUMBER <= recipient.phone <= _HIGHEST_NUMBER:
            return Decision(Code.BAD_NUMBER, None, None)
        facts = (
            recipient.contact_id is None,
            recipient.contact_state,
            recipient.granted,
            recipient.suppressed,
            recipient.zones,
            priced,
        )
        decision = self._known.get(facts)
        if decision is None:
            decision = self._known[facts] = self._judge(recipient, priced)
        return decision

    def decide_group(self, group: Group, priced: Sequence[bool] | None) -> list[tuple[Decision, Group]]:
        """The group in parts of one decision each, the same that `decide` gives each of its recipients.

        What a group does not share is whether a number is one and has a price: nearly always it is one part.
        `priced` is None when the gate has no need of prices.
        """
        phones = group.phones
        if priced is None:
            priced = [True] * len(phones)
        if all(priced) and min(phones) >= _LOWEST_NUMBER and max(phones) <= _HIGHEST_NUMBER:
            return [(self._decide_first(group, priced=True), group)]
        alike: dict[tuple[bool, bool], list[int]] = {}
        for at, (phone, has_price) in enumerate(zip(phones, priced, strict=True)):
            kind = (_LOWEST_NUMBER <= phone <= _HIGHEST_NUMBER, has_price)
            alike.setdefault(kind, []).append(at)
        parts = [(has_price, group.only(places)) for (_, has_price), places in alike.items()]
        return [(self._decide_first(part, priced=has_price), part) for has_price, part in parts]

    def _decide_first(self, group: Group, *, priced: bool) -> Decision:
        state, granted, suppressed, zones, contact_ids, phones, _ = group
        contact_id = None if contact_ids is None else contact_ids[0]
        one = Recipient(contact_id, phones[0], state, granted, suppressed, zones, None, None)
        return self.decide(one, priced=priced)

    def _judge(self, recipient: Recipient, priced: bool) -> Decision:
        for rule in RULES:
            code = rule(self._asked, recipient, priced)
            if code is not None:
                return Decision(code, None, None)
        if self._asked.purpose is not Purpose.MARKETING:
            return Decision(Code.SEND, self._asked.gate_now, None)
        return self._in_hours(recipient.zones)

    def _in_hours(self, zones: str) -> Decision:
        asked = self._asked
        hours = self._hours(zones, asked.gate_now)
        if hours.open:
            return Decision(Code.SEND, asked.gate_now, hours.closes_at)
        if hours.opens_at is None:
            return Decision(Code.NO_COMMON_HOUR, None, None)
        # Expiry is real time and the window is the gate's: what they share is how long the wait is.
        wait = hours.opens_at - asked.gate_now
        if asked.expires_at is not None and asked.real_now + wait >= asked.expires_at:
            return Decision(Code.EXPIRED, None, None)
        return Decision(Code.DEFERRED_HOURS, hours.opens_at, hours.closes_at)


async def sender_facts(
    conn: Connection, workspace_id: int, sender_ids: Sequence[UUID]
) -> dict[UUID, SenderFacts]:
    """The senders that exist, by id, with the route each uses."""
    return await repo.sender_facts(conn, workspace_id, sender_ids)


async def recipients_of_phones(conn: Connection, workspace_id: int, phones: Sequence[int]) -> list[Recipient]:
    """Facts on each number, in order."""
    return await repo.recipients_of_phones(conn, workspace_id, phones)


async def groups_of_contacts(
    conn: Connection, workspace_id: int, contact_ids: str, phones: str, variables: Sequence[str]
) -> list[Group]:
    """Facts on each contact with the number it had, and its values of these variables (but `phone`, which is
    a fact). Both arrays in PostgreSQL's text form, as `{1,2}`.
    """
    return await repo.groups_of_contacts(conn, workspace_id, contact_ids, phones, variables)
