"""REST: POST and PATCH /v1/contacts. A contact who comes this way has agreed to nothing yet."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Final

import msgspec
from litestar import patch, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.bodies import Input
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, Ids
from chappe.contacts import entry
from chappe.contacts import service as contacts
from chappe.contacts import shapes as contact_shapes
from chappe.contacts.attributes import service as attributes
from chappe.contacts.attributes.model import Attribute
from chappe.contacts.attributes.values import Kind, plain
from chappe.contacts.entry import Entry
from chappe.contacts.events import By
from chappe.contacts.model import CONTACT_ID, IncomingContact, ZoneOrigin
from chappe.contacts.shapes import ContactView, Phone
from chappe.db.pool import Connection
from chappe.kit.phone import is_country, parse_international
from chappe.signup.errors import UnknownCountry
from chappe.signup.whereabouts import POSTCODE, declared, whereabouts

_TAGS = ["Contacts"]
_MOST: Final = 1_000
_BY: Final = By(None, "API")

_Value = str | int | float | bool | list[str] | None
_Attributes = Annotated[dict[str, _Value], msgspec.Meta(max_length=200)]
_ExternalId = Annotated[str, msgspec.Meta(max_length=200)]
_Zone = Annotated[str, msgspec.Meta(max_length=100, description="Declared: an IANA name, Europe/Paris.")]
_Language = Annotated[str, msgspec.Meta(pattern="^[a-z]{2,3}$", description="ISO 639: fr.")]
_Country = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$", description="ISO 3166: FR.")]


class NewContact(Input, frozen=True, kw_only=True):
    """Values of attributes fit their kind; one that is not known becomes an attribute of the kind of its
    value. `phone`: international (+33612345678), or as it is written in `country`.
    """

    phone: Phone
    external_id: _ExternalId | None = None
    language: _Language | None = None
    country: _Country | None = None
    zone: _Zone | None = None
    attributes: _Attributes = msgspec.field(default_factory=dict)


class NewContacts(Input, frozen=True, kw_only=True):
    contacts: Annotated[list[NewContact], msgspec.Meta(min_length=1, max_length=_MOST)]


class ContactChanges(Input, frozen=True, kw_only=True):
    """What is left out stays; null takes away. Of attributes, those that are named."""

    external_id: _ExternalId | msgspec.UnsetType | None = msgspec.UNSET
    language: _Language | msgspec.UnsetType | None = msgspec.UNSET
    country: _Country | msgspec.UnsetType | None = msgspec.UNSET
    zone: _Zone | msgspec.UnsetType | None = msgspec.UNSET
    attributes: _Attributes = msgspec.field(default_factory=dict)


class TakenView(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is null where the external id is of one contact and the number of another: nothing was written."""

    id: str | None
    created: bool
    changed: bool


class TakenViews(msgspec.Struct, frozen=True, kw_only=True):
    """One for each contact, in their order."""

    data: list[TakenView]


@post("/contacts", guards=[needs(Scope.CONTACTS_WRITE)], summary="Add a contact", tags=_TAGS)
async def create_contact(data: JSONBody[NewContact], caller: Asking, conn: Conn, ids: Ids) -> ContactView:
    """Without any consent: for that, people join by a form, a keyword or an import that states it."""
    here = caller.workspace_id
    told = _told(data, await attributes.known(conn, here), "")
    await _know(conn, here, data.attributes)
    stated = Entry(
        country=told.country,
        language=told.language,
        attributes=told.attributes,
        external_id=told.external_id,
        zones=told.zones,
        zone_origin=told.zone_origin,
    )
    made = await entry.create(conn, here, told.phone, stated, _BY)
    return contact_shapes.contact_view(made, ids, await attributes.shapes(conn, here))


@post(
    "/contacts/batch",
    guards=[needs(Scope.CONTACTS_WRITE)],
    summary="Add or complete contacts",
    tags=_TAGS,
    status_code=200,
)
async def take_contacts(data: JSONBody[NewContacts], caller: Asking, conn: Conn, ids: Ids) -> TakenViews:
    """Up to 1,000. Who is known, by number, is completed: nothing is taken away. Of one number that comes
    twice, the last is right.
    """
    here = caller.workspace_id
    known = await attributes.known(conn, here)
    read = [_told(one, known, f"contacts[{at}].") for at, one in enumerate(data.contacts)]
    named = {name: value for one in data.contacts for name, value in one.attributes.items()}
    await _know(conn, here, named)
    distinct = {one.phone: one for one in read}
    merged = await contacts.merge(conn, here, list(distinct.values()))
    answers = dict(zip(distinct, merged, strict=True))
    return TakenViews(
        data=[
            TakenView(
                id=None if answers[one.phone].clash else ids.encode(CONTACT_ID, answers[one.phone].id),
                created=answers[one.phone].created,
                changed=answers[one.phone].changed,
            )
            for one in read
        ]
    )


