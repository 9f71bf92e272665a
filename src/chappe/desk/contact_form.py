"""The form of a contact, read by one rule for the save and for the check while somebody types."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from chappe.contacts import entry
from chappe.contacts.attributes import service as attributes
from chappe.contacts.attributes.model import Attribute
from chappe.contacts.attributes.notation import Notation
from chappe.contacts.attributes.values import LONGEST_VALUE, Kind, items, shown
from chappe.contacts.entry import Entry
from chappe.contacts.model import Contact, ZoneOrigin
from chappe.contacts.names import EMAIL, FIRST_NAME, LAST_NAME
from chappe.kit import phone
from chappe.kit.phone import to_e164
from chappe.rules.service import declared_zone
from chappe.signup.whereabouts import POSTCODE, whereabouts
from chappe.web.forms import Reading, Submitted

# What stands before the name of an attribute in the form.
ATTRIBUTE: Final = "attribute-"
_NAMED: Final = (FIRST_NAME, LAST_NAME, EMAIL)
_LONGEST_NAME: Final = 100
_LONGEST_NUMBER: Final = 40


class Filled(NamedTuple):
    """What the form says, with what is wrong with it. `number` is 0 when it was not read."""

    reading: Reading
    number: int
    entry: Entry


def others(known: Mapping[str, Attribute]) -> list[Attribute]:
    """The attributes without a field of their own."""
    return [one for name, one in known.items() if name not in _NAMED]


def read(
    form: Submitted, known: Mapping[str, Attribute], country: str | None, notation: Notation, *, new: bool
) -> Filled:
    """`known`: the attributes of the workspace; `country` and `notation` of who fills it in; `new`: the
    number is asked.
    """
    reading = Reading(form)
    number = 0
    if new:
        written = reading.text("phone", most=_LONGEST_NUMBER)
        if written:
            with reading.errors.caught():
                number = phone.parse(written, country, field="phone")
    values = {name: reading.text(name, most=_LONGEST_NAME, required=False) for name in _NAMED}
    with reading.errors.caught():
        entry.check_email(values[EMAIL])
    for one in others(known):
        values[one.name] = _value(reading, one, notation)
    added = reading.text("new_value", most=LONGEST_VALUE, required=False)
    if called := reading.text("new_name", most=_LONGEST_NAME, required=bool(added)):
        with reading.errors.caught():
            values[entry.field_name(called, field="new_name")] = added
    external_id = zone = None
    with reading.errors.caught():
        external_id = entry.check_external_id(form.one("external_id"))
    with reading.errors.caught():
        zone = declared_zone(form.one("zone")) if form.one("zone") else None
    stated = Entry(
        country=form.one("country") or None,
        language=form.one("language") or None,
        attributes=values,
        external_id=external_id,
        zones=zone or "",
        zone_origin=ZoneOrigin.DECLARED if zone else ZoneOrigin.PREFIX,
    )
    return Filled(reading, number, stated)


def placed(stated: Entry, number: int, before: Contact | None = None) -> Entry:
    """With the zones that are best known: declared, of the address, those that were known at the sign-up, or
    the number's own.
    """
    zone = stated.zones if stated.zone_origin is ZoneOrigin.DECLARED else None
    postcode = stated.attributes.get(POSTCODE, "")
    zones, origin = whereabouts(number, zone, stated.country, postcode, before)
    return msgspec.structs.replace(stated, zones=zones, zone_origin=origin)


def _value(reading: Reading, attribute: Attribute, notation: Notation) -> str:
    """As it is kept; the many that were checked of a list are one value."""
    field = f"{ATTRIBUTE}{attribute.name}"
    if attribute.kind is Kind.LIST and attribute.options:
        text = msgspec.json.encode([each for each in reading.form.all(field) if each]).decode()
    else:
        text = reading.text(field, most=LONGEST_VALUE, required=False)
    with reading.errors.caught():
        kept = attributes.fitted(
            {attribute.name: text}, {attribute.name: attribute}, notation, field=ATTRIBUTE
        )
        return kept[attribute.name]
    return ""


def of_contact(contact: Contact, known: Mapping[str, Attribute], notation: Notation) -> Submitted:
    """The form as it stands for a contact."""
    pairs = [
        ("phone", to_e164(contact.phone)),
        ("country", contact.country or ""),
        ("language", contact.language or ""),
        ("external_id", contact.external_id or ""),
        ("zone", contact.zones if contact.zone_origin is ZoneOrigin.DECLARED else ""),
        ("seen", contact.updated_at.isoformat()),
    ]
    for name, value in contact.attributes.items():
        field = name if name in _NAMED else f"{ATTRIBUTE}{name}"
        attribute = known.get(name)
        if attribute is None:
            pairs.append((field, value))
        elif attribute.kind is Kind.LIST and attribute.options:
            pairs += [(field, item) for item in items(value)]
        else:
            pairs.append((field, shown(attribute.shape, value, notation)))
    return Submitted(pairs)
