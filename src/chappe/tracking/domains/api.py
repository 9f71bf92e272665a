"""REST: /v1/link-domains and /v1/link-settings."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from chappe.accounts.model import Scope
from chappe.api.bodies import Input
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, Db, Keys, WallClock
from chappe.consent.given import GivenLinks
from chappe.kit.ids import parse_public_id, public_id
from chappe.tracking import service as tracking
from chappe.tracking.domains import service
from chappe.tracking.given import GivenOutbound
from chappe.tracking.model import DOMAIN_ID, Domain

_TAGS = ["Links"]
_READ, _WRITE = [needs(Scope.CAMPAIGNS_READ)], [needs(Scope.CAMPAIGNS_WRITE)]
_PATH = "/link-domains"
_ONE = _PATH + "/{domain_id:str}"


class LinkDomainInput(Input, frozen=True, kw_only=True):
    """`host`: go.shop.example.com, which nothing else is served at."""

    host: Annotated[str, Meta(max_length=300)]


class LinkDomainView(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: pending (not seen to lead here yet), ready, killed. `error`, of the last look: no_answer,
    internal, other (something else answers there), taken (another workspace has it).
    """

    id: str
    host: str
    state: str
    chosen: bool
    created_at: datetime
    checked_at: datetime | None
    verified_at: datetime | None
    error: str | None


class LinkDomainsView(msgspec.Struct, frozen=True, kw_only=True):
    data: list[LinkDomainView]


class LinkSettingsBody(Input, frozen=True, kw_only=True):
    """`utm`: parameters added to the addresses of links, by their names without `utm_`: source, medium,
    campaign, term, content. `{campaign}` in a value is the campaign's name.
    """

    utm: dict[str, str]


@get(_PATH, guards=_READ, summary="Your link domains", tags=_TAGS)
async def list_domains(caller: Asking, conn: Conn) -> LinkDomainsView:
    found = await service.domains(conn, caller.workspace_id)
    return LinkDomainsView(data=[_view(each) for each in found])


@post(_PATH, guards=_WRITE, summary="Add a link domain", tags=_TAGS)
async def add_domain(
    data: JSONBody[LinkDomainInput], caller: Asking, conn: Conn, links: GivenLinks
) -> LinkDomainView:
    """Then let its DNS lead here, and verify it."""
    return _view(await service.add(conn, caller.workspace_id, data.host, links.base))


@post(_ONE + "/verify", guards=_WRITE, summary="Verify a link domain", tags=_TAGS, status_code=200)
async def verify_domain(
    domain_id: FromPath[str], caller: Asking, db: Db, keys: Keys, clock: WallClock, outbound: GivenOutbound
) -> LinkDomainView:
    """Looks whether its host leads here; the answer's `state` and `error` say so. The first that does is
    chosen; one that was killed works again.
    """
    verified = await service.verify(
        db, caller.workspace_id, _id(domain_id), client=outbound.client, keys=keys, clock=clock
    )
    return _view(verified)


@post(_ONE + "/choose", guards=_WRITE, summary="Choose a link domain", tags=_TAGS, status_code=200)
async def choose_domain(domain_id: FromPath[str], caller: Asking, conn: Conn) -> LinkDomainView:
    """New links stand on it."""
    key = _id(domain_id)
    await service.choose(conn, caller.workspace_id, key)
    return _view(await tracking.domain_of(conn, caller.workspace_id, key))


@post(_ONE + "/kill", guards=_WRITE, summary="Switch a link domain off", tags=_TAGS, status_code=200)
async def kill_domain(domain_id: FromPath[str], caller: Asking, conn: Conn) -> LinkDomainView:
    """Within seconds every link on it answers 410."""
    key = _id(domain_id)
    await service.kill(conn, caller.workspace_id, key)
    return _view(await tracking.domain_of(conn, caller.workspace_id, key))


@delete(_ONE, guards=_WRITE, summary="Remove a link domain", tags=_TAGS)
async def remove_domain(domain_id: FromPath[str], caller: Asking, conn: Conn) -> None:
    """One that was never verified: on the others links may stand."""
    await service.remove(conn, caller.workspace_id, _id(domain_id))


@get("/link-settings", guards=_READ, summary="What is added to links", tags=_TAGS)
async def read_settings(caller: Asking, conn: Conn) -> LinkSettingsBody:
    return LinkSettingsBody(utm=await tracking.usual_utm(conn, caller.workspace_id))


@put("/link-settings", guards=_WRITE, summary="Add parameters to links", tags=_TAGS)
async def save_settings(data: JSONBody[LinkSettingsBody], caller: Asking, conn: Conn) -> LinkSettingsBody:
    """Where a campaign says nothing else. A parameter that an address has already stays as it is."""
    await tracking.keep_utm(conn, caller.workspace_id, data.utm)
    return data


def _id(text: str) -> UUID:
    key = parse_public_id(DOMAIN_ID, text)
    if key is None:
        raise service.unknown()
    return key


def _view(domain: Domain) -> LinkDomainView:
    told = domain._asdict() | {"id": public_id(DOMAIN_ID, domain.id)}
    return LinkDomainView(**told)


routes: list[ControllerRouterHandler] = [
    list_domains,
    add_domain,
    verify_domain,
    choose_domain,
    kill_domain,
    remove_domain,
    read_settings,
    save_settings,
]
