"""REST: /v1/carriers, /v1/routes, /v1/senders."""

from uuid import UUID

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import UNSET

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, Keys
from chappe.api.paging import Cursor, Limit, Page, decode_cursor, page_of
from chappe.carriers import routing, service, shapes
from chappe.carriers.errors import BadRoute, NoSuchSenderRoute, UnknownCarrier, UnknownRoute, UnknownSender
from chappe.carriers.filters import Filter, filter_of
from chappe.carriers.model import CARRIER_ID, ROUTE_ID, SENDER_ID
from chappe.carriers.shapes import (
    CarrierChange,
    CarrierView,
    NewCarrier,
    NewRoute,
    NewSender,
    RouteChange,
    RouteFilter,
    RouteView,
    SenderChange,
    SenderView,
)
from chappe.kit.ids import parse_public_id


@post("/carriers", guards=[needs(Scope.CARRIERS_WRITE)], summary="Add a carrier", tags=["Carriers"])
async def create_carrier(data: JSONBody[NewCarrier], caller: Asking, conn: Conn, keys: Keys) -> CarrierView:
    """The link comes up within seconds. The first carrier also makes the default route."""
    made = await service.create_carrier(
        conn,
        keys,
        caller.workspace_id,
        name=data.name,
        settings=shapes.without_password(data.settings),
        password=data.settings.password,
        prices=shapes.prices(data.prices),
        simulated=data.simulated,
    )
    return shapes.carrier_view(made)


@get("/carriers", guards=[needs(Scope.CARRIERS_READ)], summary="Carriers, oldest first", tags=["Carriers"])
async def list_carriers(
    caller: Asking, conn: Conn, limit: Limit = 100, cursor: Cursor = None
) -> Page[CarrierView]:
    after = decode_cursor(cursor, UUID)
    rows = await service.carriers(conn, caller.workspace_id, after=after, limit=limit + 1)
    return page_of(rows, limit, key=lambda row: row.id, view=shapes.carrier_view)


@get(
    "/carriers/{carrier_id:str}",
    guards=[needs(Scope.CARRIERS_READ)],
    summary="A carrier and its link",
    tags=["Carriers"],
)
async def read_carrier(carrier_id: FromPath[str], caller: Asking, conn: Conn) -> CarrierView:
    return shapes.carrier_view(await service.carrier(conn, caller.workspace_id, _carrier_id(carrier_id)))


@patch(
    "/carriers/{carrier_id:str}",
    guards=[needs(Scope.CARRIERS_WRITE)],
    summary="Change a carrier",
    tags=["Carriers"],
)
async def change_carrier(
    carrier_id: FromPath[str], data: JSONBody[CarrierChange], caller: Asking, conn: Conn, keys: Keys
) -> CarrierView:
    """What is left out stays. New settings replace all the old ones, and the link binds anew."""
    changed = await service.change_carrier(
        conn,
        keys,
        caller.workspace_id,
        _carrier_id(carrier_id),
        name=data.name,
        settings=None if data.settings is None else shapes.without_password(data.settings),
        password=None if data.settings is None else data.settings.password,
        prices=None if data.prices is None else shapes.prices(data.prices),
        enabled=data.enabled,
    )
    return shapes.carrier_view(changed)


@delete(
    "/carriers/{carrier_id:str}",
    guards=[needs(Scope.CARRIERS_WRITE)],
    summary="Delete a carrier that was never used",
    tags=["Carriers"],
)
async def delete_carrier(carrier_id: FromPath[str], caller: Asking, conn: Conn) -> None:
    await service.delete_carrier(conn, caller.workspace_id, _carrier_id(carrier_id))


@post("/routes", guards=[needs(Scope.CARRIERS_WRITE)], summary="Add a route", tags=["Routes"])
async def create_route(data: JSONBody[NewRoute], caller: Asking, conn: Conn) -> RouteView:
    """Carriers in order of preference: the next one is used while the one before is down."""
    made = await routing.create_route(
        conn,
        caller.workspace_id,
        name=data.name,
        carriers=_carrier_ids(data.carriers),
        filters=_filters(data.filters),
    )
    return shapes.route_view(made)


@get("/routes", guards=[needs(Scope.CARRIERS_READ)], summary="Routes, oldest first", tags=["Routes"])
async def list_routes(
    caller: Asking, conn: Conn, limit: Limit = 100, cursor: Cursor = None
) -> Page[RouteView]:
    after = decode_cursor(cursor, UUID)
    rows = await routing.routes(conn, caller.workspace_id, after=after, limit=limit + 1)
    return page_of(rows, limit, key=lambda row: row.id, view=shapes.route_view)


@get("/routes/{route_id:str}", guards=[needs(Scope.CARRIERS_READ)], summary="A route", tags=["Routes"])
async def read_route(route_id: FromPath[str], caller: Asking, conn: Conn) -> RouteView:
    return shapes.route_view(await routing.route(conn, caller.workspace_id, _route_id(route_id)))


