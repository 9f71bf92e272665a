"""REST: /v1/campaigns/{id}/media."""

from typing import Annotated

import msgspec
from litestar import delete, get, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from chappe.accounts.model import Scope
from chappe.api.bodies import Input
from chappe.api.caller import Caller, needs
from chappe.api.given import Asking, Conn
from chappe.campaigns import drafts
from chappe.campaigns import service as campaigns
from chappe.campaigns.media import service
from chappe.campaigns.model import CAMPAIGN_ID, Campaign, UnknownCampaign
from chappe.consent.given import GivenLinks
from chappe.content.media import service as media
from chappe.content.media.model import MEDIA_ID, Media, UnknownMedia
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id

_TAGS = ["Campaigns"]
_PATH = "/campaigns/{campaign_id:str}/media"


class CampaignMediaInput(Input, frozen=True, kw_only=True):
    """`media_id`: a picture of `GET /v1/media`."""

    media_id: Annotated[str, Meta(max_length=60)]


class CampaignMediaView(msgspec.Struct, frozen=True, kw_only=True):
    """`url`: as it stands in `body`, the text of the campaign. `goes_as`: inside the message where every
    carrier takes pictures of its size, else by the link.
    """

    media_id: str
    url: str
    alt: str
    body: str
    goes_as: service.Way


@get(_PATH, guards=[needs(Scope.CAMPAIGNS_READ)], summary="Its picture", tags=_TAGS)
async def read_campaign_media(
    campaign_id: FromPath[str], caller: Asking, conn: Conn, links: GivenLinks
) -> CampaignMediaView:
    """The picture whose address stands in the text; 404 when there is none."""
    campaign = await _campaign(conn, caller, campaign_id)
    found = await service.picture_of(conn, campaign, links.base)
    if found is None:
        raise UnknownMedia("The text of this campaign names no picture. Choose one with PUT.")
    return await _view(conn, found, campaign, links.base)


@put(_PATH, guards=[needs(Scope.CAMPAIGNS_WRITE)], summary="Choose its picture", tags=_TAGS)
async def save_campaign_media(
    campaign_id: FromPath[str],
    data: JSONBody[CampaignMediaInput],
    caller: Asking,
    conn: Conn,
    links: GivenLinks,
) -> CampaignMediaView:
    """Of a draft. Its address goes to the end of the text, or where the address of the picture before
    stood. A variant with a text of its own keeps that text.
    """
    campaign = await _campaign(conn, caller, campaign_id)
    try:
        picture = await media.one(conn, caller.workspace_id, parse_public_id(MEDIA_ID, data.media_id))
    except UnknownMedia as error:
        raise UnknownMedia(error.detail, field="media_id") from error
    written = await service.with_picture(conn, campaign, picture, links.base)
    saved = await drafts.save(conn, campaign, written)
    return await _view(conn, picture, saved, links.base)


@delete(_PATH, guards=[needs(Scope.CAMPAIGNS_WRITE)], summary="Take its picture away", tags=_TAGS)
async def delete_campaign_media(
    campaign_id: FromPath[str], caller: Asking, conn: Conn, links: GivenLinks
) -> None:
    """Of a draft: its address goes from the text. The picture itself stays."""
    campaign = await _campaign(conn, caller, campaign_id)
    await drafts.save(conn, campaign, await service.without_picture(conn, campaign, links.base))


async def _campaign(conn: Connection, caller: Caller, campaign_id: str) -> Campaign:
    key = parse_public_id(CAMPAIGN_ID, campaign_id)
    if key is None:
        raise UnknownCampaign("There is no campaign with this id. List them with GET /v1/campaigns.")
    return await campaigns.get(conn, caller.workspace_id, key)


async def _view(conn: Connection, picture: Media, campaign: Campaign, base: str) -> CampaignMediaView:
    return CampaignMediaView(
        media_id=public_id(MEDIA_ID, picture.id),
        url=service.address(base, picture.code),
        alt=picture.alt,
        body=campaign.body,
        goes_as=await service.way(conn, campaign.workspace_id, picture),
    )


routes: list[ControllerRouterHandler] = [read_campaign_media, save_campaign_media, delete_campaign_media]
