"""A contact that a person enters or changes by hand."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from chappe.contacts import events
from chappe.contacts.errors import (
    ContactChanged,
    ContactKnown,
    ExternalIdTaken,
    NotAFieldName,
    NotAnEmail,
    NotAnExternalId,
)
from chappe.contacts.events import By, Deed
from chappe.contacts.model import Contact, ZoneOrigin
from chappe.contacts.names import EMAIL
from chappe.contacts.repo import by_external_id, contact_of
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
OWN_FIELDS: Final = ("phone", "external_id", "country", "language", "zone")
"""What a contact has beside attributes, as imports and forms name it."""
LONGEST_EXTERNAL_ID: Final = 200


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What a form says. An attribute that is empty is taken away. `zones` with who says so: those of the
    number when nothing better is known.
    """

    country: str | None
    language: str | None
    attributes: dict[str, str]
    external_id: str | None = None
    zones: str = ""
    zone_origin: ZoneOrigin = ZoneOrigin.PREFIX


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
    if not _FIELD_NAME.fullmatch(name) or name in OWN_FIELDS:
        raise NotAFieldName("Begin the name of a field with a letter.", field=field)
    return name


async def check_free(conn: Connection, workspace_id: int, number: int) -> None:
    """Raises ContactKnown when the number is a contact's."""
    if await conn.fetchval(SQL.has_number, workspace_id, number):
        raise ContactKnown("A contact has this number already.", field="phone", phone=phone.to_e164(number))


def check_external_id(text: str, *, field: str = "external_id") -> str | None:
    """As it is kept, None when there is none. Raises NotAnExternalId."""
    kept = text.strip()
    if len(kept) > LONGEST_EXTERNAL_ID or not kept.isprintable():
        raise NotAnExternalId(f"An external id has {LONGEST_EXTERNAL_ID} characters at most.", field=field)
    return kept or None


async def check_id_free(
    conn: Connection, workspace_id: int, external_id: str | None, contact_id: int | None = None
) -> None:
    """Raises ExternalIdTaken when it is that of another contact than `contact_id`."""
    if external_id is None:
        return
    owner = (await by_external_id(conn, workspace_id, [external_id])).get(external_id)
    if owner is not None and owner != contact_id:
        raise ExternalIdTaken(
            f"Another contact has the external id {external_id} already.", field="external_id"
        )


async def create(conn: Connection, workspace_id: int, number: int, entry: Entry, by: By) -> Contact:
    """Raises ContactKnown when the number is a contact's, ExternalIdTaken."""
    await check_id_free(conn, workspace_id, entry.external_id)
    row = await conn.fetchrow(
        SQL.add_one, workspace_id, number, entry.zones, entry.country or country_of(number), entry.language,
        _kept(entry.attributes), entry.external_id, entry.zone_origin,
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
    not the one that was `seen`, ExternalIdTaken.
    """
    await check_id_free(conn, workspace_id, entry.external_id, before.id)
    row = await conn.fetchrow(
        SQL.save_one, workspace_id, before.id, seen, entry.country, entry.language, _kept(entry.attributes),
        entry.external_id, entry.zones, entry.zone_origin,
    )  # fmt: skip
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
    return {
        "country": contact.country,
        "language": contact.language,
        "external_id": contact.external_id,
        # What a number or an address tells follows from them.
        "zone": contact.zones if contact.zone_origin is ZoneOrigin.DECLARED else None,
        **contact.attributes,
    }


def _kept(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name: value.strip() for name, value in attributes.items() if value.strip()}
