"""What contacts and lists look like outside."""

from datetime import datetime
from typing import Annotated

import msgspec

from chappe.api.bodies import Input, Name
from chappe.contacts.model import CONTACT_ID, LIST_ID, Contact, ContactList
from chappe.kit.ids import IdCipher, public_id
from chappe.kit.phone import to_e164

MOST_MEMBERS = 1000

Phone = Annotated[str, msgspec.Meta(min_length=1, max_length=40, description="In E.164: +33612345678.")]


class NewList(Input, frozen=True, kw_only=True):
    name: Name


class ListView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    created_at: datetime


class ListDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A list and how many contacts are on it."""

    id: str
    name: str
    created_at: datetime
    contacts: int


class NewMembers(Input, frozen=True, kw_only=True):
    """Numbers of contacts that exist."""

    phones: Annotated[list[Phone], msgspec.Meta(min_length=1, max_length=MOST_MEMBERS)]


class MembersView(msgspec.Struct, frozen=True, kw_only=True):
    """`added` were not on the list before; `unknown` are numbers of nobody."""

    added: int
    unknown: list[str]


class ContactView(msgspec.Struct, frozen=True, kw_only=True):
    """A contact. `zones`: every time zone the number may be in."""

    id: str
    phone: str
    state: str
    country: str | None
    language: str | None
    zones: list[str]
    attributes: dict[str, str]
    created_at: datetime
    updated_at: datetime


def list_view(known: ContactList) -> ListView:
    return ListView(id=public_id(LIST_ID, known.id), name=known.name, created_at=known.created_at)


def list_detail(known: ContactList, contacts: int) -> ListDetail:
    return ListDetail(
        id=public_id(LIST_ID, known.id), name=known.name, created_at=known.created_at, contacts=contacts
    )


def contact_view(contact: Contact, ids: IdCipher) -> ContactView:
    return ContactView(
        id=ids.encode(CONTACT_ID, contact.id),
        phone=to_e164(contact.phone),
        state=contact.state.label,
        country=contact.country,
        language=contact.language,
        zones=contact.zones.split(),
        attributes=contact.attributes,
        created_at=contact.created_at,
        updated_at=contact.updated_at,
    )
