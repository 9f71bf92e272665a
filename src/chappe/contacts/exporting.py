"""Contacts as rows of a file that an import takes back without loss.

The first columns are named as an import knows them, then come the attributes under their own names. Columns
that begin with `chappe_` are no attributes: by `chappe_id` an import knows the file for one of ours, and
reads the names and values of the others to the letter.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from chappe.contacts import repo
from chappe.contacts.attributes.values import Shape, typed
from chappe.contacts.model import CONTACT_ID, Contact, ZoneOrigin
from chappe.contacts.search import finding
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.kit.ids import IdCipher
from chappe.kit.phone import to_e164

SQL = load_statements("chappe.contacts")

_KNOWN: Final = ("phone", "external_id", "country", "language", "zone")
_OURS: Final = ("chappe_lists", "chappe_id", "chappe_state", "chappe_consent", "chappe_added")


class Person(NamedTuple):
    """A contact with what stands beside it: names of their lists, their marketing consent."""

    contact: Contact
    lists: Sequence[str]
    consent: str


async def people(conn: Connection, workspace_id: int, contact_ids: Sequence[int]) -> list[Person]:
    """Those of them that exist, in order of key."""
    found = await repo.by_id(conn, workspace_id, contact_ids)
    consents = await finding.consents(conn, workspace_id, contact_ids)
    lists: dict[int, list[str]] = {}
    for row in await conn.fetch(SQL.lists_of_contacts, workspace_id, contact_ids):
        lists.setdefault(row["contact_id"], []).append(row["name"])
    return [Person(one, lists.get(one.id, []), consents.get(one.id, "none")) for one in found]


class Sheet:
    """How a file of contacts of one workspace is laid out."""

    def __init__(self, attributes: Mapping[str, Shape], ids: IdCipher) -> None:
        """`attributes`: what the values of each may be, by name."""
        self._attributes = attributes
        self._ids = ids
        self.heads: list[str] = [*_KNOWN, *self._attributes, *_OURS]

    def cells(self, person: Person) -> list[str]:
        """A line of the file, in the order of `heads`."""
        contact = person.contact
        return [
            to_e164(contact.phone),
            contact.external_id or "",
            contact.country or "",
            contact.language or "",
            # What an address or the number tells, it tells again.
            contact.zones if contact.zone_origin is ZoneOrigin.DECLARED else "",
            *(contact.attributes.get(name, "") for name in self._attributes),
            msgspec.json.encode(person.lists).decode() if person.lists else "",
            self._ids.encode(CONTACT_ID, contact.id),
            contact.state.label,
            person.consent,
            contact.created_at.isoformat(),
        ]

    def record(self, person: Person) -> Mapping[str, Any]:
        """The same as an object, for programs."""
        contact = person.contact
        return {
            "id": self._ids.encode(CONTACT_ID, contact.id),
            "phone": to_e164(contact.phone),
            "external_id": contact.external_id,
            "state": contact.state.label,
            "country": contact.country,
            "language": contact.language,
            "zones": contact.zones.split(),
            "zone_origin": contact.zone_origin,
            "attributes": {
                name: typed(self._attributes.get(name, Shape()), text)
                for name, text in contact.attributes.items()
            },
            "lists": person.lists,
            "marketing_consent": person.consent,
            "created_at": contact.created_at,
            "updated_at": contact.updated_at,
        }


async def keys(
    conn: Connection, workspace_id: int, list_id: UUID | None, *, after: int, limit: int
) -> list[int]:
    """Of everybody who is not archived, or of a list's members, in order behind a key: also of those who are
    not found by name yet.
    """
    if list_id is None:
        rows = await conn.fetch(SQL.keys_behind, workspace_id, after, limit)
    else:
        rows = await conn.fetch(SQL.member_keys_behind, workspace_id, list_id, after, limit)
    return [row["id"] for row in rows]


async def count(conn: Connection, workspace_id: int, list_id: UUID | None) -> int:
    """How many `keys` gives."""
    if list_id is None:
        return int(await conn.fetchval(SQL.count_keys, workspace_id))
    return int(await conn.fetchval(SQL.count_member_keys, workspace_id, list_id))
