"""What contacts and lists look like outside."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec

from chappe.api.bodies import Input, Name
from chappe.contacts.attributes.values import Shape, typed
from chappe.contacts.model import CONTACT_ID, LIST_ID, Contact, ContactList, ZoneOrigin
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
    """A contact. `zones`: every time zone they may be in, as `zone_origin` says: it was declared, is that of
    the address or of the sign-up, or the number may be there. `attributes`: a number, a boolean or a list
    where the attribute is one, else a text. `merged_into`: the contact that stands for this one.
    """

    id: str
    phone: str
    external_id: str | None
    state: str
    country: str | None
    language: str | None
    zones: list[str]
    zone_origin: ZoneOrigin
    attributes: dict[str, str | int | float | bool | list[str]]
    created_at: datetime
    updated_at: datetime
    merged_into: str | None


def list_view(known: ContactList) -> ListView:
    return ListView(id=public_id(LIST_ID, known.id), name=known.name, created_at=known.created_at)


def list_detail(known: ContactList, contacts: int) -> ListDetail:
    return ListDetail(
        id=public_id(LIST_ID, known.id), name=known.name, created_at=known.created_at, contacts=contacts
    )


def contact_view(contact: Contact, ids: IdCipher, shaped: Mapping[str, Shape]) -> ContactView:
    """`shaped`: what the values of each attribute may be."""
    return ContactView(
        id=ids.encode(CONTACT_ID, contact.id),
        phone=to_e164(contact.phone),
        external_id=contact.external_id,
        state=contact.state.label,
        country=contact.country,
        language=contact.language,
        zones=contact.zones.split(),
        zone_origin=contact.zone_origin,
        attributes={
            name: typed(shaped.get(name, Shape()), text) for name, text in contact.attributes.items()
        },
        created_at=contact.created_at,
        updated_at=contact.updated_at,
        merged_into=None if contact.merged_into is None else ids.encode(CONTACT_ID, contact.merged_into),
    )
