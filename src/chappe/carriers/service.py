"""Carriers and senders: what the API, the pages, the command line and the engine ask of them. Routes:
`routing`.

Every change tells the senders, when its transaction commits: NOTIFY chappe_carrier with the carrier's number,
or "routes".
"""

from collections.abc import Sequence
from uuid import UUID

from chappe.carriers import repo, route_repo
from chappe.carriers.checks import (
    carrier_name_taken,
    check_simulated,
    checked_prices,
    demo_clock_set,
    only_simulated_among_test_data,
    sender_exists,
)
from chappe.carriers.errors import (
    BadSenderAddress,
    CarrierInUse,
    NoSuchSenderRoute,
    UnknownCarrier,
    UnknownSender,
)
from chappe.carriers.filters import EVERYTHING
from chappe.carriers.model import (
    ROUTES_CHANGED,
    Carrier,
    CarrierKind,
    LinkSettings,
    Price,
    Sender,
    SenderKind,
    sender_address,
)
from chappe.carriers.repo import LinkStatus, StoredLink
from chappe.carriers.settings import SmppSettings
from chappe.config.settings import Secret
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection
from chappe.kit.ids import uuid7

DEFAULT_ROUTE = "Default"


async def create_carrier(
    conn: Connection,
    keys: InstanceKeys,
    workspace_id: int,
    *,
    name: str,
    settings: SmppSettings,
    password: str,
    prices: Sequence[Price] = (),
    simulated: bool = False,
) -> Carrier:
    """A carrier, and with the first one the default route through it. NameTaken, BadPrices, NotSimulated,
    DemoClockSet, SimulatedOnly.
    """
    check_simulated(simulated, settings)
    carrier_id = uuid7()
    with only_simulated_among_test_data():
        number = await repo.add_carrier(
            conn,
            workspace_id,
            carrier_id,
            name=name,
            kind=CarrierKind.SMPP,
            settings=settings,
            secret=_seal(keys, carrier_id, password),
            simulated=simulated,
        )
    if number is None:
        if await repo.carrier_name_taken(conn, workspace_id, name, carrier_id):
            raise carrier_name_taken(name)
        raise demo_clock_set()
    await repo.set_prices(conn, workspace_id, carrier_id, checked_prices(prices))
    await repo.tell(conn, str(number))
    route_id = uuid7()
    if await route_repo.add_default_route(conn, workspace_id, route_id, DEFAULT_ROUTE):
        await route_repo.set_route_carriers(conn, workspace_id, route_id, [carrier_id], [EVERYTHING])
        await repo.tell(conn, ROUTES_CHANGED)
    return await carrier(conn, workspace_id, carrier_id)


async def change_carrier(
    conn: Connection,
    keys: InstanceKeys,
    workspace_id: int,
    carrier_id: UUID,
    *,
    name: str | None = None,
    settings: SmppSettings | None = None,
    password: str | None = None,
    prices: Sequence[Price] | None = None,
    simulated: bool | None = None,
    enabled: bool | None = None,
) -> Carrier:
    """Change what is given; the running link reconnects. UnknownCarrier, NameTaken, BadPrices,
    NotSimulated, DemoClockSet, SimulatedOnly.
    """
    before = await carrier(conn, workspace_id, carrier_id)
    check_simulated(before.simulated if simulated is None else simulated, settings or before.settings)
    if name is not None and await repo.carrier_name_taken(conn, workspace_id, name, carrier_id):
        raise carrier_name_taken(name)
    with only_simulated_among_test_data():
        number = await repo.change_carrier(
            conn,
            workspace_id,
            carrier_id,
            name=name,
            settings=settings,
            secret=None if password is None else _seal(keys, carrier_id, password),
            simulated=simulated,
            enabled=enabled,
        )
    if number is None:
        await carrier(conn, workspace_id, carrier_id)
        raise demo_clock_set()
    if prices is not None:
        await repo.set_prices(conn, workspace_id, carrier_id, checked_prices(prices))
    await repo.tell(conn, str(number))
    return await carrier(conn, workspace_id, carrier_id)


async def password(conn: Connection, keys: InstanceKeys, workspace_id: int, carrier_id: UUID) -> str:
    """The account's password, to try other settings with. UnknownCarrier, WrongSecretKey."""
    found = await carrier(conn, workspace_id, carrier_id)
    sealed = await repo.carrier_secret(conn, workspace_id, found.id)
    return "" if sealed is None else keys.unseal(sealed, context=_context(found.id)).decode()


async def delete_carrier(conn: Connection, workspace_id: int, carrier_id: UUID) -> None:
    """Forget a carrier that was never used. UnknownCarrier, CarrierInUse."""
    number = await repo.drop_carrier(conn, workspace_id, carrier_id)
    if number is None:
        await carrier(conn, workspace_id, carrier_id)
        raise CarrierInUse(
            "A route names this carrier, or messages went through it. Take it out of its routes with "
            "PATCH /v1/routes/{id}; one that was used is kept for the record: switch it off with "
            'PATCH /v1/carriers/{id} {"enabled": false}.'
        )
    await repo.tell(conn, str(number))


async def carrier(conn: Connection, workspace_id: int, carrier_id: UUID) -> Carrier:
    """UnknownCarrier."""
    found = await repo.carriers(conn, workspace_id, only=carrier_id)
    if not found:
        raise UnknownCarrier("This workspace has no such carrier. List them with GET /v1/carriers.")
    return found[0]


