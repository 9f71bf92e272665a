"""Shapes of carriers, routes and senders in the API, and how they are made from the values of `model`."""

from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chappe.api.bodies import Input, Name
from chappe.carriers.filters import EVERYTHING, spelled
from chappe.carriers.model import (
    CARRIER_ID,
    ROUTE_ID,
    SENDER_ID,
    Carrier,
    CarrierKind,
    LinkCounters,
    LinkState,
    Price,
    Route,
    Sender,
    SenderKind,
)
from chappe.carriers.settings import SmppSettings
from chappe.kit.ids import public_id

# SMPP 3.4 section 4.1.1 allows 8 characters; the wire format bears more, and some carriers give more.
Password = Annotated[str, Meta(max_length=64, pattern=r"^[\x20-\x7e]*$", description="Never shown again.")]
PriceNumber = Annotated[float, Meta(ge=0, le=999_999)]
PriceText = Annotated[str, Meta(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6})?$")]
RoutePurpose = Literal["otp", "transactional", "conversation", "marketing"]
_MICRO = Decimal("0.000001")


class NewSmppSettings(SmppSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An SMPP account as the carrier gave it."""

    password: Password


class ChangedSmppSettings(SmppSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings anew; without a password the old one stays."""

    password: Password | None = None


class PriceInput(Input, frozen=True, kw_only=True):
    """Price of a part to numbers that begin with `prefix`: digits, with or without +; empty: all others.
    `valid_from`: the day from which it holds in the workspace's zone, until another of its prefix does;
    null: always.
    """

    prefix: Annotated[str, Meta(pattern=r"^\+?[0-9]{0,15}$")]
    price: PriceNumber | PriceText
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$", description="ISO 4217")]
    valid_from: date | None = None


Prices = Annotated[list[PriceInput], Meta(max_length=5000)]


class NewCarrier(Input, frozen=True, kw_only=True):
    name: Name
    kind: CarrierKind
    settings: NewSmppSettings
    prices: Prices = msgspec.field(default_factory=list)
    # The carrier lab of this machine: the only kind that the demo clock tolerates.
    simulated: bool = False


class CarrierChange(Input, frozen=True, kw_only=True):
    name: Name | None = None
    settings: ChangedSmppSettings | None = None
    prices: Prices | None = None
    enabled: bool | None = None


class PriceView(msgspec.Struct, frozen=True, kw_only=True):
    prefix: str
    price: Annotated[str, Meta(description="Of one part; a decimal number as text, so that no cent is lost.")]
    currency: str
    valid_from: date | None


class CarrierView(msgspec.Struct, frozen=True, kw_only=True):
    """A carrier and its link. `state`: down (nobody holds the link), connecting, binding, bound, waiting (to
    try again), refused (by the carrier: see `detail`).
    """

    id: str
    name: str
    kind: CarrierKind
    settings: SmppSettings
    prices: list[PriceView]
    simulated: bool
    enabled: bool
    state: LinkState
    detail: str | None
    changed_at: datetime | None
    heartbeat_at: datetime | None
    counters: LinkCounters
    created_at: datetime


class RouteFilter(Input, frozen=True, kw_only=True):
    """What a carrier of a route takes; nothing named: everything. `countries`: two letters (FR) or first
    digits (+336). The answer to a STOP goes through any carrier.
    """

    carrier: str
    countries: Annotated[list[Annotated[str, Meta(max_length=20)]], Meta(max_length=30)] = msgspec.field(
        default_factory=list
    )
    purposes: list[RoutePurpose] = msgspec.field(default_factory=list)


RouteFilters = Annotated[list[RouteFilter], Meta(max_length=20)]


class NewRoute(Input, frozen=True, kw_only=True):
    name: Name
    # Ids of carriers, the preferred one first.
    carriers: Annotated[list[str], Meta(min_length=1, max_length=20)]
    filters: RouteFilters = msgspec.field(default_factory=list)


class RouteChange(Input, frozen=True, kw_only=True):
    name: Name | None = None
    carriers: Annotated[list[str], Meta(min_length=1, max_length=20)] | None = None
    # All filters anew; left out: they stay with the carriers that stay.
    filters: RouteFilters | None = None


class RouteFilterView(msgspec.Struct, frozen=True, kw_only=True):
    """As RouteFilter."""

    carrier: str
    countries: list[str]
    purposes: list[str]


class RouteView(msgspec.Struct, frozen=True, kw_only=True):
    """Carriers in order of preference: the next is used while the one before is down. `filters` of those that
    take not everything.
    """

    id: str
    name: str
    is_default: bool
    carriers: list[str]
    filters: list[RouteFilterView]
    created_at: datetime


class NewSender(Input, frozen=True, kw_only=True):
    address: Annotated[str, Meta(min_length=1, max_length=30)]
    kind: SenderKind
    route_id: str | None = None


class SenderChange(Input, frozen=True, kw_only=True):
    # null: the default route.
    route_id: str | UnsetType | None = UNSET


class SenderView(msgspec.Struct, frozen=True, kw_only=True):
    """`route_id` is null when the sender uses the default route."""

    id: str
    address: str
    kind: SenderKind
    route_id: str | None
    created_at: datetime


def without_password(settings: SmppSettings) -> SmppSettings:
    return SmppSettings(**{name: getattr(settings, name) for name in SmppSettings.__struct_fields__})


def prices(given: list[PriceInput]) -> list[Price]:
    return [
        Price(
            prefix=one.prefix.removeprefix("+"),
            # Through text: the float nearest to 0.045 is a little less.
            price=Decimal(str(one.price)).quantize(_MICRO, ROUND_HALF_EVEN),
            currency=one.currency,
            since=one.valid_from,
        )
        for one in given
    ]


def carrier_view(carrier: Carrier) -> CarrierView:
    return CarrierView(
        id=public_id(CARRIER_ID, carrier.id),
        name=carrier.name,
        kind=carrier.kind,
        settings=carrier.settings,
        prices=[
            PriceView(
                prefix=one.prefix,
                price=f"{one.price.normalize():f}",
                currency=one.currency,
                valid_from=one.since,
            )
            for one in carrier.price_list
        ],
        simulated=carrier.simulated,
        enabled=carrier.enabled,
        state=carrier.state,
        detail=carrier.detail,
        changed_at=carrier.changed_at,
        heartbeat_at=carrier.heartbeat_at,
        counters=carrier.counters,
        created_at=carrier.created_at,
    )


def route_view(route: Route) -> RouteView:
    return RouteView(
        id=public_id(ROUTE_ID, route.id),
        name=route.name,
        is_default=route.is_default,
        carriers=[public_id(CARRIER_ID, carrier_id) for carrier_id in route.carriers],
        filters=[
            RouteFilterView(
                carrier=public_id(CARRIER_ID, carrier_id),
                countries=[spelled(prefix) for prefix in takes.prefixes],
                purposes=list(takes.purposes),
            )
            for carrier_id, takes in route.by_carrier
            if takes != EVERYTHING
        ],
        created_at=route.created_at,
    )


def sender_view(sender: Sender) -> SenderView:
    own = sender.own_route_id
    return SenderView(
        id=public_id(SENDER_ID, sender.id),
        address=sender.address,
        kind=sender.kind,
        route_id=None if own is None else public_id(ROUTE_ID, own),
        created_at=sender.created_at,
    )
