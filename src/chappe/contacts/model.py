"""What a contact and a list are."""

from datetime import datetime
from enum import IntEnum, StrEnum
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


class ZoneOrigin(StrEnum):
    """Who says in which zone somebody is, the most trusted first; `prefix`: the number's own candidates."""

    DECLARED = "declared"
    ADDRESS = "address"
    SIGN_UP = "sign_up"
    PREFIX = "prefix"


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A person by their number (E.164 digits). Attribute values are text, in the form of their kind
    (values.py). `zones`: IANA names, spaces between, all of which they may be in. `merged_into`: the contact
    that stands for this one.
    """

    id: int
    phone: int
    state: ContactState
    country: str | None
    language: str | None
    zones: str
    attributes: dict[str, str]
    created_at: datetime
    updated_at: datetime
    external_id: str | None = None
    zone_origin: ZoneOrigin = ZoneOrigin.PREFIX
    merged_into: int | None = None


class ContactList(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    created_at: datetime


class IncomingContact(msgspec.Struct, frozen=True, kw_only=True):
    """What someone says of a contact. Only what is given is written: nothing is erased by its absence.
    A new contact whose country is not told has the country of its number. `zones` hold for a new contact; for
    one that is known where `zone_origin` is no less trusted than what is known.
    """

    phone: int
    zones: str
    country: str | None = None
    language: str | None = None
    attributes: dict[str, str] = {}
    external_id: str | None = None
    zone_origin: ZoneOrigin = ZoneOrigin.PREFIX


class Merged(msgspec.Struct, frozen=True):
    """What became of an IncomingContact. `clash`: nothing was written, because its external id is another
    contact's; `id` is then that contact.
    """

    id: int
    created: bool
    changed: bool
    clash: bool = False


class ContactFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which contacts a page shows; what is None does not filter. A number, a key or
    an external id names one contact."""

    phone: int | None = None
    contact_id: int | None = None
    list_id: UUID | None = None
    external_id: str | None = None
