"""A variant of a campaign, and what can be wrong with one."""

from typing import Final
from uuid import UUID

import msgspec

from chappe.kit.errors import Problem

FIRST: Final = "A"
"""The campaign itself."""
LETTERS: Final = ("A", "B", "C", "D", "E", "F")


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """What people of this variant get. `own`: the fields in which it differs from the campaign. `send_hour`:
    the hour of the campaign's day at which it leaves; None: at the campaign's own. `offer_id`: whose codes it
    gives; None: the campaign's.
    """

    letter: str
    name: str
    body: str
    sender_id: UUID | None
    send_hour: int | None = None
    offer_id: UUID | None = None
    own: frozenset[str] = frozenset()


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What a variant says of its own; None: as the campaign does."""

    name: str = ""
    body: str | None = None
    sender_id: UUID | None = None
    send_hour: int | None = None
    offer_id: UUID | None = None


_OWN: Final = tuple(name for name in Difference.__struct_fields__ if name != "name")


class UnknownVariant(Problem):
    code = "unknown_variant"
    status = 404
    title = "The campaign has no such variant"


class TooManyVariants(Problem):
    code = "too_many_variants"
    status = 422
    title = "A campaign cannot try more"


class FirstVariant(Problem):
    code = "first_variant"
    status = 422
    title = "Variant A is the campaign itself"


def resolved(letter: str, difference: Difference, body: str, sender_id: UUID | None) -> Variant:
    """The variant of a campaign with this text and sender."""
    own = {name for name in _OWN if getattr(difference, name) is not None}
    return Variant(
        letter=letter,
        name=difference.name,
        body=body if difference.body is None else difference.body,
        sender_id=sender_id if difference.sender_id is None else difference.sender_id,
        send_hour=difference.send_hour,
        offer_id=difference.offer_id,
        own=frozenset(own),
    )
