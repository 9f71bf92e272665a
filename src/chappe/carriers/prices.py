"""Prices by longest prefix, and the branch of a route that a number takes: what is asked per recipient."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from chappe.carriers.filters import Branch
from chappe.carriers.model import BranchNumbers, Price
from chappe.sms.options import DEFAULT, TextOptions

_Value = TypeVar("_Value")


class PriceTable:
    """Prices of every carrier of a workspace, and its routes, asked by longest prefix."""

    def __init__(
        self,
        by_carrier: Mapping[int, Sequence[Price]],
        routes: Mapping[UUID, Sequence[int]] | None = None,
        branches: Sequence[BranchNumbers] = (),
        texts: Mapping[int, TextOptions] | None = None,
        later: Sequence["PriceTable"] = (),
    ) -> None:
        """`texts`: how carriers want them, by which parts are counted. `later`: the same of days to come on
        which prices change.
        """
        self._texts = texts or {}
        self._later = later
        self._by_carrier = {
            number: {price.prefix: price for price in prices} for number, prices in by_carrier.items()
        }
        self._lengths = {number: _lengths(prices) for number, prices in self._by_carrier.items()}
        self._routes = {**(routes or {}), **{each.id: each.carriers for each in branches}}
        self._branches: defaultdict[UUID, dict[str, dict[str, Branch]]] = defaultdict(dict)
        for each in branches:
            # One that no carrier takes is left out, so that its route is known to have filters all the same.
            known = self._branches[each.route_id].setdefault(each.purpose, {})
            if each.carriers:
                known[each.prefix] = Branch(each.id, bool(self._by_carrier.get(each.carriers[0])))

    def of_carrier(self, number: int, phones: Sequence[int]) -> list[Price | None]:
        """Price of a part to each number, in order; None where the carrier has none."""
        prices = self._by_carrier.get(number)
        if not prices:
            return [None] * len(phones)
        lengths = self._lengths[number]
        return [_longest(prices, lengths, str(phone)) for phone in phones]

    def of_route(self, route_id: UUID, phones: Sequence[int]) -> list[Price | None]:
        """As `of_carrier`, by the first carrier of the route or branch: it sends unless it is down."""
        carriers = self._routes.get(route_id)
        return self.of_carrier(carriers[0], phones) if carriers else [None] * len(phones)

    def dearest(self, route_id: UUID, phones: Sequence[int]) -> list[dict[str, Decimal]]:
        """The most that a part to each number may cost, by currency: whichever carrier of the route or branch
        takes it, and whenever it leaves, as far as prices are known.
        """
        carriers = self._routes.get(route_id, ())
        found: list[dict[str, Decimal]] = [{} for _ in phones]
        for table in (self, *self._later):
            for number in carriers:
                for known, price in zip(found, table.of_carrier(number, phones), strict=True):
                    if price is not None:
                        known[price.currency] = max(price.price, known.get(price.currency, price.price))
        return found

    def options_of(self, route_id: UUID | None) -> TextOptions:
        """How the carrier that a route or branch asks first wants its texts."""
        carriers = self._routes.get(route_id) if route_id is not None else None
        return self._texts.get(carriers[0], DEFAULT) if carriers else DEFAULT

    def every_options(self, route_id: UUID) -> frozenset[TextOptions]:
        """The same of every carrier that may take them."""
        return frozenset(self._texts.get(number, DEFAULT) for number in self._routes.get(route_id, ()))

    def first_of(self, route_id: UUID) -> int | None:
        """The carrier that a route or branch asks first."""
        carriers = self._routes.get(route_id)
        return carriers[0] if carriers else None

    def branches(self, route_id: UUID, purpose: str, phones: Sequence[int]) -> Sequence[Branch | None] | None:
        """The branch that each number takes, None where no carrier does. None for a route without filters:
        there is nothing to choose.
        """
        by_purpose = self._branches.get(route_id)
        if by_purpose is None:
            return None
        known = by_purpose.get(purpose, {})
        lengths = _lengths(known)
        return [_longest(known, lengths, str(phone)) for phone in phones]


def _lengths(prefixes: Mapping[str, object]) -> list[int]:
    """Longest first, and only lengths that occur: a lookup is at most that many dictionary reads."""
    return sorted({len(prefix) for prefix in prefixes}, reverse=True)


def _longest(known: Mapping[str, _Value], lengths: Sequence[int], digits: str) -> _Value | None:
    for length in lengths:
        found = known.get(digits[:length])
        if found is not None:
            return found
    return None
