"""REST: /v1/campaigns/{id}/series."""

from datetime import date, datetime
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
from chappe.campaigns import service as campaigns
from chappe.campaigns.model import CAMPAIGN_ID, Campaign, CampaignState, UnknownCampaign
from chappe.campaigns.series import service
from chappe.campaigns.series.model import Every, NoSeries, Rule, SeriesState
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id

_TAGS = ["Campaigns"]
_PATH = "/campaigns/{campaign_id:str}/series"


class SeriesInput(Input, frozen=True, kw_only=True):
    """Every `step` days, weeks or months after the campaign's own time, at its hour on the workspace's clock.
    `until`: the last day; null: until it is stopped.
    """

    every: Every
    step: Annotated[int, Meta(ge=1, le=52)] = 1
    until: date | None = None


class SeriesView(msgspec.Struct, frozen=True, kw_only=True):
    """`made`: copies so far, each a campaign of its own. `next_at` null before the first campaign is sent,
    and when none comes any more. `error`: why the last copy stayed a draft.
    """

    every: Every
    step: int
    until: date | None
    state: SeriesState
    made: int
    next_at: datetime | None
    error: str | None


@get(_PATH, guards=[needs(Scope.CAMPAIGNS_READ)], summary="Whether it comes again", tags=_TAGS)
async def read_series(campaign_id: FromPath[str], caller: Asking, conn: Conn) -> SeriesView:
    return await _view(conn, await _campaign(conn, caller, campaign_id))


@put(_PATH, guards=[needs(Scope.CAMPAIGNS_SEND)], summary="Let it come again", tags=_TAGS)
async def save_series(
    campaign_id: FromPath[str], data: JSONBody[SeriesInput], caller: Asking, conn: Conn
) -> SeriesView:
    """Copies of a campaign that has a time are made a day before each leaves, and scheduled."""
    campaign = await _campaign(conn, caller, campaign_id)
    await service.save(conn, campaign, Rule(every=data.every, step=data.step, until=data.until))
    return await _view(conn, campaign)


@delete(_PATH, guards=[needs(Scope.CAMPAIGNS_SEND)], summary="Let it come no more", tags=_TAGS)
async def stop_series(campaign_id: FromPath[str], caller: Asking, conn: Conn) -> None:
    """Copies that are scheduled already stay: cancel them one by one."""
    campaign = await _campaign(conn, caller, campaign_id)
    if campaign.state is CampaignState.DRAFT:
        await service.save(conn, campaign, None)
    else:
        await service.stop(conn, campaign)


async def _view(conn: Connection, campaign: Campaign) -> SeriesView:
    found = await service.series_of(conn, campaign.workspace_id, campaign.id)
    if found is None:
        raise NoSeries("The campaign does not come again. PUT a rule to let it.")
    return SeriesView(
        every=found.rule.every,
        step=found.rule.step,
        until=found.rule.until,
        state=found.state,
        made=found.made,
        next_at=found.next_at,
        error=found.error,
    )


async def _campaign(conn: Connection, caller: Caller, text: str) -> Campaign:
    key = parse_public_id(CAMPAIGN_ID, text)
    if key is None:
        raise UnknownCampaign("There is no campaign with this id. List them with GET /v1/campaigns.")
    return await campaigns.get(conn, caller.workspace_id, key)


routes: list[ControllerRouterHandler] = [read_series, save_series, stop_series]
