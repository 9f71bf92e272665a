"""What suppressions look like outside."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from chappe.api.bodies import Input
from chappe.consent.model import SUPPRESSION_ID, Entry, Suppression, SuppressionScope
from chappe.kit.ids import IdCipher
from chappe.kit.phone import to_e164


class SuppressionInput(Input, frozen=True, kw_only=True):
    """`marketing` stops campaigns; `all` stops everything but answers to the person's own STOP and HELP."""

    phone: Annotated[str, msgspec.Meta(min_length=1, max_length=40, description="In E.164: +33612345678.")]
    scope: SuppressionScope = SuppressionScope.MARKETING
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] = "manual"


class Origin(StrEnum):
    """Who says so: your own system, or a carrier that was told by the person (its opt-out feed, a number that
    it reports as unsubscribed or out of service).
    """

    API = "api"
    CARRIER = "carrier"


class SuppressionsInput(Input, frozen=True, kw_only=True):
    """One list of a feed: all its numbers for one reason."""

    phones: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=40)]],
        msgspec.Meta(min_length=1, max_length=1_000, description="In E.164."),
    ]
    scope: SuppressionScope = SuppressionScope.MARKETING
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] = "manual"
    source: Origin = Origin.API


class SuppressedView(msgspec.Struct, frozen=True, kw_only=True):
    """`suppressed`: how many of the numbers were not suppressed in this scope before."""

    suppressed: int


class SuppressionView(msgspec.Struct, frozen=True, kw_only=True):
    """`source`: inbound (the person's own text), api, … `phone` is null when the number was erased, or came
    as a hash: it is known by a keyed hash alone, and stays suppressed.
    """

    id: str
    phone: str | None
    scope: SuppressionScope
    reason: str
    source: str
    created_at: datetime


def suppression_view(held: Suppression | Entry, ids: IdCipher) -> SuppressionView:
    return SuppressionView(
        id=ids.encode(SUPPRESSION_ID, held.id),
        phone=None if held.phone is None else to_e164(held.phone),
        scope=held.scope,
        reason=held.reason,
        source=held.source,
        created_at=held.created_at,
    )
