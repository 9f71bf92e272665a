"""Link domains: what is done with them. Nothing here commits but `verify`, which asks the network."""

import hmac
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from asyncpg import UniqueViolationError

from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection, Database
from chappe.db.statements import load_statements
from chappe.kit.clock import Clock
from chappe.kit.errors import Problem
from chappe.kit.ids import uuid7
from chappe.kit.outbound import AddressRefused
from chappe.kit.shorteners import PUBLIC_SHORTENERS
from chappe.tracking import service as tracking
from chappe.tracking.hosts import WELL_KNOWN, proof
from chappe.tracking.model import Domain, UnknownLinkDomain

SQL = load_statements("chappe.tracking.domains")

MOST: Final = 20
PATIENCE: Final = 8.0
"""Seconds that a host has to answer."""
_LONGEST: Final = 253  # RFC 1035 section 2.3.4
# RFC 952 and 1123: letters, digits, hyphens within; the last label is no number. An IDN is written as xn--….
_HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9-]{2,63}")

Client = Callable[[float], httpx.AsyncClient]
"""Makes a client that goes where it may: `Outbound.client`."""


class BadLinkDomain(Problem):
    """`why`: not_a_host, own_host, public_shortener, already_there, too_many."""

    code = "bad_link_domain"
    status = 422
    title = "This host cannot carry links"


class LinkDomainState(Problem):
    """`why`: not_ready (it was not seen to lead here), in_use (links may stand on it)."""

    code = "link_domain_state"
    status = 409
    title = "The link domain is in another state"


async def domains(conn: Connection, workspace_id: int) -> list[Domain]:
    return [Domain._make(row) for row in await conn.fetch(SQL.domains, workspace_id)]


async def add(conn: Connection, workspace_id: int, host: str, base: str) -> Domain:
    """To be verified. `base`: the installation's own address. Raises BadLinkDomain."""
    host = _checked(host, base)
    if len(await domains(conn, workspace_id)) >= MOST:
        raise BadLinkDomain(f"There are {MOST} already. Remove one first.", field="host", why="too_many")
    row = await conn.fetchrow(SQL.add, uuid7(), workspace_id, host)
    if row is None:
        raise BadLinkDomain("It is in the list already.", field="host", why="already_there")
    return Domain._make(row)


async def verify(
    db: Database, workspace_id: int, domain_id: UUID, *, client: Client, keys: InstanceKeys, clock: Clock
) -> Domain:
    """Look whether the host leads here, without a transaction meanwhile. One that was switched off is
    on again.

    `error` of the domain says why not: no_answer, internal (an address of an inner network), other (something
    else answers there), taken (another workspace has it). Raises UnknownLinkDomain.
    """
    async with db.transaction(workspace_id) as conn:
        domain = await tracking.domain_of(conn, workspace_id, domain_id)
    error = await look(client, keys, domain.host)
    async with db.transaction(workspace_id) as conn:
        if error is None:
            try:
                async with conn.transaction():
                    await conn.execute(SQL.found, workspace_id, domain_id, clock.now())
            except UniqueViolationError:
                error = "taken"
        if error is not None:
            await conn.execute(SQL.missed, workspace_id, domain_id, clock.now(), error)
        return await tracking.domain_of(conn, workspace_id, domain_id)


async def look(client: Client, keys: InstanceKeys, host: str) -> str | None:
    """Why the host is not seen to lead here; None when it does."""
    wanted = proof(keys.sub("link domains"), host).encode()
    try:
        async with (
            client(PATIENCE) as http,
            http.stream("GET", f"https://{host}/{WELL_KNOWN}") as answer,
        ):
            async for octets in answer.aiter_raw(len(wanted)):
                return None if answer.status_code == 200 and hmac.compare_digest(octets, wanted) else "other"
    except AddressRefused:
        return "internal"
    except httpx.HTTPError:
        return "no_answer"
    return "other"


async def choose(conn: Connection, workspace_id: int, domain_id: UUID | None) -> None:
    """For new links; None: the main host. Raises UnknownLinkDomain, LinkDomainState."""
    if domain_id is not None:
        await tracking.domain_of(conn, workspace_id, domain_id)
    await conn.execute(SQL.unchoose, workspace_id)
    if domain_id is not None and await conn.fetchval(SQL.choose, workspace_id, domain_id) is None:
        raise LinkDomainState("It was not seen to lead here. Verify it first.", why="not_ready")


async def kill(conn: Connection, workspace_id: int, domain_id: UUID) -> None:
    """Every link on it leads nowhere, until it is verified again. Raises UnknownLinkDomain."""
    await tracking.domain_of(conn, workspace_id, domain_id)
    await conn.execute(SQL.kill, workspace_id, domain_id)


async def remove(conn: Connection, workspace_id: int, domain_id: UUID) -> None:
    """One that never led here. Raises UnknownLinkDomain, LinkDomainState."""
    await tracking.domain_of(conn, workspace_id, domain_id)
    if await conn.fetchval(SQL.remove, workspace_id, domain_id) is None:
        raise LinkDomainState("Links may stand on it. Switch it off instead.", why="in_use")


def unknown() -> UnknownLinkDomain:
    return UnknownLinkDomain("There is no link domain with this id. See GET /v1/link-domains.")


def _checked(written: str, base: str) -> str:
    host = written.strip().lower().removeprefix("https://").rstrip("/.")
    if len(host) > _LONGEST or not _HOST.fullmatch(host):
        raise BadLinkDomain("Write a host: go.shop.example.com.", field="host", why="not_a_host")
    if host == urlsplit(base).hostname:
        raise BadLinkDomain("This is the address of this installation.", field="host", why="own_host")
    if host.removeprefix("www.") in PUBLIC_SHORTENERS:
        raise BadLinkDomain("Carriers filter public shorteners.", field="host", why="public_shortener")
    return host
