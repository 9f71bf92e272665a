"""REST: /v1/campaigns/{id}/offer."""

from typing import Annotated
from uuid import UUID

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
from chappe.campaigns.model import CAMPAIGN_ID, Campaign, UnknownCampaign
from chappe.campaigns.offers import service
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id
from chappe.offers.model import OFFER_ID, UnknownOffer

_TAGS = ["Campaigns"]
_PATH = "/campaigns/{campaign_id:str}/offer"


class CampaignOfferInput(Input, frozen=True, kw_only=True):
    """Null: it gives no codes."""

    offer_id: Annotated[str, Meta(max_length=60)] | None


class CampaignOfferView(msgspec.Struct, frozen=True, kw_only=True):
    """The offer whose codes stand in the text as `{{ offer_code }}`."""

    offer_id: str | None


@get(_PATH, guards=[needs(Scope.CAMPAIGNS_READ)], summary="The offer it gives codes of", tags=_TAGS)
async def read_campaign_offer(campaign_id: FromPath[str], caller: Asking, conn: Conn) -> CampaignOfferView:
    campaign = await _campaign(conn, caller, campaign_id)
    return _view(await service.offer_of(conn, caller.workspace_id, campaign.id))


@put(_PATH, guards=[needs(Scope.CAMPAIGNS_WRITE)], summary="Give codes of an offer", tags=_TAGS)
async def save_campaign_offer(
    campaign_id: FromPath[str], data: JSONBody[CampaignOfferInput], caller: Asking, conn: Conn
) -> CampaignOfferView:
    """Of a draft. A campaign to more people than the offer has free codes is refused when it is sent; should
    it run dry later, who comes after the last code is skipped as `no_offer_code`.
    """
    campaign = await _campaign(conn, caller, campaign_id)
    key = None
    if data.offer_id is not None:
        key = parse_public_id(OFFER_ID, data.offer_id)
        if key is None:
            raise UnknownOffer(
                "There is no offer with this id. List them with GET /v1/offers.", field="offer_id"
            )
    await service.save(conn, campaign, key)
    return _view(key)


async def _campaign(conn: Connection, caller: Caller, campaign_id: str) -> Campaign:
    key = parse_public_id(CAMPAIGN_ID, campaign_id)
    if key is None:
        raise UnknownCampaign("There is no campaign with this id. List them with GET /v1/campaigns.")
    return await campaigns.get(conn, caller.workspace_id, key)


def _view(offer_id: UUID | None) -> CampaignOfferView:
    return CampaignOfferView(offer_id=None if offer_id is None else public_id(OFFER_ID, offer_id))


routes: list[ControllerRouterHandler] = [read_campaign_offer, save_campaign_offer]
