"""The form of a contact, read by one rule for the save and for the check while somebody types."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from chappe.contacts import entry
from chappe.contacts.entry import LONGEST_VALUE, Entry
from chappe.contacts.model import Contact
from chappe.contacts.names import EMAIL, FIRST_NAME, LAST_NAME
from chappe.kit import phone
from chappe.kit.phone import to_e164
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


def others(known: Mapping[str, str | None]) -> list[tuple[str, str]]:
    """The attributes without a field of their own: name and label."""
    return [(name, label or name) for name, label in known.items() if name not in _NAMED]


def read(form: Submitted, names: Sequence[str], country: str | None, *, new: bool) -> Filled:
    """`names`: the attributes that the form has beside names and e-mail; `new`: the number is asked."""
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
    for name in names:
        values[name] = reading.text(f"{ATTRIBUTE}{name}", most=LONGEST_VALUE, required=False)
    added = reading.text("new_value", most=LONGEST_VALUE, required=False)
    if called := reading.text("new_name", most=_LONGEST_NAME, required=bool(added)):
        with reading.errors.caught():
            values[entry.field_name(called, field="new_name")] = added
    stated = Entry(
        country=form.one("country") or None, language=form.one("language") or None, attributes=values
    )
    return Filled(reading, number, stated)


def of_contact(contact: Contact) -> Submitted:
    """The form as it stands for a contact."""
    pairs = [
        ("phone", to_e164(contact.phone)),
        ("country", contact.country or ""),
        ("language", contact.language or ""),
        ("seen", contact.updated_at.isoformat()),
    ]
    for name, value in contact.attributes.items():
        pairs.append((name if name in _NAMED else f"{ATTRIBUTE}{name}", value))
    return Submitted(pairs)
