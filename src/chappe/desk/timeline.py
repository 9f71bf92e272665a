"""A contact's history: everything that happened with them, from every room, in one order.

What people did, consents, suppressions and lists are some dozens a contact and are read whole; messages of
both directions are thousands and are read by page.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from chappe.consent import history
from chappe.consent.history import Held, Proof
from chappe.contacts import events, lists
from chappe.contacts.events import ContactEvent, Deed
from chappe.contacts.model import LIST_ID, Contact
from chappe.db.pool import Connection
from chappe.desk import message_log
from chappe.desk.message_log import LogRow
from chappe.events import service as happenings
from chappe.events.model import Event
from chappe.kit.ids import parse_public_id
from chappe.messages.inbound import inbound_of
from chappe.messages.model import InboundView
from chappe.messages.service import Filters
from chappe.signup import service as signup
from chappe.tracking.links import service as links
from chappe.tracking.links.service import Clicked

_FEW = 500


class Kind(StrEnum):
    """What happened; in order of rank at one instant, the later first."""

    SENT = "sent"
    RECEIVED = "received"
    CLICKED = "clicked"
    DID = "did"
    LIFTED = "lifted"
    SUPPRESSED = "suppressed"
    CONSENT = "consent"
    JOINED = "joined"
    DEED = "deed"
    ADDED = "added"


_RANK = {kind: rank for rank, kind in enumerate(reversed(Kind))}


class Happened(NamedTuple):
    """One event; of the fields behind `id` the one of its kind is there."""

    at: datetime
    kind: Kind
    id: int
    message: LogRow | None = None
    inbound: InboundView | None = None
    click: Clicked | None = None
    event: Event | None = None
    proof: Proof | None = None
    held: Held | None = None
    deed: ContactEvent | None = None
    list_name: str = ""
    list_id: UUID | None = None

    @property
    def place(self) -> tuple[datetime, int, int]:
        return (self.at, _RANK[self.kind], self.id)


class Older(NamedTuple):
    """Where a page ended: the place of its last event, and the lowest ids of messages that were shown."""

    at: datetime
    rank: int
    id: int
    outbound: int
    inbound: int


_TOP = 2**63 - 1
_END = (datetime.max.replace(tzinfo=UTC), _TOP)


class History(NamedTuple):
    """A page of it, the newest first. `imports`: names of the files that it speaks of."""

    events: Sequence[Happened]
    older: Older | None
    imports: Mapping[UUID, str]


async def page(
    conn: Connection,
    workspace_id: int,
    contact: Contact,
    *,
    older: Older | None,
    limit: int,
    gate_now: datetime,
) -> History:
    """At most `limit` events, older than the last one shown."""
    outbound, inbound = (older.outbound, older.inbound) if older else (_TOP, _TOP)
    found = [each async for each in _few(conn, workspace_id, contact)]
    if older is not None:
        found = [each for each in found if each.place < (older.at, older.rank, older.id)]
    ours = await message_log.page(
        conn, workspace_id, Filters(to=contact.phone), after=outbound, limit=limit + 1, gate_now=gate_now
    )
    theirs = await inbound_of(conn, workspace_id, contact.phone, below=inbound, limit=limit + 1)
    found += [
        Happened(one.at, Kind.DID, one.id, event=one)
        for one in await happenings.done_before(
            conn, workspace_id, contact.id, _before(older, Kind.DID), limit + 1
        )
    ]
    found += [
        Happened(one.at, Kind.CLICKED, one.id, click=one)
        for one in await links.clicked_by(
            conn, workspace_id, contact.id, _before(older, Kind.CLICKED) or _END, limit + 1
        )
    ]
    found += [Happened(row.message.created_at, Kind.SENT, row.message.id, message=row) for row in ours]
    found += [Happened(text.received_at, Kind.RECEIVED, text.id, inbound=text) for text in theirs]
    found.sort(key=lambda each: each.place, reverse=True)
    shown = found[:limit]
    end = _end(shown, outbound, inbound) if len(found) > limit else None
    return History(shown, end, await _imports(conn, workspace_id, shown))


def _before(older: Older | None, kind: Kind) -> tuple[datetime, int] | None:
    """The place in what is read by page from which it goes on: at one instant, kinds have their ranks."""
    if older is None:
        return None
    rank = _RANK[kind]
    return (older.at, older.id if rank == older.rank else _TOP if rank < older.rank else 0)


async def _few(conn: Connection, workspace_id: int, contact: Contact) -> AsyncIterator[Happened]:
    """Everything but the messages."""
    deeds = await events.of_contact(conn, workspace_id, contact.id, None, _FEW)
    named = await lists.names(conn, workspace_id, list(_lists_of(deeds)))
    for deed in deeds:
        list_id = parse_public_id(LIST_ID, str(deed.body.get("list", "")))
        name = named.get(list_id, "") if list_id else ""
        yield Happened(deed.at, Kind.DEED, deed.id, deed=deed, list_id=list_id, list_name=name)
    by_people = {
        parse_public_id(LIST_ID, str(deed.body.get("list", ""))) for deed in deeds if deed.kind is Deed.JOINED
    }
    for on in await lists.of_contact(conn, workspace_id, contact.id):
        if on.list_id not in by_people:
            yield Happened(
                on.added_at, Kind.JOINED, on.list_id.int >> 65, list_name=on.name, list_id=on.list_id
            )
    for proof in await history.proofs(conn, workspace_id, contact.id):
        yield Happened(proof.at, Kind.CONSENT, proof.id, proof=proof)
    for held in await history.suppressions(conn, workspace_id, contact.phone):
        yield Happened(held.created_at, Kind.SUPPRESSED, held.id, held=held)
        if held.lifted_at is not None:
            yield Happened(held.lifted_at, Kind.LIFTED, held.id, held=held)
    if not any(deed.kind is Deed.CREATED for deed in deeds):
        yield Happened(contact.created_at, Kind.ADDED, contact.id)


def _lists_of(deeds: Sequence[ContactEvent]) -> Iterator[UUID]:
    for deed in deeds:
        list_id = parse_public_id(LIST_ID, str(deed.body.get("list", "")))
        if list_id is not None:
            yield list_id


def _end(shown: Sequence[Happened], outbound: int, inbound: int) -> Older:
    return Older(
        *shown[-1].place,
        min((each.id for each in shown if each.kind is Kind.SENT), default=outbound),
        min((each.id for each in shown if each.kind is Kind.RECEIVED), default=inbound),
    )


async def _imports(conn: Connection, workspace_id: int, shown: Sequence[Happened]) -> dict[UUID, str]:
    ids = {each.proof.import_id for each in shown if each.proof and each.proof.import_id}
    return {key: (await signup.get_import(conn, workspace_id, key)).filename for key in ids}
