"""Carriers, routes, senders and prices as values, and the rules that need no database."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import msgspec

from chappe.carriers.filters import Filter
from chappe.carriers.settings import Numbering, SenderNumbering, SmppSettings
from chappe.config.settings import Secret
from chappe.sms import gsm7

# Channel of the notices that a carrier changed (payload: its number) or a route did (payload: "routes").
CHANGED = "chappe_carrier"
ROUTES_CHANGED = "routes"

CARRIER_ID, ROUTE_ID, SENDER_ID = "car", "rte", "snd"


class CarrierKind(StrEnum):
    SMPP = "smpp"


class SenderKind(StrEnum):
    ALPHANUMERIC = "alphanumeric"
    LONG_CODE = "long_code"
    SHORT_CODE = "short_code"


class LinkState(StrEnum):
    """`link.state`, written by the engine. DOWN: nobody holds the link."""

    DOWN = "down"
    CONNECTING = "connecting"
    BINDING = "binding"
    BOUND = "bound"
    WAITING = "waiting"
    REFUSED = "refused"


class LinkCounters(msgspec.Struct, frozen=True, kw_only=True):
    """Since the carrier was created, in parts (submits) and PDUs. `answered` counts those too whose answer is
    waited for no more.
    """

    submitted: int = 0
    answered: int = 0
    refused: int = 0
    throttled: int = 0
    receipts: int = 0
    inbound: int = 0


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """Of one part to numbers that begin with `prefix` (digits, no +; empty: every other number). `since`: the
    day from which it holds in the workspace's zone, until another of its prefix does; None: always.
    """

    prefix: str
    price: Decimal
    currency: str
    since: date | None = None


class Carrier(msgspec.Struct, frozen=True, kw_only=True):
    """A carrier with the state of its link; the password is not here."""

    id: UUID
    number: int
    workspace_id: int
    name: str
    kind: CarrierKind
    settings: SmppSettings
    simulated: bool
    enabled: bool
    revision: int
    created_at: datetime
    state: LinkState
    detail: str | None
    changed_at: datetime | None
    heartbeat_at: datetime | None
    counters: LinkCounters
    prices: tuple[Price, ...]
    """Those that hold today."""
    price_list: tuple[Price, ...]
    """All of them, past and coming ones too."""


class LinkSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a sender needs to hold a link. A higher `revision` of the same number: reconnect."""

    carrier_id: UUID
    number: int
    workspace_id: int
    name: str
    kind: CarrierKind
    revision: int
    simulated: bool
    settings: SmppSettings
    password: Secret


class RouteSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Carriers of a route by their short numbers, the preferred one first."""

    route_id: UUID
    workspace_id: int
    is_default: bool
    carriers: tuple[int, ...]


def taking(carriers: Sequence[int], live: AbstractSet[int]) -> list[int]:
    """Of a route's carriers those that are up, the one that takes its messages first; the second takes what
    the first refused.
    """
    return [number for number in carriers if number in live]


class Route(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    is_default: bool
    carriers: tuple[UUID, ...]
    filters: tuple[Filter, ...]
    """What each of the carriers takes, in their order."""
    created_at: datetime

    def taking(self, purpose: str) -> tuple[UUID, ...]:
        """The carriers for a purpose, wherever it goes."""
        return tuple(carrier for carrier, takes in self.by_carrier if takes.takes_purpose(purpose))

    @property
    def by_carrier(self) -> list[tuple[UUID, Filter]]:
        """Each carrier with what it takes, in order."""
        return list(zip(self.carriers, self.filters, strict=True))


class BranchNumbers(NamedTuple):
    """A branch of a route and the short numbers of the carriers that take it."""

    id: UUID
    route_id: UUID
    purpose: str
    prefix: str
    carriers: tuple[int, ...]


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """`route_id` is the sender's own route or the workspace's default; None when there is no route yet."""

    id: UUID
    workspace_id: int
    address: str
    kind: SenderKind
    own_route_id: UUID | None
    route_id: UUID | None
    created_at: datetime


def numbering(kind: SenderKind, senders: SenderNumbering) -> Numbering:
    """TON and NPI under which this link announces a sender."""
    match kind:
        case SenderKind.ALPHANUMERIC:
            return senders.alphanumeric
        case SenderKind.LONG_CODE:
            return senders.long_code
        case SenderKind.SHORT_CODE:
            return senders.short_code


# TS 23.040 section 9.1.2.5: an alphanumeric address holds 11 septets.
_ALPHANUMERIC_SEPTETS = 11
_SHORT_CODE = re.compile(r"[0-9]{3,8}")
# E.164: a country code does not begin with 0; 15 digits at most. Fewer than 7 is a short code.
_LONG_CODE = re.compile(r"[1-9][0-9]{6,14}")
_SEPARATORS = re.compile(r"[ .()\-\u00a0\u202f]")


def sender_address(kind: SenderKind, text: str) -> str | None:
    """The address as it is stored, or None when it is not one of this kind.

    A long code is stored as its E.164 digits with `+`; an alphanumeric one as written (handsets show it).
    """
    text = text.strip()
    match kind:
        case SenderKind.ALPHANUMERIC:
            septets = gsm7.DEFAULT.try_encode(text)
            fits = septets is not None and len(septets) <= _ALPHANUMERIC_SEPTETS and text.isprintable()
            return text if fits and any(map(str.isalpha, text)) else None
        case SenderKind.SHORT_CODE:
            return text if _SHORT_CODE.fullmatch(text) else None
        case SenderKind.LONG_CODE:
            digits = _SEPARATORS.sub("", text).removeprefix("+")
            return f"+{digits}" if _LONG_CODE.fullmatch(digits) else None
