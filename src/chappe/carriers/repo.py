"""Rows of carriers, prices, routes, senders, and what senders say of their links (read only)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from chappe.carriers.model import (
    Carrier,
    CarrierKind,
    LinkCounters,
    LinkState,
    Price,
    Sender,
    SenderKind,
)
from chappe.carriers.settings import SmppSettings
from chappe.carriers.texts import text_options
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.sms.options import TextOptions

SQL = load_statements("chappe.carriers")


class StoredLink(msgspec.Struct, frozen=True):
    """As `LinkSettings`, the password still sealed."""

    carrier_id: UUID
    number: int
    workspace_id: int
    name: str
    kind: CarrierKind
    revision: int
    simulated: bool
    settings: SmppSettings
    secret: bytes | None


class LinkStatus(msgspec.Struct, frozen=True):
    """A link as metrics and `chappe check` show it. `detail`: why it is not bound."""

    name: str
    kind: str
    state: LinkState
    detail: str | None
    counters: LinkCounters


async def add_carrier(
    conn: Connection,
    workspace_id: int,
    carrier_id: UUID,
    *,
    name: str,
    kind: CarrierKind,
    settings: SmppSettings,
    secret: bytes,
    simulated: bool,
) -> int | None:
    """The carrier's number; None when the name is taken, or the carrier is real and the demo's clock set."""
    number: int | None = await conn.fetchval(
        SQL.carrier_add, carrier_id, workspace_id, name, kind, settings, secret, simulated
    )
    if number is not None:
        await conn.execute(SQL.link_add, number, workspace_id)
    return number


async def change_carrier(
    conn: Connection,
    workspace_id: int,
    carrier_id: UUID,
    *,
    name: str | None,
    settings: SmppSettings | None,
    secret: bytes | None,
    simulated: bool | None,
    enabled: bool | None,
) -> int | None:
    """The number; None when there is no such carrier, or it would be real, enabled, and the demo's clock set.
    What is None stays as it was.
    """
    number: int | None = await conn.fetchval(
        SQL.carrier_change, workspace_id, carrier_id, name, settings, secret, simulated, enabled
    )
    return number


async def carrier_name_taken(conn: Connection, workspace_id: int, name: str, but: UUID) -> bool:
    taken: bool = await conn.fetchval(SQL.carrier_named, workspace_id, name, but)
    return taken


async def carrier_secret(conn: Connection, workspace_id: int, carrier_id: UUID) -> bytes | None:
    secret: bytes | None = await conn.fetchval(SQL.carrier_secret, workspace_id, carrier_id)
    return secret


async def drop_carrier(conn: Connection, workspace_id: int, carrier_id: UUID) -> int | None:
    number: int | None = await conn.fetchval(SQL.carrier_drop, workspace_id, carrier_id)
    return number


async def carriers(
    conn: Connection,
    workspace_id: int,
    *,
    after: UUID | None = None,
    only: UUID | None = None,
    limit: int = 1,
) -> list[Carrier]:
    rows = await conn.fetch(SQL.carriers_page, workspace_id, after, only, limit)
    prices: dict[UUID, list[tuple[Price, bool]]] = defaultdict(list)
    for row in await conn.fetch(SQL.prices_of, [row["id"] for row in rows]):
        prices[row["carrier_id"]].append((_price(row), bool(row["holds"])))
    return [_carrier(row, prices[row["id"]]) for row in rows]


async def existing_carriers(conn: Connection, workspace_id: int, ids: Sequence[UUID]) -> set[UUID]:
    rows = await conn.fetch(SQL.carrier_ids, workspace_id, ids)
    return {row["id"] for row in rows}


async def set_prices(conn: Connection, workspace_id: int, carrier_id: UUID, prices: Sequence[Price]) -> None:
    await conn.execute(SQL.prices_drop, carrier_id)
    await conn.execute(
        SQL.prices_add,
        workspace_id,
        carrier_id,
        [price.prefix for price in prices],
        [price.price for price in prices],
        [price.currency for price in prices],
        [price.since for price in prices],
    )


async def prices_by_number(
    conn: Connection, workspace_id: int, at: datetime | None
) -> dict[int, list[Price]]:
    prices: dict[int, list[Price]] = defaultdict(list)
    for row in await conn.fetch(SQL.prices_all, workspace_id, at):
        prices[row["number"]].append(_price(row))
    return prices


async def texts_by_number(conn: Connection, workspace_id: int) -> dict[int, TextOptions]:
    """How each carrier wants its texts."""
    rows = await conn.fetch(SQL.texts_all, workspace_id)
    return {row["number"]: text_options(msgspec.convert(row["settings"], SmppSettings)) for row in rows}


async def price_changes(conn: Connection, workspace_id: int) -> list[datetime]:
    """A moment of each day to come on which a price changes."""
    return [row["at"] for row in await conn.fetch(SQL.price_changes, workspace_id)]


async def longest_prefix(conn: Connection, workspace_id: int) -> int:
    return int(await conn.fetchval(SQL.longest_prefix, workspace_id))


async def links(conn: Connection) -> list[StoredLink]:
    return [
        StoredLink(
            row["id"],
            row["number"],
            row["workspace_id"],
            row["name"],
            CarrierKind(row["kind"]),
            row["revision"],
            row["simulated"],
            msgspec.convert(row["settings"], SmppSettings),
            row["secret"],
        )
        for row in await conn.fetch(SQL.links_all)
    ]


async def link_statuses(conn: Connection) -> list[LinkStatus]:
    rows = await conn.fetch(SQL.links_state)
    return [
        LinkStatus(row["name"], row["kind"], LinkState(row["state"]), row["detail"], _counters(row))
        for row in rows
    ]


async def link_rates(conn: Connection, workspace_id: int, since: datetime, slot: int) -> list[asyncpg.Record]:
    return await conn.fetch(SQL.link_rates, workspace_id, since, slot)


async def link_refusals(conn: Connection, workspace_id: int, number: int) -> list[asyncpg.Record]:
    return await conn.fetch(SQL.link_refusals, workspace_id, number)


async def link_receipts(conn: Connection, workspace_id: int, number: int, limit: int) -> list[asyncpg.Record]:
    return await conn.fetch(SQL.link_receipts, workspace_id, number, limit)


async def exchanges(conn: Connection, newest_first: bool, *asked: object) -> list[asyncpg.Record]:
    """`asked`: the parameters of both statements, which differ in their direction alone."""
    return await conn.fetch(SQL.exchanges_older if newest_first else SQL.exchanges_newer, *asked)


async def add_sender(
    conn: Connection,
    workspace_id: int,
    sender_id: UUID,
    *,
    address: str,
    kind: SenderKind,
    route_id: UUID | None,
) -> bool:
    """False when the workspace has this address already."""
    added = await conn.fetchval(SQL.sender_add, sender_id, workspace_id, address, kind, route_id)
    return added is not None


async def set_sender_route(
    conn: Connection, workspace_id: int, sender_id: UUID, route_id: UUID | None
) -> bool:
    return await conn.fetchval(SQL.sender_route, workspace_id, sender_id, route_id) is not None


async def senders(conn: Connection, workspace_id: int, after: UUID | None, limit: int) -> list[Sender]:
    return [_sender(row) for row in await conn.fetch(SQL.senders_page, workspace_id, after, limit)]


# By the order of a table: `-` is the other direction.
_SENDERS_BY = {
    "address": SQL.senders_by_address,
    "-address": SQL.senders_by_address_down,
    "created": SQL.senders_by_age,
    "-created": SQL.senders_by_age_down,
}


async def senders_sorted(
    conn: Connection,
    workspace_id: int,
    *,
    sort: str,
    after: Sequence[object] | None,
    kinds: list[str] | None,
    holding: str | None,
    limit: int,
) -> list[Sender]:
    keys = after or [None] * (2 if sort.endswith("address") else 1)
    rows = await conn.fetch(_SENDERS_BY[sort], workspace_id, kinds, holding, limit, *keys)
    return [_sender(row) for row in rows]


async def senders_by_id(conn: Connection, workspace_id: int, ids: Iterable[UUID]) -> dict[UUID, Sender]:
    rows = await conn.fetch(SQL.senders_by_id, workspace_id, list(ids))
    return {row["id"]: _sender(row) for row in rows}


async def sender_by_address(conn: Connection, workspace_id: int, address: str) -> Sender | None:
    row = await conn.fetchrow(SQL.sender_by_address, workspace_id, address)
    return None if row is None else _sender(row)


async def tell(conn: Connection, payload: str) -> None:
    """Tell senders of a change, at commit."""
    await conn.execute(SQL.changed, payload)


def _carrier(row: asyncpg.Record, prices: Sequence[tuple[Price, bool]]) -> Carrier:
    """`prices`: all of them, and whether each holds today."""
    return Carrier(
        id=row["id"],
        number=row["number"],
        workspace_id=row["workspace_id"],
        name=row["name"],
        kind=CarrierKind(row["kind"]),
        settings=msgspec.convert(row["settings"], SmppSettings),
        simulated=row["simulated"],
        enabled=row["enabled"],
        revision=row["revision"],
        created_at=row["created_at"],
        state=LinkState(row["state"]),
        detail=row["detail"],
        changed_at=row["changed_at"],
        heartbeat_at=row["heartbeat_at"],
        counters=_counters(row),
        prices=tuple(price for price, holds in prices if holds),
        price_list=tuple(price for price, _ in prices),
    )


def _counters(row: asyncpg.Record) -> LinkCounters:
    return LinkCounters(**{name: row[name] for name in LinkCounters.__struct_fields__})


def _price(row: asyncpg.Record) -> Price:
    return Price(prefix=row["prefix"], price=row["price"], currency=row["currency"], since=row["since"])


def _sender(row: asyncpg.Record) -> Sender:
    return Sender(**{**row, "kind": SenderKind(row["kind"])})


async def any_real(conn: Connection) -> bool:
    found: bool = await conn.fetchval(SQL.any_real)
    return found


async def follow_lab(conn: Connection, system_id: str, host: str, port: int) -> list[int]:
    """Short numbers of the carriers that moved."""
    return [row["number"] for row in await conn.fetch(SQL.follow_lab, system_id, host, port)]
