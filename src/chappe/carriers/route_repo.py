"""Rows of routes: their carriers in order, what each takes, and their branches."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec

from chappe.carriers.filters import Filter
from chappe.carriers.model import BranchNumbers, Route, RouteSettings
from chappe.carriers.repo import SQL
from chappe.db.pool import Connection
from chappe.kit.ids import uuid7


async def add_route(conn: Connection, workspace_id: int, route_id: UUID, name: str) -> bool:
    """False when the name is taken."""
    return await conn.fetchval(SQL.route_add, route_id, workspace_id, name, False) is not None


async def add_default_route(conn: Connection, workspace_id: int, route_id: UUID, name: str) -> bool:
    """False when there is a default route already."""
    return await conn.fetchval(SQL.route_default_add, route_id, workspace_id, name) is not None


async def change_route(conn: Connection, workspace_id: int, route_id: UUID, name: str | None) -> bool:
    return await conn.fetchval(SQL.route_change, workspace_id, route_id, name) is not None


async def route_name_taken(conn: Connection, workspace_id: int, name: str, but: UUID) -> bool:
    taken: bool = await conn.fetchval(SQL.route_named, workspace_id, name, but)
    return taken


async def set_route_carriers(
    conn: Connection,
    workspace_id: int,
    route_id: UUID,
    carrier_ids: Sequence[UUID],
    filters: Sequence[Filter],
) -> None:
    """`filters`: one for each carrier."""
    await conn.execute(SQL.route_carriers_drop, workspace_id, route_id)
    prefixes = [each.prefixes for each in filters]
    purposes = [each.purposes for each in filters]
    await conn.execute(SQL.route_carriers_add, workspace_id, route_id, carrier_ids, prefixes, purposes)


async def add_branches(
    conn: Connection, workspace_id: int, route_id: UUID, branches: Sequence[tuple[str, str]]
) -> None:
    """Branches by purpose and prefix, as far as the route does not have them."""
    purposes, prefixes = zip(*branches, strict=True)
    ids = [uuid7() for _ in branches]
    await conn.execute(SQL.route_branches_add, workspace_id, route_id, ids, purposes, prefixes)


async def routes(
    conn: Connection,
    workspace_id: int,
    *,
    after: UUID | None = None,
    only: UUID | None = None,
    limit: int = 1,
) -> list[Route]:
    return [_route(row) for row in await conn.fetch(SQL.routes_page, workspace_id, after, only, limit)]


async def all_routes(conn: Connection) -> list[RouteSettings]:
    """Branches too: a sender knows no difference."""
    return [
        RouteSettings(
            route_id=row["id"],
            workspace_id=row["workspace_id"],
            is_default=row["is_default"],
            carriers=tuple(row["carriers"]),
        )
        for row in await conn.fetch(SQL.routes_all)
    ]


async def route_numbers(conn: Connection, workspace_id: int) -> dict[UUID, tuple[int, ...]]:
    """The carriers' numbers of each route, the preferred one first."""
    rows = await conn.fetch(SQL.route_numbers, workspace_id)
    return {row["id"]: tuple(row["carriers"]) for row in rows}


async def branch_numbers(conn: Connection, workspace_id: int) -> list[BranchNumbers]:
    """Branches of the routes that have filters."""
    return [
        BranchNumbers(row["id"], row["route_id"], row["purpose"], row["prefix"], tuple(row["carriers"]))
        for row in await conn.fetch(SQL.branch_numbers, workspace_id)
    ]


def _route(row: asyncpg.Record) -> Route:
    filters = msgspec.convert(row["filters"] or [], tuple[Filter, ...])
    return Route(**{**row, "carriers": tuple(row["carriers"]), "filters": filters})
