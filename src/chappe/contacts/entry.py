"""A contact that a person enters or changes by hand."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from chappe.contacts import events
from chappe.contacts.errors import ContactChanged, ContactKnown, NotAFieldName, NotAnEmail
from chappe.contacts.events import By, Deed
from chappe.contacts.model import Contact
from chappe.contacts.names import EMAIL
from chappe.contacts.repo import contact_of
from chappe.contacts.search import indexing
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.kit import phone
from chappe.kit.folding import fold
from chappe.kit.phone import country_of

SQL = load_statements("chappe.contacts")

# What can be an address; whether it is one, only a letter to it tells.
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_FIELD_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_TAKEN: Final = frozenset({"phone", "country", "language"})
LONGEST_VALUE: Final = 2_000


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What a form says. An attribute that is empty is taken away."""

    country: str | None
    language: str | None
    attributes: dict[str, str]


async def home_country(conn: Connection, workspace_id: int) -> str | None:
    """Where numbers without a country code are at home."""
    country: str | None = await conn.fetchval(SQL.home_country, workspace_id)
    return country


def check_email(text: str) -> str:
    """Raises NotAnEmail."""
    if text and not _EMAIL.fullmatch(text):
        raise NotAnEmail("Write the address as name@example.org, or leave it out.", field=EMAIL)
    return text


def field_name(text: str, *, field: str) -> str:
    """How an attribute that a person calls so is named: `Ville préférée` → `ville_preferee`. Raises
    NotAFieldName.
    """
    name = fold(text).replace(" ", "_").encode("ascii", "ignore").decode()
    if not _FIELD_NAME.fullmatch(name) or name in _TAKEN:
        raise NotAFieldName("Begin the name of a field with a letter.", field=field)
    return name


async def check_free(conn: Connection, workspace_id: int, number: int) -> None:
    """Raises ContactKnown when the number is a contact's."""
    if await conn.fetchval(SQL.has_number, workspace_id, number):
        raise ContactKnown("A contact has this number already.", field="phone", phone=phone.to_e164(number))


async def create(
    conn: Connection, workspace_id: int, number: int, zones: str, entry: Entry, by: By
) -> Contact:
    """Raises ContactKnown when the number is a contact's. `zones`: those the number may be in."""
    row = await conn.fetchrow(
        SQL.add_one, workspace_id, number, zones, entry.country or country_of(number), entry.language,
        _kept(entry.attributes),
    )  # fmt: skip
    if row is None:
        raise ContactKnown("A contact has this number already.", field="phone", phone=phone.to_e164(number))
    contact = contact_of(row)
    await indexing.index(conn, workspace_id, [contact.id])
    await events.note(conn, workspace_id, [contact.id], Deed.CREATED, {}, by)
    return contact


async def save(
    conn: Connection, workspace_id: int, before: Contact, seen: datetime, entry: Entry, by: By
) -> tuple[Contact, dict[str, list[str | None]]]:
    """The contact as it is now, and what changed: field → before and after. Raises ContactChanged when it is
    not the one that was `seen`.
    """
    row = await conn.fetchrow(
        SQL.save_one, workspace_id, before.id, seen, entry.country, entry.language, _kept(entry.attributes)
    )
    if row is None:
        raise ContactChanged("Somebody else changed this contact meanwhile. Look at it, and save again.")
    contact = contact_of(row)
    changed = differences(before, contact)
    if changed:
        await indexing.index(conn, workspace_id, [contact.id])
        await events.note(conn, workspace_id, [contact.id], Deed.CHANGED, changed, by)
    return contact, changed


def differences(before: Contact, after: Contact) -> dict[str, list[str | None]]:
    """Field → its value before and after, where they are not the same."""
    old, new = _fields(before), _fields(after)
    return {
        name: [old.get(name), new.get(name)]
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    }


def _fields(contact: Contact) -> dict[str, str | None]:
    return {"country": contact.country, "language": contact.language, **contact.attributes}


def _kept(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name: value.strip() for name, value in attributes.items() if value.strip()}