async def carriers(
    conn: Connection, workspace_id: int, *, after: UUID | None = None, limit: int = 200
) -> list[Carrier]:
    """Oldest first, each with the state of its link."""
    return await repo.carriers(conn, workspace_id, after=after, limit=limit)


async def create_sender(
    conn: Connection, workspace_id: int, *, address: str, kind: SenderKind, route_id: UUID | None = None
) -> Sender:
    """A sender. BadSenderAddress, SenderExists, NoSuchSenderRoute."""
    stored = await check_sender(conn, workspace_id, address=address, kind=kind)
    await _check_route(conn, workspace_id, route_id)
    sender_id = uuid7()
    if not await repo.add_sender(conn, workspace_id, sender_id, address=stored, kind=kind, route_id=route_id):
        raise sender_exists(stored)
    return await sender(conn, workspace_id, sender_id)


async def check_sender(conn: Connection, workspace_id: int, *, address: str, kind: SenderKind) -> str:
    """The address as it would be stored. BadSenderAddress, SenderExists."""
    stored = sender_address(kind, address)
    if stored is None:
        raise BadSenderAddress(
            f"{_ADDRESSES[kind]} Correct the address, or choose another kind.",
            field="address",
            kind=kind.value,
        )
    if await repo.sender_by_address(conn, workspace_id, stored) is not None:
        raise sender_exists(stored)
    return stored


async def change_sender(
    conn: Connection, workspace_id: int, sender_id: UUID, *, route_id: UUID | None
) -> Sender:
    """Another route for the sender (None: the default one). UnknownSender, NoSuchSenderRoute."""
    await _check_route(conn, workspace_id, route_id)
    await repo.set_sender_route(conn, workspace_id, sender_id, route_id)
    return await sender(conn, workspace_id, sender_id)


async def sender(conn: Connection, workspace_id: int, sender_id: UUID) -> Sender:
    """UnknownSender."""
    found = await repo.senders_by_id(conn, workspace_id, [sender_id])
    if sender_id not in found:
        raise UnknownSender("This workspace has no such sender. List them with GET /v1/senders.")
    return found[sender_id]


async def senders(
    conn: Connection, workspace_id: int, *, after: UUID | None = None, limit: int = 200
) -> list[Sender]:
    """Oldest first."""
    return await repo.senders(conn, workspace_id, after, limit)


async def senders_sorted(
    conn: Connection,
    workspace_id: int,
    *,
    sort: str,
    after: Sequence[object] | None,
    kinds: list[str] | None = None,
    holding: str | None = None,
    limit: int,
) -> list[Sender]:
    """Those of these kinds whose address holds a text, by `address` or `created`, `-` for the other
    direction.
    """
    return await repo.senders_sorted(
        conn, workspace_id, sort=sort, after=after, kinds=kinds, holding=holding, limit=limit
    )


async def senders_by_id(
    conn: Connection, workspace_id: int, ids: Sequence[UUID] | set[UUID]
) -> dict[UUID, Sender]:
    """Those of `ids` that the workspace has."""
    return await repo.senders_by_id(conn, workspace_id, ids)


async def sender_by_address(conn: Connection, workspace_id: int, address: str) -> Sender | None:
    """The sender to which an inbound message was addressed. A long code may come with or without `+`."""
    for spelling in dict.fromkeys((address, f"+{address.removeprefix('+')}")):
        found = await repo.sender_by_address(conn, workspace_id, spelling)
        if found is not None:
            return found
    return None


async def load_links(conn: Connection, keys: InstanceKeys) -> list[LinkSettings]:
    """Every enabled carrier of every workspace, as senders need it. WrongSecretKey when the installation's
    key has changed.
    """
    return [_link(keys, stored) for stored in await repo.links(conn)]


async def link_statuses(conn: Connection) -> list[LinkStatus]:
    """Every link of every workspace, for metrics."""
    return await repo.link_statuses(conn)


_ADDRESSES = {
    SenderKind.ALPHANUMERIC: "An alphanumeric sender has 1 to 11 GSM characters, one of them a letter.",
    SenderKind.LONG_CODE: "A long code is a number in international form, such as +33612345678.",
    SenderKind.SHORT_CODE: "A short code has 3 to 8 digits.",
}


def _seal(keys: InstanceKeys, carrier_id: UUID, password: str) -> bytes:
    return keys.seal(password.encode(), context=_context(carrier_id))


def _link(keys: InstanceKeys, stored: StoredLink) -> LinkSettings:
    return LinkSettings(
        carrier_id=stored.carrier_id,
        number=stored.number,
        workspace_id=stored.workspace_id,
        name=stored.name,
        kind=stored.kind,
        revision=stored.revision,
        simulated=stored.simulated,
        settings=stored.settings,
        password=Secret(opened(keys, stored)),
    )


def opened(keys: InstanceKeys, stored: StoredLink) -> str:
    """The account's password. WrongSecretKey when the installation's key has changed."""
    sealed = stored.secret
    return "" if sealed is None else keys.unseal(sealed, context=_context(stored.carrier_id)).decode()


def _context(carrier_id: UUID) -> str:
    return f"carrier.secret {carrier_id.hex}"


async def _check_route(conn: Connection, workspace_id: int, route_id: UUID | None) -> None:
    if route_id is not None and not await route_repo.routes(conn, workspace_id, only=route_id):
        raise NoSuchSenderRoute(
            "This workspace has no such route. List them with GET /v1/routes.", field="route_id"
        )
