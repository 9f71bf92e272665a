"""What a contact and a list are."""

from datetime import datetime
from enum import IntEnum
from uuid import UUID

import msgspec

# Prefixes of ids outside.
CONTACT_ID, LIST_ID = "con", "lst"


class ContactState(IntEnum):
    """As stored; `label` is the word outside."""

    ACTIVE = 1
    BLOCKED = 2
    ARCHIVED = 3

    @property
    def label(self) -> str:
        return self.name.lower()


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A person by their number (E.164 digits). Attribute values are text, as they were given."""

    id: int
    phone: int
    state: ContactState
    country: str | None
    language: str | None
    zones: str
    attributes: dict[str, str]
    created_at: datetime
    updated_at: datetime


class ContactList(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    created_at: datetime


class IncomingContact(msgspec.Struct, frozen=True, kw_only=True):
    """What someone says of a contact. Only what is given is written: nothing is erased by its absence.
    A new contact whose country is not told has the country of its number.
    """

    phone: int
    zones: str
    country: str | None = None
    language: str | None = None
    attributes: dict[str, str] = {}


class Merged(msgspec.Struct, frozen=True):
    """What became of an IncomingContact."""

    id: int
    created: bool
    changed: bool


class ContactFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which contacts a page shows; what is None does not filter. A number or a key names one contact."""

    phone: int | None = None
    contact_id: int | None = None
    list_id: UUID | None = None
