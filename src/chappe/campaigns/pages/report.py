"""The live page of a campaign: `/` shows the one that runs, else the latest."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect, ServerSentEvent
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db, WallClock
from chappe.campaigns import service
from chappe.campaigns.display import pieces, spent, tally
from chappe.campaigns.live import Feed, Moment
from chappe.campaigns.model import (
    CAMPAIGN_ID,
    CampaignState,
    UnknownCampaign,
    WrongState,
)
from chappe.db.pool import Database
from chappe.kit.ids import parse_public_id, public_id
from chappe.messages.service import REPLIES_AMONG
from chappe.web.page import GivenPage, Page
from chappe.web.streams import Closing, live_blocks
from chappe.web.viewer import GivenViewer, Viewer, needs

GivenFeed = NamedDependency[SkipValidation[Feed]]
GivenClosing = NamedDependency[SkipValidation[Closing]]

_PAGE = "campaigns/campaign.html"
_RECENT = 8
# Parts of the page that come again when they change; each is a file that the page includes.
_BLOCKS = ("state", "actions", "progress", "rate", "tiles", "reasons", "links", "replies")


@get("/campaigns/{campaign:str}", opt=needs(Permission.CAMPAIGNS_READ))
async def campaign_page(
    campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, feed: GivenFeed
) -> Response[Any]:
    return await _show(page, viewer, db, feed, _id(campaign))


@get("/campaigns/{campaign:str}/live", opt=needs(Permission.CAMPAIGNS_READ))
async def live(
    campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, feed: GivenFeed, closing: GivenClosing
) -> ServerSentEvent:
    campaign_id = _id(campaign)
    await feed.look(viewer.workspace_id, campaign_id)

    async def changes() -> AsyncGenerator[Mapping[str, str], None]:
        async for moment in feed.watch(viewer.workspace_id, campaign_id):
            values = _values(moment)
            yield {name: page.fragment(f"campaigns/live/{name}.html", **values) for name in _BLOCKS}

    return live_blocks(changes(), closing)


@post("/campaigns/{campaign:str}/pause", opt=needs(Permission.CAMPAIGNS_SEND))
async def pause(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Redirect:
    try:
        async with db.transaction(viewer.workspace_id) as conn:
            await service.pause(conn, viewer.workspace_id, _id(campaign))
    except WrongState:
        return page.redirect(f"/campaigns/{campaign}?notice=too_late")
    return page.redirect(f"/campaigns/{campaign}?notice=paused")


@post("/campaigns/{campaign:str}/resume", opt=needs(Permission.CAMPAIGNS_SEND))
async def resume(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Redirect:
    try:
        async with db.transaction(viewer.workspace_id) as conn:
            await service.resume(conn, viewer.workspace_id, _id(campaign))
    except WrongState:
        return page.redirect(f"/campaigns/{campaign}?notice=too_late")
    return page.redirect(f"/campaigns/{campaign}?notice=resumed")


@get("/campaigns/{campaign:str}/cancel", opt=needs(Permission.CAMPAIGNS_SEND))
async def ask_cancel(
    campaign: FromPath[str], request: Request[Any, Any, Any], page: GivenPage, viewer: GivenViewer, db: Db
) -> Response[Any]:
    """Says to how many the message will not go. As a dialog over the page where scripts run."""
    async with db.transaction(viewer.workspace_id) as conn:
        progress = await service.progress(conn, viewer.workspace_id, _id(campaign))
    values: dict[str, Any] = {
        "campaign": progress.campaign,
        "tally": tally(progress),
        "campaign_id": campaign,
    }
    if request.headers.get("hx-request"):
        return page.render("campaigns/cancel_dialog.html", **values)
    return page.render("campaigns/cancel.html", **values)


@post("/campaigns/{campaign:str}/cancel", opt=needs(Permission.CAMPAIGNS_SEND))
async def cancel(
    campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock
) -> Redirect:
    try:
        async with db.transaction(viewer.workspace_id) as conn:
            await service.cancel(conn, viewer.workspace_id, _id(campaign), clock)
    except WrongState:
        return page.redirect(f"/campaigns/{campaign}?notice=too_late")
    return page.redirect(f"/campaigns/{campaign}?notice=canceled")


async def _show(page: Page, viewer: Viewer, db: Database, feed: Feed, campaign_id: UUID) -> Response[Any]:
    moment = await feed.look(viewer.workspace_id, campaign_id)
    async with db.transaction(viewer.workspace_id) as conn:
        recent = await service.page(conn, viewer.workspace_id, after=None, state=None, limit=_RECENT)
    rows = [(public_id(CAMPAIGN_ID, one.campaign.id), one.campaign, tally(one)) for one in recent]
    return page.render(_PAGE, recent=rows, **_values(moment))


def _values(moment: Moment) -> dict[str, Any]:
    campaign = moment.campaign
    return {
        "campaign": campaign,
        "campaign_id": public_id(CAMPAIGN_ID, campaign.id),
        "tally": moment.tally,
        "sender": moment.around.sender,
        "carriers": moment.around.carriers,
        "replies": moment.around.replies,
        "replies_capped": moment.around.replies.total >= REPLIES_AMONG,
        "spent": spent(moment.tally.parts, moment.around.prices),
        "rate": moment.rate,
        "history": moment.history,
        "moving": campaign.state in (CampaignState.PREPARING, CampaignState.SENDING),
        "pieces": pieces(campaign.body),
    }


def _id(text: str) -> UUID:
    found = parse_public_id(CAMPAIGN_ID, text)
    if found is None:
        raise UnknownCampaign("There is no campaign at this address.")
    return found


routes: list[ControllerRouterHandler] = [campaign_page, live, pause, resume, ask_cancel, cancel]
