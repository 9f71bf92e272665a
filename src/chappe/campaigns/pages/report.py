"""The report of a campaign, live while it goes out: what became of it, and the wishes to stop or go on."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, ServerSentEvent
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db, WallClock
from chappe.campaigns import service
from chappe.campaigns.compared import compared
from chappe.campaigns.display import pieces, tally
from chappe.campaigns.live import Feed, Moment
from chappe.campaigns.model import Campaign, CampaignState, WrongState
from chappe.campaigns.pages.audience_told import audience_told
from chappe.campaigns.pages.budgeting import money_of
from chappe.campaigns.pages.common import (
    GivenClosing,
    GivenFeed,
    campaign_id,
    campaign_of,
    note,
    shown_id,
)
from chappe.campaigns.pages.people import is_tested
from chappe.campaigns.reports import service as reports
from chappe.campaigns.reports.model import By
from chappe.campaigns.series import service as series
from chappe.campaigns.timeline import Timeline, acts_timeline, timeline
from chappe.db.pool import Connection, Database
from chappe.messages import counts
from chappe.web.page import GivenPage, Page
from chappe.web.streams import live_blocks
from chappe.web.viewer import GivenViewer, Viewer, needs

READ, SEND = needs(Permission.CAMPAIGNS_READ), needs(Permission.CAMPAIGNS_SEND)
_PAGE = "campaigns/campaign.html"
# Parts of the page that come again when they change; each is a file that the page includes.
_BLOCKS = ("state", "actions", "progress", "rate", "tiles", "reasons", "links", "replies")


@get("/campaigns/{campaign:str}", opt=READ)
async def campaign_page(
    campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, feed: GivenFeed
) -> Response[Any]:
    return await _show(page, viewer, db, feed, campaign_id(campaign))


@get("/campaigns/{campaign:str}/live", opt=READ)
async def live(
    campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, feed: GivenFeed, closing: GivenClosing
) -> ServerSentEvent:
    key = campaign_id(campaign)
    await feed.look(viewer.workspace_id, key)

    async def changes() -> AsyncGenerator[Mapping[str, str], None]:
        async for moment in feed.watch(viewer.workspace_id, key):
            values = values_of(moment)
            yield {name: page.fragment(f"campaigns/live/{name}.html", **values) for name in _BLOCKS}

    return live_blocks(changes(), closing)


@get("/campaigns/{campaign:str}/timeline", opt=READ)
async def over_time(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """The chart alone, which comes again while the campaign moves."""
    async with db.transaction(viewer.workspace_id) as conn:
        found = await campaign_of(conn, viewer, campaign)
        points = await _timeline(conn, found)
    return page.render(
        "campaigns/timeline.html", campaign=found, campaign_id=campaign, timeline=points, moving=_moves(found)
    )


@post("/campaigns/{campaign:str}/pause", opt=SEND)
async def pause(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Redirect:
    try:
        async with db.transaction(viewer.workspace_id) as conn:
            before = await campaign_of(conn, viewer, campaign)
            now = await service.pause(conn, viewer.workspace_id, before.id)
            await _note(conn, page, viewer, "paused", before, now)
    except WrongState:
        return page.redirect(f"/campaigns/{campaign}?notice=too_late")
    return page.redirect(f"/campaigns/{campaign}?notice=paused")


@post("/campaigns/{campaign:str}/resume", opt=SEND)
async def resume(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Redirect:
    try:
        async with db.transaction(viewer.workspace_id) as conn:
            before = await campaign_of(conn, viewer, campaign)
            now = await service.resume(conn, viewer.workspace_id, before.id)
            await _note(conn, page, viewer, "resumed", before, now)
    except WrongState:
        return page.redirect(f"/campaigns/{campaign}?notice=too_late")
    return page.redirect(f"/campaigns/{campaign}?notice=resumed")


@get("/campaigns/{campaign:str}/cancel", opt=SEND)
async def ask_cancel(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """Says to how many the message will not go. As a dialog over the page where scripts run."""
    async with db.transaction(viewer.workspace_id) as conn:
        progress = await service.progress(conn, viewer.workspace_id, campaign_id(campaign))
    return page.render(
        "campaigns/cancel.html", campaign=progress.campaign, tally=tally(progress), campaign_id=campaign
    )


@post("/campaigns/{campaign:str}/cancel", opt=SEND)
async def cancel(
    campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock
) -> Response[Any]:
    try:
        async with db.transaction(viewer.workspace_id) as conn:
            before = await campaign_of(conn, viewer, campaign)
            now = await service.cancel(conn, viewer.workspace_id, before.id, clock)
            await _note(conn, page, viewer, "canceled", before, now)
    except WrongState:
        return page.leave(f"/campaigns/{campaign}?notice=too_late")
    return page.leave(f"/campaigns/{campaign}?notice=canceled")


async def _note(
    conn: Connection, page: Page, viewer: Viewer, action: str, before: Campaign, now: Campaign
) -> None:
    """Asked twice, it was done once."""
    if before.state is not now.state:
        states = {"state": before.state.value}, {"state": now.state.value}
        await note(conn, page, viewer, action, now, before=states[0], after=states[1])


async def _show(page: Page, viewer: Viewer, db: Database, feed: Feed, key: UUID) -> Response[Any]:
    moment = await feed.look(viewer.workspace_id, key)
    async with db.transaction(viewer.workspace_id) as conn:
        points = await _timeline(conn, moment.campaign)
        whom = await audience_told(conn, moment.campaign, page.language)
        more = await _more(conn, moment.campaign, page)
    return page.render(_PAGE, timeline=points, tab="overview", whom=whom, **more, **values_of(moment))


async def _more(conn: Connection, campaign: Campaign, page: Page) -> dict[str, Any]:
    """What does not move while one looks: links, who got it, how soon people acted."""
    asked = page.asked("by")
    breakdown = await reports.breakdown(conn, campaign)
    return {
        "tested": await is_tested(conn, campaign),
        **await money_of(conn, campaign),
        "series": await series.series_of(conn, campaign.workspace_id, campaign.id),
        "breakdown": breakdown,
        "acts": acts_timeline(breakdown.acts),
        "clicked": await reports.clicked(conn, campaign),
        "links": await reports.links(conn, campaign),
        "sales": await reports.sales(conn, campaign),
        "by": By(asked) if asked in set(By) else By.COUNTRY,
    }


async def _timeline(conn: Connection, campaign: Campaign) -> Timeline:
    return timeline(await counts.by_minute(conn, campaign.workspace_id, campaign.runs))


def _moves(campaign: Campaign) -> bool:
    return campaign.state in (CampaignState.PREPARING, CampaignState.SENDING)


def values_of(moment: Moment) -> dict[str, Any]:
    """What the page and each of its live blocks show."""
    campaign, around = moment.campaign, moment.around
    return {
        "campaign": campaign,
        "campaign_id": shown_id(campaign),
        "tally": moment.tally,
        "lines": moment.lines,
        "sender": around.sender,
        "carriers": around.carriers,
        "replies": around.replies,
        "answered": around.answered,
        "cost": around.cost,
        "compared": compared(moment.tally, around.answered, around.before),
        "before": around.before.campaign if around.before else None,
        "rate": moment.rate,
        "history": moment.history,
        "moving": _moves(campaign),
        "pieces": pieces(campaign.body),
    }


routes: list[ControllerRouterHandler] = [
    campaign_page, live, over_time, pause, resume, ask_cancel, cancel,
]  # fmt: skip
