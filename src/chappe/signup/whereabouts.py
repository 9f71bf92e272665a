"""Where a person may be, by what is best known: declared, the address, the sign-up, the number."""

from typing import Final

from chappe.contacts.model import Contact, ZoneOrigin
from chappe.kit.phone import country_of
from chappe.rules.service import declared_zone, zones_of, zones_of_address

POSTCODE: Final = "postcode"
"""The attribute that is part of an address."""


def declared(text: str | None, field: str) -> str | None:
    """The zone that is called so; None when none is declared. Raises UnknownZone."""
    return declared_zone(text, field=field) if text and text.strip() else None


def whereabouts(
    phone: int, zone: str | None, country: str | None, postcode: str, before: Contact | None = None
) -> tuple[str, ZoneOrigin]:
    """The zones, with who says so. `zone`: that was declared; `before`: the contact as it was, whose sign-up
    is better than the number.
    """
    if zone is not None:
        return zone, ZoneOrigin.DECLARED
    told = zones_of(phone)
    address = zones_of_address(country or country_of(phone), postcode)
    if address and address != told:
        return address, ZoneOrigin.ADDRESS
    if before is not None and before.zone_origin is ZoneOrigin.SIGN_UP:
        return before.zones, ZoneOrigin.SIGN_UP
    return told, ZoneOrigin.PREFIX
