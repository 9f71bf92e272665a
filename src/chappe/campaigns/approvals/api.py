"""REST: /v1/campaigns/{id}/approval."""

from datetime import datetime

import msgspec
from litestar import get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn
from chappe.campaigns import service as campaigns
from chappe.campaigns.approvals import service
from chappe.campaigns.approvals.model import ApprovalState
from chappe.campaigns.model import CAMPAIGN_ID, UnknownCampaign
from chappe.kit.ids import parse_public_id


class ApprovalView(msgspec.Struct, frozen=True, kw_only=True):
    """`required`: the workspace wants a second person's yes, asked for and given on the review page. `state`
    null: nobody was asked. `holds`: the campaign is as it was when it was asked about; it leaves only
    `approved` and unchanged.
    """

    required: bool
    state: ApprovalState | None
    holds: bool
    asked_at: datetime | None
    answered_at: datetime | None
    words: str


@get(
    "/campaigns/{campaign_id:str}/approval",
    guards=[needs(Scope.CAMPAIGNS_READ)],
    summary="Whether it is approved",
    tags=["Campaigns"],
)
async def read_approval(campaign_id: FromPath[str], caller: Asking, conn: Conn) -> ApprovalView:
    key = parse_public_id(CAMPAIGN_ID, campaign_id)
    if key is None:
        raise UnknownCampaign("There is no campaign with this id. List them with GET /v1/campaigns.")
    campaign = await campaigns.get(conn, caller.workspace_id, key)
    known = await service.approval_of(conn, campaign)
    return ApprovalView(
        required=await service.is_required(conn, caller.workspace_id),
        state=known.state if known else None,
        holds=known.holds if known else False,
        asked_at=known.asked_at if known else None,
        answered_at=known.answered_at if known else None,
        words=known.words if known else "",
    )


routes: list[ControllerRouterHandler] = [read_approval]