@patch(
    "/contacts/{contact_id:str}",
    guards=[needs(Scope.CONTACTS_WRITE)],
    summary="Change a contact",
    tags=_TAGS,
)
async def change_contact(
    contact_id: FromPath[str], data: JSONBody[ContactChanges], caller: Asking, conn: Conn, ids: Ids
) -> ContactView:
    """The number is who they are: it cannot be changed. Two contacts of one person are merged."""
    here = caller.workspace_id
    before = await contacts.get_contact(conn, here, ids.decode(CONTACT_ID, contact_id))
    known = await attributes.known(conn, here)
    given = attributes.fitted(_texts(data.attributes), known, field="attributes.")
    await _know(conn, here, data.attributes)
    kept = before.attributes | given
    country = before.country if data.country is msgspec.UNSET else _country(data.country, "country")
    zone = before.zones if before.zone_origin is ZoneOrigin.DECLARED else None
    if data.zone is not msgspec.UNSET:
        zone = declared(data.zone, "zone")
    postcode = kept.get(POSTCODE, "")
    zones, origin = whereabouts(before.phone, zone, country, postcode, before)
    external_id = before.external_id
    if data.external_id is not msgspec.UNSET:
        external_id = entry.check_external_id(data.external_id or "")
    stated = Entry(
        country=country,
        language=before.language if data.language is msgspec.UNSET else data.language,
        attributes=kept,
        external_id=external_id,
        zones=zones,
        zone_origin=origin,
    )
    after, _ = await entry.save(conn, here, before, before.updated_at, stated, _BY)
    return contact_shapes.contact_view(after, ids, await attributes.shapes(conn, here))


def _told(data: NewContact, known: Mapping[str, Attribute], place: str) -> IncomingContact:
    country = _country(data.country, f"{place}country")
    phone = parse_international(data.phone, country=country, field=f"{place}phone")
    values = attributes.fitted(_texts(data.attributes), known, field=f"{place}attributes.")
    zone = declared(data.zone, f"{place}zone")
    zones, origin = whereabouts(phone, zone, country, values.get(POSTCODE, ""))
    return IncomingContact(
        phone=phone,
        zones=zones,
        zone_origin=origin,
        country=country,
        language=data.language,
        external_id=entry.check_external_id(data.external_id or "", field=f"{place}external_id"),
        attributes={name: text for name, text in values.items() if text},
    )


async def _know(conn: Connection, workspace_id: int, values: Mapping[str, _Value]) -> None:
    """What is named for the first time is an attribute from now on, of the kind of its value."""
    labels = {entry.field_name(name, field=f"attributes.{name}"): name for name in values}
    kinds = {name: _kind(values[label]) for name, label in labels.items()}
    await attributes.name_them(conn, workspace_id, labels, kinds)


def _texts(values: Mapping[str, _Value]) -> dict[str, str]:
    """As attributes keep them; those of attributes that are not known are kept like this."""
    return {
        entry.field_name(name, field=f"attributes.{name}"): _text(value) for name, value in values.items()
    }


def _text(value: _Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return plain(Decimal(repr(value)))
    if isinstance(value, list):
        return msgspec.json.encode(value).decode() if value else ""
    return value or ""


def _kind(value: _Value) -> Kind:
    if isinstance(value, bool):
        return Kind.BOOLEAN
    if isinstance(value, int | float):
        return Kind.NUMBER
    return Kind.LIST if isinstance(value, list) else Kind.TEXT


def _country(code: str | None, field: str) -> str | None:
    if code is not None and not is_country(code):
        raise UnknownCountry(f"{code} is no country with telephone numbers. Write its ISO code.", field=field)
    return code


routes: list[ControllerRouterHandler] = [create_contact, take_contacts, change_contact]
