"""REST: /v1/links."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from chappe.accounts.model import Scope
from chappe.api.bodies import Input
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, Ids, Keys, WallClock
from chappe.api.paging import DEFAULT, Cursor, Limit, Page, decode_cursor, encode_cursor
from chappe.consent.given import GivenLinks
from chappe.kit.ids import IdCipher, parse_public_id, public_id
from chappe.tracking.codes import Codes
from chappe.tracking.domains.service import unknown
from chappe.tracking.links import service
from chappe.tracking.model import DOMAIN_ID, LINK_ID, LONGEST_LABEL, LONGEST_URL, Link

_TAGS = ["Links"]
_READ, _WRITE = [needs(Scope.CAMPAIGNS_READ)], [needs(Scope.CAMPAIGNS_WRITE)]
_ONE = "/links/{link_id:str}"
_CAMPAIGN = "cmp"
_MADE_FOR = "campaign|message|hand"

MadeFor = Annotated[
    str | None, QueryParameter(pattern=f"^({_MADE_FOR})$", description="campaign, message or hand.")
]


class LinkInput(Input, frozen=True, kw_only=True):
    """A link made by hand, for print and QR codes. `url` begins with https:// and leads to no public
    shortener. `domain_id`: without it, the domain that you have chosen, or the main host.
    """

    url: Annotated[str, Meta(max_length=LONGEST_URL + 1)]
    label: Annotated[str, Meta(max_length=LONGEST_LABEL)] = ""
    domain_id: str | None = None


class LinkChange(Input, frozen=True, kw_only=True):
    """`killed` true: whoever opens it is told that it leads nowhere; false: it leads on again."""

    killed: bool


class LinkClicks(msgspec.Struct, frozen=True, kw_only=True):
    """`human`, `previews`, `scanners` count clicks. `people`: messages that a person clicked on; of a link
    made by hand, network addresses.
    """

    people: int
    human: int
    previews: int
    scanners: int


class LinkView(msgspec.Struct, frozen=True, kw_only=True):
    """`short_url`: of a link made by hand; links of messages have a code for each recipient. `fault`: what
    was wrong with its destination at the last look.
    """

    id: str
    made_for: str
    campaign_id: str | None
    url: str
    label: str
    short_url: str | None
    created_at: datetime
    killed_at: datetime | None
    fault: str | None
    clicks: LinkClicks


@get("/links", guards=_READ, summary="Links, the newest first", tags=_TAGS)
async def list_links(
    caller: Asking,
    conn: Conn,
    ids: Ids,
    keys: Keys,
    made_for: MadeFor = None,
    limit: Limit = DEFAULT,
    cursor: Cursor = None,
) -> Page[LinkView]:
    """Those made by hand, of campaigns (one per run and address) and of single messages (one per address)."""
    before = decode_cursor(cursor, int)
    found = await service.links(conn, caller.workspace_id, before=before, made_for=made_for, limit=limit + 1)
    shown, codes = found[:limit], Codes.of(keys)
    after = encode_cursor(shown[-1].id) if len(found) > limit else None
    return Page(data=[_view(each, ids, codes) for each in shown], next_cursor=after)


@post("/links", guards=_WRITE, summary="Make a link by hand", tags=_TAGS)
async def make_link(
    data: JSONBody[LinkInput], caller: Asking, conn: Conn, ids: Ids, keys: Keys, links: GivenLinks
) -> LinkView:
    domain_id = None if data.domain_id is None else _domain(data.domain_id)
    made = await service.make(
        conn, caller.workspace_id, links.base, url=data.url, label=data.label, domain_id=domain_id
    )
    return _view(made, ids, Codes.of(keys))


@get(_ONE, guards=_READ, summary="A link and its clicks", tags=_TAGS)
async def read_link(link_id: FromPath[str], caller: Asking, conn: Conn, ids: Ids, keys: Keys) -> LinkView:
    link = await service.link_of(conn, caller.workspace_id, ids.decode(LINK_ID, link_id))
    return _view(link, ids, Codes.of(keys))


@patch(_ONE, guards=_WRITE, summary="Switch a link off or on", tags=_TAGS)
async def change_link(
    link_id: FromPath[str],
    data: JSONBody[LinkChange],
    caller: Asking,
    conn: Conn,
    ids: Ids,
    keys: Keys,
    clock: WallClock,
) -> LinkView:
    """It holds within five seconds."""
    number = ids.decode(LINK_ID, link_id)
    if data.killed:
        link = await service.kill(conn, caller.workspace_id, number, clock.now())
    else:
        link = await service.revive(conn, caller.workspace_id, number)
    return _view(link, ids, Codes.of(keys))


def _domain(text: str) -> UUID:
    key = parse_public_id(DOMAIN_ID, text)
    if key is None:
        raise unknown()
    return key


def _view(link: Link, ids: IdCipher, codes: Codes) -> LinkView:
    return LinkView(
        id=ids.encode(LINK_ID, link.id),
        made_for=link.made_for,
        campaign_id=None if link.campaign_id is None else public_id(_CAMPAIGN, link.campaign_id),
        url=link.url,
        label=link.label,
        short_url=service.short_url(link, codes),
        created_at=link.created_at,
        killed_at=link.killed_at,
        fault=link.fault,
        clicks=LinkClicks(
            people=link.clicks.people,
            human=link.clicks.human,
            previews=link.clicks.previews,
            scanners=link.clicks.scanners,
        ),
    )


routes: list[ControllerRouterHandler] = [list_links, make_link, read_link, change_link]
