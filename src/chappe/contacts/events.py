"""What people do to contacts: kept for the contact's history, and to be undone."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from chappe.contacts.model import ContactState
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.contacts")


class Deed(StrEnum):
    """As stored in contact_event.kind."""

    CREATED = "created"
    CHANGED = "changed"
    ARCHIVED = "archived"
    RESTORED = "restored"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    JOINED = "joined"
    LEFT = "left"
    NOTED = "noted"
    MERGED = "merged"
    UNMERGED = "unmerged"


# A deed on a contact's state: the state it needs, and the one it leads to.
TURNS = {
    Deed.ARCHIVED: (ContactState.ACTIVE, ContactState.ARCHIVED),
    Deed.RESTORED: (ContactState.ARCHIVED, ContactState.ACTIVE),
    Deed.BLOCKED: (ContactState.ACTIVE, ContactState.BLOCKED),
    Deed.UNBLOCKED: (ContactState.BLOCKED, ContactState.ACTIVE),
}
OPPOSITE = {
    Deed.ARCHIVED: Deed.RESTORED,
    Deed.RESTORED: Deed.ARCHIVED,
    Deed.BLOCKED: Deed.UNBLOCKED,
    Deed.UNBLOCKED: Deed.BLOCKED,
    Deed.JOINED: Deed.LEFT,
    Deed.LEFT: Deed.JOINED,
}


class By(NamedTuple):
    """The person who does it, and the bulk action it belongs to."""

    person_id: UUID | None
    person: str
    bulk_id: UUID | None = None


class ContactEvent(msgspec.Struct, frozen=True, kw_only=True):
    """`body`: for `changed` the fields before and after, for `joined` and `left` the list, for `noted` the
    text.
    """

    id: int
    kind: Deed
    body: dict[str, Any]
    person: str | None
    at: datetime
    person_id: UUID | None = None


async def turn(
    conn: Connection, workspace_id: int, contact_ids: Sequence[int], deed: Deed, by: By
) -> list[int]:
    """Archive, restore, block or unblock; the keys of those that were in the state it needs."""
    before, after = TURNS[deed]
    rows = await conn.fetch(SQL.turn, workspace_id, sorted(contact_ids), int(before), int(after))
    turned = [row["id"] for row in rows]
    await note(conn, workspace_id, turned, deed, {}, by)
    return turned


async def note(
    conn: Connection,
    workspace_id: int,
    contact_ids: Sequence[int],
    deed: Deed,
    body: dict[str, Any],
    by: By,
) -> None:
    """The same event for each of these contacts."""
    if contact_ids:
        await conn.execute(
            SQL.add_events, workspace_id, contact_ids, deed, body, by.person_id, by.person, by.bulk_id
        )


async def of_contact(
    conn: Connection, workspace_id: int, contact_id: int, before: datetime | None, limit: int
) -> list[ContactEvent]:
    """The newest first, older than `before`."""
    rows = await conn.fetch(SQL.events_of_contact, workspace_id, contact_id, before, limit)
    return [
        ContactEvent(
            id=row["id"],
            kind=Deed(row["kind"]),
            body=row["body"],
            person=row["person"],
            at=row["at"],
            person_id=row["person_id"],
        )
        for row in rows
    ]


async def ids_of_bulk(
    conn: Connection, workspace_id: int, bulk_id: UUID, after: int, limit: int
) -> list[int]:
    """Keys of the contacts that a bulk action changed, in order, behind a key."""
    rows = await conn.fetch(SQL.contacts_of_bulk, workspace_id, bulk_id, after, limit)
    return [row["contact_id"] for row in rows]
