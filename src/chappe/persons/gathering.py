"""Everything that is kept of one person, out of every room: what an access request is answered with."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from chappe.accounts import audit
from chappe.audience import service as audience
from chappe.consent import history, log
from chappe.contacts import events as deeds
from chappe.contacts import lists
from chappe.contacts import service as contacts
from chappe.contacts.model import CONTACT_ID, Contact
from chappe.db.pool import Connection
from chappe.events import service as events
from chappe.gate.rulings import rulings_of
from chappe.kit.ids import IdCipher
from chappe.kit.phone import to_e164
from chappe.messages import service as messages
from chappe.messages.inbound import inbound_of
from chappe.messages.service import Filters
from chappe.persons.erasure import Who

_TOP: Final = 2**63 - 1
_AT_ONCE: Final = 1_000
_SEGMENTS: Final = 200
_DEEDS: Final = 10_000

Rows = Sequence[Mapping[str, Any]]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """As the archive's JSON has it; each of the sequences is a CSV file as well."""

    contact: Mapping[str, Any] | None
    numbers: Sequence[str]
    lists: Rows
    segments: Rows
    consents: Rows
    suppressions: Rows
    messages: Rows
    received: Rows
    events: Rows
    history: Rows
    audit: Rows


async def gather(
    conn: Connection, workspace_id: int, who: Who, ids: IdCipher, now: datetime, gate_now: datetime
) -> Told:
    """Read by the worker, as the engine role; who was never a contact has no contact."""
    found: Contact | None = None
    if who.contact_ids:
        found = await contacts.get_contact(conn, workspace_id, who.contact_ids[0])
    key = None if found is None else found.id
    return Told(
        contact=None if found is None else _contact(found, ids),
        numbers=[to_e164(phone) for phone in who.phones],
        lists=await _lists(conn, workspace_id, who),
        segments=[] if key is None else await _segments(conn, workspace_id, key, now),
        consents=[
            # Moments as they are: the page tells them in the person's zone, and JSON writes them itself.
            msgspec.to_builtins(line, builtin_types=(datetime, date, UUID))
            for line in await log.of_person(conn, workspace_id, who.contact_ids, who.phones)
        ],
        suppressions=[
            _suppression(phone, held)
            for phone in who.phones
            for held in await history.suppressions(conn, workspace_id, phone)
        ],
        messages=[
            row for phone in who.phones for row in await _sent(conn, workspace_id, phone, ids, gate_now)
        ],
        received=[row for phone in who.phones for row in await _received(conn, workspace_id, phone)],
        events=[row for each in who.contact_ids for row in await _events(conn, workspace_id, each)],
        history=[row for each in who.contact_ids for row in await _history(conn, workspace_id, each)],
        audit=[row for each in who.contact_ids for row in await _audit(conn, workspace_id, each, ids)],
    )


def _contact(found: Contact, ids: IdCipher) -> Mapping[str, Any]:
    return {
        "id": ids.encode(CONTACT_ID, found.id),
        "phone": to_e164(found.phone),
        "state": found.state.label,
        "country": found.country,
        "language": found.language,
        "zones": found.zones.split(),
        "attributes": found.attributes,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
    }


async def _lists(conn: Connection, workspace_id: int, who: Who) -> Rows:
    return [
        {"name": on.name, "since": on.added_at}
        for key in who.contact_ids
        for on in await lists.of_contact(conn, workspace_id, key)
    ]


async def _segments(conn: Connection, workspace_id: int, contact_id: int, now: datetime) -> Rows:
    """Those they are in at this moment."""
    inside = []
    for segment in await audience.page(conn, workspace_id, after=None, limit=_SEGMENTS):
        rule = await audience.compiled(conn, workspace_id, segment.rule, now, of=segment.id)
        if (await audience.explain(conn, rule, contact_id))[0]:
            inside.append({"name": segment.name})
    return inside


def _suppression(phone: int, held: history.Held) -> Mapping[str, Any]:
    return {
        "number": to_e164(phone),
        "scope": held.scope,
        "reason": held.reason,
        "source": held.source,
        "since": held.created_at,
        "lifted_at": held.lifted_at,
    }


async def _sent(conn: Connection, workspace_id: int, phone: int, ids: IdCipher, gate_now: datetime) -> Rows:
    """With why each left, or did not."""
    rows: list[Mapping[str, Any]] = []
    after: int | None = None
    while True:
        found = await messages.list_page(
            conn, workspace_id, Filters(to=phone), after=after, limit=_AT_ONCE, gate_now=gate_now
        )
        why = await rulings_of(conn, [one.decision for one in found])
        rows += [
            {
                "id": ids.encode("msg", one.id),
                "at": one.created_at,
                "to": to_e164(one.phone),
                "purpose": one.purpose.label,
                "text": one.body,
                "state": one.state.label,
                "reason": one.reason,
                "decision": why[one.decision].code.reason if one.decision in why else None,
                "submitted_at": one.submitted_at,
                "done_at": one.done_at,
            }
            for one in found
        ]
        if len(found) < _AT_ONCE:
            return rows
        after = found[-1].id


async def _received(conn: Connection, workspace_id: int, phone: int) -> Rows:
    """What they wrote."""
    rows: list[Mapping[str, Any]] = []
    below = _TOP
    while True:
        found = await inbound_of(conn, workspace_id, phone, below=below, limit=_AT_ONCE)
        rows += [
            {"at": one.received_at, "to": one.destination, "text": one.body, "taken_for": one.reading}
            for one in found
        ]
        if len(found) < _AT_ONCE:
            return rows
        below = found[-1].id


async def _events(conn: Connection, workspace_id: int, contact_id: int) -> Rows:
    rows: list[Mapping[str, Any]] = []
    before: int | None = None
    while True:
        found = await events.of_contact(conn, workspace_id, contact_id, before=before, limit=_AT_ONCE)
        rows += [{"at": one.at, "name": one.name, "properties": one.properties} for one in found]
        if len(found) < _AT_ONCE:
            return rows
        before = found[-1].id


async def _history(conn: Connection, workspace_id: int, contact_id: int) -> Rows:
    """What colleagues did with the contact, notes too; who they are is their own affair."""
    found = await deeds.of_contact(conn, workspace_id, contact_id, None, _DEEDS)
    return [{"at": one.at, "what": one.kind.value, "details": one.body} for one in found]


async def _audit(conn: Connection, workspace_id: int, contact_id: int, ids: IdCipher) -> Rows:
    public = ids.encode(CONTACT_ID, contact_id)
    found = await audit.page(conn, workspace_id, audit.Filters(target=public), limit=_AT_ONCE)
    return [
        {
            "at": one.at,
            "action": one.action,
            "before": one.payload.before if one.payload else None,
            "after": one.payload.after if one.payload else None,
        }
        for one in found
    ]
