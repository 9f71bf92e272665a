"""REST: /v1/campaigns/{id}/links."""

from typing import Annotated

import msgspec
from litestar import get, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from chappe.accounts.model import Scope
from chappe.api.bodies import Input
from chappe.api.caller import Caller, needs
from chappe.api.given import Asking, Conn
from chappe.campaigns import service as campaigns
from chappe.campaigns.links import service
from chappe.campaigns.links.model import LinkSettings
from chappe.campaigns.model import CAMPAIGN_ID, Campaign, UnknownCampaign
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id
from chappe.tracking.model import DOMAIN_ID, UnknownLinkDomain

_TAGS = ["Campaigns"]
_PATH = "/campaigns/{campaign_id:str}/links"


class CampaignLinksInput(Input, frozen=True, kw_only=True):
    """`shorten` null: where you have chosen a link domain, or this installation is opened by https.
    `domain_id` null: the domain that you have chosen. `utm`: beside those of
    `/v1/link-settings`, and before them.
    """

    shorten: bool | None = None
    domain_id: Annotated[str, Meta(max_length=60)] | None = None
    utm: dict[str, str] = msgspec.field(default_factory=dict)


class CampaignLinksView(msgspec.Struct, frozen=True, kw_only=True):
    """How the addresses in a campaign's text become short links."""

    shorten: bool | None
    domain_id: str | None
    utm: dict[str, str]


@get(_PATH, guards=[needs(Scope.CAMPAIGNS_READ)], summary="How its links are made", tags=_TAGS)
async def read_links(campaign_id: FromPath[str], caller: Asking, conn: Conn) -> CampaignLinksView:
    campaign = await _campaign(conn, caller, campaign_id)
    return _view(await service.settings_of(conn, caller.workspace_id, campaign.id))


@put(_PATH, guards=[needs(Scope.CAMPAIGNS_WRITE)], summary="Say how its links are made", tags=_TAGS)
async def save_links(
    campaign_id: FromPath[str], data: JSONBody[CampaignLinksInput], caller: Asking, conn: Conn
) -> CampaignLinksView:
    """Of a draft."""
    campaign = await _campaign(conn, caller, campaign_id)
    domain_id = None
    if data.domain_id is not None:
        domain_id = parse_public_id(DOMAIN_ID, data.domain_id)
        if domain_id is None:
            raise UnknownLinkDomain(
                "There is no such link domain. See GET /v1/link-domains.", field="domain_id"
            )
    chosen = LinkSettings(shorten=data.shorten, domain_id=domain_id, utm=data.utm)
    return _view(await service.save(conn, campaign, chosen))


async def _campaign(conn: Connection, caller: Caller, campaign_id: str) -> Campaign:
    key = parse_public_id(CAMPAIGN_ID, campaign_id)
    if key is None:
        raise UnknownCampaign("There is no campaign with this id. List them with GET /v1/campaigns.")
    return await campaigns.get(conn, caller.workspace_id, key)


def _view(chosen: LinkSettings) -> CampaignLinksView:
    domain_id = None if chosen.domain_id is None else public_id(DOMAIN_ID, chosen.domain_id)
    return CampaignLinksView(shorten=chosen.shorten, domain_id=domain_id, utm=chosen.utm)


routes: list[ControllerRouterHandler] = [read_links, save_links]
