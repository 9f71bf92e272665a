"""Routes: the carriers that take a sender's messages, in order, and what each of them takes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from chappe.carriers import repo, route_repo
from chappe.carriers.checks import route_name_taken
from chappe.carriers.errors import BadRoute, UnknownRoute
from chappe.carriers.filters import EVERYTHING, Filter, branches
from chappe.carriers.model import CARRIER_ID, ROUTES_CHANGED, Route, RouteSettings
from chappe.carriers.prices import PriceTable
from chappe.db.pool import Connection
from chappe.kit.ids import public_id, uuid7

Filters = Mapping[UUID, Filter]
"""By carrier; one that is not named takes everything."""


async def create_route(
    conn: Connection,
    workspace_id: int,
    *,
    name: str,
    carriers: Sequence[UUID],
    filters: Filters | None = None,
) -> Route:
    """A route over these carriers, the preferred one first. NameTaken, BadRoute."""
    await _check_carriers(conn, workspace_id, carriers)
    route_id = uuid7()
    if not await route_repo.add_route(conn, workspace_id, route_id, name):
        raise route_name_taken(name)
    await _set(conn, workspace_id, route_id, carriers, filters or {})
    return await route(conn, workspace_id, route_id)


async def change_route(
    conn: Connection,
    workspace_id: int,
    route_id: UUID,
    *,
    name: str | None = None,
    carriers: Sequence[UUID] | None = None,
    filters: Filters | None = None,
) -> Route:
    """Rename a route, give it other carriers or another order, or say anew what each takes. Filters left out
    stay with the carriers that stay. UnknownRoute, NameTaken, BadRoute.
    """
    before = await route(conn, workspace_id, route_id)
    if name is not None and await route_repo.route_name_taken(conn, workspace_id, name, route_id):
        raise route_name_taken(name)
    await route_repo.change_route(conn, workspace_id, route_id, name)
    if carriers is not None:
        await _check_carriers(conn, workspace_id, carriers)
    if carriers is not None or filters is not None:
        chosen = before.carriers if carriers is None else carriers
        kept = {each: takes for each, takes in before.by_carrier if each in chosen}
        await _set(conn, workspace_id, route_id, chosen, kept if filters is None else filters)
    else:
        await repo.tell(conn, ROUTES_CHANGED)
    return await route(conn, workspace_id, route_id)


async def _set(
    conn: Connection, workspace_id: int, route_id: UUID, carriers: Sequence[UUID], filters: Filters
) -> None:
    _check_filters(carriers, filters)
    in_order = [filters.get(each, EVERYTHING) for each in carriers]
    await route_repo.set_route_carriers(conn, workspace_id, route_id, carriers, in_order)
    needed = branches(in_order)
    if needed:
        await route_repo.add_branches(conn, workspace_id, route_id, needed)
    await repo.tell(conn, ROUTES_CHANGED)


async def route(conn: Connection, workspace_id: int, route_id: UUID) -> Route:
    """UnknownRoute."""
    found = await route_repo.routes(conn, workspace_id, only=route_id)
    if not found:
        raise UnknownRoute("This workspace has no such route. List them with GET /v1/routes.")
    return found[0]


async def routes(
    conn: Connection, workspace_id: int, *, after: UUID | None = None, limit: int = 200
) -> list[Route]:
    """Oldest first."""
    return await route_repo.routes(conn, workspace_id, after=after, limit=limit)


async def load_routes(conn: Connection) -> list[RouteSettings]:
    """Every route and branch of every workspace."""
    return await route_repo.all_routes(conn)


async def load_prices(
    conn: Connection, workspace_id: int, at: datetime | None = None, *, coming: bool = False
) -> PriceTable:
    """The prices of the day of `at` (None: today), and the ways of the routes and how carriers want texts, as
    they are now. `coming`: with the prices of every day to come on which one changes.
    """
    days = await repo.price_changes(conn, workspace_id) if coming else ()
    return PriceTable(
        await repo.prices_by_number(conn, workspace_id, at),
        await route_repo.route_numbers(conn, workspace_id),
        await route_repo.branch_numbers(conn, workspace_id),
        await repo.texts_by_number(conn, workspace_id),
        [PriceTable(await repo.prices_by_number(conn, workspace_id, day)) for day in days],
    )


async def digits(conn: Connection, workspace_id: int) -> int:
    """So many first digits of a number tell its price on any day; at least one."""
    return await repo.longest_prefix(conn, workspace_id)


async def _check_carriers(conn: Connection, workspace_id: int, ids: Sequence[UUID]) -> None:
    if not ids or len(set(ids)) != len(ids):
        raise BadRoute("Name at least one carrier, and each only once.", field="carriers")
    known = await repo.existing_carriers(conn, workspace_id, ids)
    for number, carrier_id in enumerate(ids):
        if carrier_id not in known:
            raise BadRoute(
                f"{public_id(CARRIER_ID, carrier_id)} is no carrier here. List them with GET /v1/carriers.",
                field=f"carriers[{number}]",
            )


def _check_filters(carriers: Sequence[UUID], filters: Filters) -> None:
    for carrier_id in filters:
        if carrier_id not in carriers:
            raise BadRoute(
                f"{public_id(CARRIER_ID, carrier_id)} is no carrier of this route. Name it in carriers.",
                field="filters",
            )
