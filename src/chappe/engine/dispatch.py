"""Which link sends what: the preferred carrier of each route among those that are up."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from chappe.carriers.model import RouteSettings, taking
from chappe.engine.model import RouteShare


class Shares:
    """The share of every route by link, recomputed when routes or links change."""

    def __init__(self) -> None:
        self._by_carrier: dict[int, tuple[RouteShare, ...]] = {}
        self._with_others: frozenset[object] = frozenset()

    def update(self, routes: Sequence[RouteSettings], live: AbstractSet[int]) -> None:
        """The first carrier of a route that is up takes it; the next takes what shuns the first."""
        shares: dict[int, list[RouteShare]] = {}
        for route in routes:
            up = taking(route.carriers, live)
            if up:
                shares.setdefault(up[0], []).append(RouteShare(route.route_id, len(up) == 1, None))
            if len(up) > 1:
                shares.setdefault(up[1], []).append(RouteShare(route.route_id, False, up[0]))
        self._by_carrier = {number: tuple(found) for number, found in shares.items()}
        self._with_others = frozenset(route.route_id for route in routes if len(route.carriers) > 1)

    def of(self, carrier: int) -> tuple[RouteShare, ...]:
        return self._by_carrier.get(carrier, ())

    @property
    def with_others(self) -> frozenset[object]:
        """Routes of several carriers: what one refuses another may take."""
        return self._with_others
