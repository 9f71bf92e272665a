"""REST: /v1/campaigns/{id}/goal."""

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
from chappe.campaigns.goals import service
from chappe.campaigns.model import CAMPAIGN_ID, Campaign, UnknownCampaign
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id

_TAGS = ["Campaigns"]
_PATH = "/campaigns/{campaign_id:str}/goal"


class CampaignGoalInput(Input, frozen=True, kw_only=True):
    """`reply_word`: whoever answers it, whatever its capitals, accents and signs, counts as a conversion of
    the campaign; null: no answer does.
    """

    reply_word: Annotated[str, Meta(max_length=100)] | None


class CampaignGoalView(msgspec.Struct, frozen=True, kw_only=True):
    """Beside it, the workspace's goals count: see `GET /v1/goals`."""

    reply_word: str | None


@get(_PATH, guards=[needs(Scope.CAMPAIGNS_READ)], summary="The answer that counts", tags=_TAGS)
async def read_goal(campaign_id: FromPath[str], caller: Asking, conn: Conn) -> CampaignGoalView:
    campaign = await _campaign(conn, caller, campaign_id)
    return CampaignGoalView(reply_word=await service.word_of(conn, caller.workspace_id, campaign.id))


@put(_PATH, guards=[needs(Scope.CAMPAIGNS_WRITE)], summary="Count an answer", tags=_TAGS)
async def save_goal(
    campaign_id: FromPath[str], data: JSONBody[CampaignGoalInput], caller: Asking, conn: Conn
) -> CampaignGoalView:
    """Of a draft."""
    campaign = await _campaign(conn, caller, campaign_id)
    return CampaignGoalView(reply_word=await service.save(conn, campaign, data.reply_word))


async def _campaign(conn: Connection, caller: Caller, campaign_id: str) -> Campaign:
    key = parse_public_id(CAMPAIGN_ID, campaign_id)
    if key is None:
        raise UnknownCampaign("There is no campaign with this id. List them with GET /v1/campaigns.")
    return await campaigns.get(conn, caller.workspace_id, key)


routes: list[ControllerRouterHandler] = [read_goal, save_goal]
