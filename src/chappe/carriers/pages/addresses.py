"""Ids as they stand in addresses, read; what is none of ours is not there."""

from uuid import UUID

from chappe.carriers.errors import UnknownCarrier, UnknownRoute, UnknownSender
from chappe.carriers.model import CARRIER_ID, ROUTE_ID, SENDER_ID
from chappe.kit.ids import parse_public_id


def carrier_id(text: str) -> UUID:
    """UnknownCarrier."""
    found = parse_public_id(CARRIER_ID, text)
    if found is None:
        raise UnknownCarrier("There is no carrier at this address.")
    return found


def route_id(text: str) -> UUID:
    """UnknownRoute."""
    found = parse_public_id(ROUTE_ID, text)
    if found is None:
        raise UnknownRoute("There is no route at this address.")
    return found


def sender_id(text: str) -> UUID:
    """UnknownSender."""
    found = parse_public_id(SENDER_ID, text)
    if found is None:
        raise UnknownSender("There is no sender at this address.")
    return found