@patch(
    "/routes/{route_id:str}", guards=[needs(Scope.CARRIERS_WRITE)], summary="Change a route", tags=["Routes"]
)
async def change_route(
    route_id: FromPath[str], data: JSONBody[RouteChange], caller: Asking, conn: Conn
) -> RouteView:
    """What is left out stays. Messages that wait take the new carriers at once; a first filter holds for
    those that are planned from then on.
    """
    changed = await routing.change_route(
        conn,
        caller.workspace_id,
        _route_id(route_id),
        name=data.name,
        carriers=None if data.carriers is None else _carrier_ids(data.carriers),
        filters=None if data.filters is None else _filters(data.filters),
    )
    return shapes.route_view(changed)


@post("/senders", guards=[needs(Scope.CARRIERS_WRITE)], summary="Add a sender", tags=["Senders"])
async def create_sender(data: JSONBody[NewSender], caller: Asking, conn: Conn) -> SenderView:
    """An alphanumeric name of up to 11 GSM characters, a number in international form, or a short code of 3
    to 8 digits.
    """
    made = await service.create_sender(
        conn,
        caller.workspace_id,
        address=data.address,
        kind=data.kind,
        route_id=_own_route(data.route_id),
    )
    return shapes.sender_view(made)


@get("/senders", guards=[needs(Scope.CARRIERS_READ)], summary="Senders, oldest first", tags=["Senders"])
async def list_senders(
    caller: Asking, conn: Conn, limit: Limit = 100, cursor: Cursor = None
) -> Page[SenderView]:
    after = decode_cursor(cursor, UUID)
    rows = await service.senders(conn, caller.workspace_id, after=after, limit=limit + 1)
    return page_of(rows, limit, key=lambda row: row.id, view=shapes.sender_view)


@get("/senders/{sender_id:str}", guards=[needs(Scope.CARRIERS_READ)], summary="A sender", tags=["Senders"])
async def read_sender(sender_id: FromPath[str], caller: Asking, conn: Conn) -> SenderView:
    return shapes.sender_view(await service.sender(conn, caller.workspace_id, _sender_id(sender_id)))


@patch(
    "/senders/{sender_id:str}",
    guards=[needs(Scope.CARRIERS_WRITE)],
    summary="Give a sender another route",
    tags=["Senders"],
)
async def change_sender(
    sender_id: FromPath[str], data: JSONBody[SenderChange], caller: Asking, conn: Conn
) -> SenderView:
    found = await service.sender(conn, caller.workspace_id, _sender_id(sender_id))
    if data.route_id is not UNSET:
        found = await service.change_sender(
            conn, caller.workspace_id, found.id, route_id=_own_route(data.route_id)
        )
    return shapes.sender_view(found)


routes: list[ControllerRouterHandler] = [
    create_carrier,
    list_carriers,
    read_carrier,
    change_carrier,
    delete_carrier,
    create_route,
    list_routes,
    read_route,
    change_route,
    create_sender,
    list_senders,
    read_sender,
    change_sender,
]


def _carrier_id(text: str) -> UUID:
    carrier_id = parse_public_id(CARRIER_ID, text)
    if carrier_id is None:
        raise UnknownCarrier(
            "A carrier's id looks like car_… (32 hex digits). List them with GET /v1/carriers."
        )
    return carrier_id


def _carrier_ids(texts: list[str], field: str = "carriers") -> list[UUID]:
    ids = []
    for number, text in enumerate(texts):
        carrier_id = parse_public_id(CARRIER_ID, text)
        if carrier_id is None:
            raise BadRoute(
                "A carrier's id looks like car_… (32 hex digits). List them with GET /v1/carriers.",
                field=f"{field}[{number}]",
            )
        ids.append(carrier_id)
    return ids


def _filters(given: list[RouteFilter]) -> dict[UUID, Filter]:
    ids = _carrier_ids([one.carrier for one in given], "filters")
    return {
        carrier_id: filter_of(one.countries, one.purposes, f"filters[{number}].countries")
        for number, (carrier_id, one) in enumerate(zip(ids, given, strict=True))
    }


def _route_id(text: str) -> UUID:
    route_id = parse_public_id(ROUTE_ID, text)
    if route_id is None:
        raise UnknownRoute("A route's id looks like rte_… (32 hex digits). List them with GET /v1/routes.")
    return route_id


def _own_route(text: str | None) -> UUID | None:
    if text is None:
        return None
    route_id = parse_public_id(ROUTE_ID, text)
    if route_id is None:
        raise NoSuchSenderRoute(
            "A route's id looks like rte_… (32 hex digits). List them with GET /v1/routes.", field="route_id"
        )
    return route_id


def _sender_id(text: str) -> UUID:
    sender_id = parse_public_id(SENDER_ID, text)
    if sender_id is None:
        raise UnknownSender("A sender's id looks like snd_… (32 hex digits). List them with GET /v1/senders.")
    return sender_id
