"""What the API takes and answers about offers."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from chappe.api.bodies import Input
from chappe.kit.ids import IdCipher, public_id
from chappe.offers.model import LONGEST_NAME, MOST_CODES, MOST_DRAWN, OFFER_ID, CodeTold, Offer

_MESSAGE = "msg"

Codes = Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=MOST_CODES)]


class Generate(Input, frozen=True, kw_only=True):
    """`pattern`: `SUMMER-########`, where each # is drawn at random."""

    n: Annotated[int, Meta(ge=1, le=MOST_DRAWN)]
    pattern: Annotated[str, Meta(max_length=32)]


class OfferInput(Input, frozen=True, kw_only=True):
    """Either `codes`, all of one length, or `generate`."""

    name: Annotated[str, Meta(max_length=LONGEST_NAME)]
    codes: Codes | None = None
    generate: Generate | None = None
    warn_below: Annotated[int, Meta(ge=0, le=1_000_000)] = 100


class OfferChange(Input, frozen=True, kw_only=True):
    """What is left out stays. An archived offer gives no codes; those given stay good."""

    name: Annotated[str, Meta(max_length=LONGEST_NAME)] | None = None
    warn_below: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    archived: bool | None = None


class MoreCodes(Input, frozen=True, kw_only=True):
    """`codes` of an imported offer, or `generate` so many more of a generated one."""

    codes: Codes | None = None
    generate: Annotated[int, Meta(ge=1, le=MOST_DRAWN)] | None = None


class OfferView(msgspec.Struct, frozen=True, kw_only=True):
    """`free` codes can still be given; `used`: reported as used."""

    id: str
    name: str
    pattern: str | None
    length: int
    codes: int
    given: int
    free: int
    used: int
    warn_below: int
    created_at: datetime
    archived_at: datetime | None


class OffersView(msgspec.Struct, frozen=True, kw_only=True):
    data: list[OfferView]


class UseInput(Input, frozen=True, kw_only=True):
    """`amount`: what was bought with the code, as text. `at`: now where it is left out."""

    amount: Annotated[str, Meta(pattern=r"^[0-9]{1,12}(\.[0-9]{1,4})?$")] | None = None
    currency: Annotated[str, Meta(pattern="^[A-Za-z]{3}$")] | None = None
    order_id: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    at: datetime | None = None

    @property
    def worth(self) -> Decimal:
        return Decimal(self.amount or 0)


class CodeView(msgspec.Struct, frozen=True, kw_only=True):
    """`message_id`: the message that brought it; null: it was not given yet."""

    code: str
    offer_id: str
    message_id: str | None
    used_at: datetime | None


def offer_view(offer: Offer) -> OfferView:
    return OfferView(
        id=public_id(OFFER_ID, offer.id),
        name=offer.name,
        pattern=offer.pattern,
        length=offer.length,
        codes=offer.size,
        given=offer.given,
        free=offer.free,
        used=offer.used,
        warn_below=offer.warn_below,
        created_at=offer.created_at,
        archived_at=offer.archived_at,
    )


def code_view(told: CodeTold, ids: IdCipher) -> CodeView:
    return CodeView(
        code=told.code,
        offer_id=public_id(OFFER_ID, told.offer_id),
        message_id=None if told.message_id is None else ids.encode(_MESSAGE, told.message_id),
        used_at=told.used_at,
    )
