"""What a workspace's routes reach: their carriers in order, and the countries these have prices for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from chappe.carriers import routing, service
from chappe.carriers.model import Carrier, Price, Route
from chappe.db.pool import Connection

# More than anybody has: these pages show all of them at once.
_MOST = 500
_LONGEST_CODE = 3


@dataclass(frozen=True, slots=True)
class Coverage:
    """Carriers and routes by id."""

    carriers: Mapping[UUID, Carrier]
    routes: Mapping[UUID, Route]

    @property
    def default(self) -> Route | None:
        return next((route for route in self.routes.values() if route.is_default), None)

    def through(self, route_id: UUID | None) -> list[Carrier]:
        """The carriers of a route, the preferred one first."""
        route = self.routes.get(route_id) if route_id else None
        return [self.carriers[each] for each in route.carriers if each in self.carriers] if route else []

    def countries(self, route_id: UUID | None) -> list[str]:
        """Regions (ISO 3166) with a price at the route's first carrier; "" stands for every other one."""
        used = self.through(route_id)
        return regions(used[0].prices) if used else []


def regions(prices: Sequence[Price]) -> list[str]:
    """The regions that prices are for, each once, in order; "" for the price of every other number."""
    found = (_region(price.prefix) for price in prices)
    return sorted(dict.fromkeys(found), key=lambda region: (region == "", region))


def _region(prefix: str) -> str:
    """The main region of a country code: +1 is also Canada's, and shown as +1's first."""
    for length in range(min(_LONGEST_CODE, len(prefix)), 0, -1):
        known = COUNTRY_CODE_TO_REGION_CODE.get(int(prefix[:length]))
        if known:
            return known[0]
    return ""


async def coverage(conn: Connection, workspace_id: int) -> Coverage:
    """As it is now."""
    carriers = await service.carriers(conn, workspace_id, limit=_MOST)
    routes = await routing.routes(conn, workspace_id, limit=_MOST)
    return Coverage({each.id: each for each in carriers}, {each.id: each for each in routes})
