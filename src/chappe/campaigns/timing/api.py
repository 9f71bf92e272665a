"""REST: /v1/campaigns/{id}/timing."""

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
from chappe.campaigns.model import CAMPAIGN_ID, Campaign, UnknownCampaign
from chappe.campaigns.timing import service
from chappe.campaigns.timing.model import How, Timing
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id

_TAGS = ["Campaigns"]
_PATH = "/campaigns/{campaign_id:str}/timing"


class TimingInput(Input, frozen=True, kw_only=True):
    """`how`: `moment` (everybody at `send_at`), `local` (at its hour where each person is), `best` (on its
    day where each person is, at the hour at which they click and answer most). `spread_minutes`: messages
    are due evenly over so long; null: all at their moment.
    """

    how: How = How.MOMENT
    spread_minutes: Annotated[int, Meta(ge=1, le=10_080)] | None = None


class TimingView(msgspec.Struct, frozen=True, kw_only=True):
    """When each person gets it, beside `send_at`."""

    how: How
    spread_minutes: int | None


@get(_PATH, guards=[needs(Scope.CAMPAIGNS_READ)], summary="When each person gets it", tags=_TAGS)
async def read_timing(campaign_id: FromPath[str], caller: Asking, conn: Conn) -> TimingView:
    campaign = await _campaign(conn, caller, campaign_id)
    return _view(await service.timing_of(conn, caller.workspace_id, campaign.id))


@put(_PATH, guards=[needs(Scope.CAMPAIGNS_WRITE)], summary="Choose when each person gets it", tags=_TAGS)
async def save_timing(
    campaign_id: FromPath[str], data: JSONBody[TimingInput], caller: Asking, conn: Conn
) -> TimingView:
    """Of a draft; `local` and `best` need its `send_at`."""
    campaign = await _campaign(conn, caller, campaign_id)
    chosen = Timing(how=data.how, spread_minutes=data.spread_minutes)
    await service.save(conn, campaign, chosen)
    return _view(chosen)


def _view(timing: Timing) -> TimingView:
    return TimingView(how=timing.how, spread_minutes=timing.spread_minutes)


async def _campaign(conn: Connection, caller: Caller, text: str) -> Campaign:
    key = parse_public_id(CAMPAIGN_ID, text)
    if key is None:
        raise UnknownCampaign("There is no campaign with this id. List them with GET /v1/campaigns.")
    return await campaigns.get(conn, caller.workspace_id, key)


routes: list[ControllerRouterHandler] = [read_timing, save_timing]
