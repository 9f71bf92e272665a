"""REST: /v1/campaigns."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import get, patch, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import Caller, needs
from chappe.api.given import Asking, Conn, GateClock, WallClock
from chappe.api.paging import Cursor, Limit, Page, decode_cursor, page_of
from chappe.campaigns import service, shapes
from chappe.campaigns.estimate import estimate
from chappe.campaigns.model import CAMPAIGN_ID, CampaignState, Progress, UnknownCampaign
from chappe.campaigns.shapes import (
    CampaignInput,
    CampaignView,
    DecisionsView,
    EstimateView,
    RateInput,
    ScheduleInput,
)
from chappe.consent.given import GivenLinks
from chappe.db.pool import Connection
from chappe.gate import rulings
from chappe.kit.clock import Clock
from chappe.kit.ids import parse_public_id
from chappe.messages import service as messages

_TAGS = ["Campaigns"]


@post("/campaigns", guards=[needs(Scope.CAMPAIGNS_WRITE)], summary="Write a campaign", tags=_TAGS)
async def create_campaign(
    data: JSONBody[CampaignInput], caller: Asking, conn: Conn, clock: WallClock, gate_clock: GateClock
) -> CampaignView:
    """A draft: nothing is sent before it is asked. An unknown variable in the text is refused, with the
    nearest known one.
    """
    made = await service.create(conn, caller.workspace_id, shapes.new_campaign(data), clock)
    return await _view(conn, caller, made.id, gate_clock)


@get("/campaigns", guards=[needs(Scope.CAMPAIGNS_READ)], summary="Campaigns, newest first", tags=_TAGS)
async def list_campaigns(
    caller: Asking,
    conn: Conn,
    gate_clock: GateClock,
    campaign_state: Annotated[
        CampaignState | None, QueryParameter(name="state", description="In this state.")
    ] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[CampaignView]:
    after = decode_cursor(cursor, UUID)
    rows = await service.page(conn, caller.workspace_id, after=after, state=campaign_state, limit=limit + 1)
    due = await _next_due(conn, caller, rows, gate_clock)
    return page_of(
        rows, limit, key=lambda row: row.campaign.id, view=lambda row: shapes.campaign_view(row, due)
    )


@get(
    "/campaigns/{campaign_id:str}",
    guards=[needs(Scope.CAMPAIGNS_READ)],
    summary="A campaign and how far it is",
    tags=_TAGS,
)
async def read_campaign(
    campaign_id: FromPath[str], caller: Asking, conn: Conn, gate_clock: GateClock
) -> CampaignView:
    """Counts move with late receipts even after the campaign is finished."""
    return await _view(conn, caller, _id(campaign_id), gate_clock)


@get(
    "/campaigns/{campaign_id:str}/decisions",
    guards=[needs(Scope.CAMPAIGNS_READ)],
    summary="How its audience was decided, and by which rules",
    tags=_TAGS,
)
async def read_decisions(campaign_id: FromPath[str], caller: Asking, conn: Conn) -> DecisionsView:
    """What was decided of each person when the campaign was planned; they sum to those planned so far."""
    campaign = await service.get(conn, caller.workspace_id, _id(campaign_id))
    shares = await rulings.of_runs(conn, caller.workspace_id, campaign.runs)
    return shapes.decisions_view(campaign, shares)


@put(
    "/campaigns/{campaign_id:str}",
    guards=[needs(Scope.CAMPAIGNS_WRITE)],
    summary="Rewrite a draft",
    tags=_TAGS,
)
async def rewrite_campaign(
    campaign_id: FromPath[str],
    data: JSONBody[CampaignInput],
    caller: Asking,
    conn: Conn,
    clock: WallClock,
    gate_clock: GateClock,
) -> CampaignView:
    """Everything anew, while it is a draft."""
    key = _id(campaign_id)
    await service.change(conn, caller.workspace_id, key, shapes.new_campaign(data), clock)
    return await _view(conn, caller, key, gate_clock)


@patch(
    "/campaigns/{campaign_id:str}",
    guards=[needs(Scope.CAMPAIGNS_SEND)],
    summary="Change the rate limit",
    tags=_TAGS,
)
async def change_rate(
    campaign_id: FromPath[str], data: JSONBody[RateInput], caller: Asking, conn: Conn, gate_clock: GateClock
) -> CampaignView:
    """At any time before the end, also while it is being sent."""
    key = _id(campaign_id)
    await service.change_rate(conn, caller.workspace_id, key, data.parts_per_second)
    return await _view(conn, caller, key, gate_clock)


@post(
    "/campaigns/{campaign_id:str}/estimate",
    guards=[needs(Scope.CAMPAIGNS_READ)],
    status_code=200,
    summary="What it would do if it were sent now",
    tags=_TAGS,
)
async def estimate_campaign(
    campaign_id: FromPath[str],
    caller: Asking,
    conn: Conn,
    clock: WallClock,
    gate_clock: GateClock,
    links: GivenLinks,
) -> EstimateView:
    """The whole audience is judged and rendered; nothing is written."""
    campaign = await service.get(conn, caller.workspace_id, _id(campaign_id))
    return shapes.estimate_view(
        await estimate(conn, campaign, clock=clock, gate_clock=gate_clock, links=links)
    )


@post(
    "/campaigns/{campaign_id:str}/send",
    guards=[needs(Scope.CAMPAIGNS_SEND)],
    status_code=200,
    summary="Send, now or at its time",
    tags=_TAGS,
)
async def send_campaign(
    campaign_id: FromPath[str], caller: Asking, conn: Conn, clock: WallClock, gate_clock: GateClock
) -> CampaignView:
    """However often it is asked, it is sent once."""
    key = _id(campaign_id)
    await service.send(conn, caller.workspace_id, key, clock=clock, gate_clock=gate_clock)
    return await _view(conn, caller, key, gate_clock)


@post(
    "/campaigns/{campaign_id:str}/schedule",
    guards=[needs(Scope.CAMPAIGNS_SEND)],
    status_code=200,
    summary="Send at a time",
    tags=_TAGS,
)
async def schedule_campaign(
    campaign_id: FromPath[str],
    data: JSONBody[ScheduleInput],
    caller: Asking,
    conn: Conn,
    clock: WallClock,
    gate_clock: GateClock,
) -> CampaignView:
    """A draft, or a scheduled campaign that is to go at another time."""
    key = _id(campaign_id)
    await service.schedule(conn, caller.workspace_id, key, data.send_at, clock=clock)
    return await _view(conn, caller, key, gate_clock)


@post(
    "/campaigns/{campaign_id:str}/pause",
    guards=[needs(Scope.CAMPAIGNS_SEND)],
    status_code=200,
    summary="Stop until resumed",
    tags=_TAGS,
)
async def pause_campaign(
    campaign_id: FromPath[str], caller: Asking, conn: Conn, gate_clock: GateClock
) -> CampaignView:
    """What the carrier has stays with the carrier."""
    key = _id(campaign_id)
    await service.pause(conn, caller.workspace_id, key)
    return await _view(conn, caller, key, gate_clock)


@post(
    "/campaigns/{campaign_id:str}/resume",
    guards=[needs(Scope.CAMPAIGNS_SEND)],
    status_code=200,
    summary="Go on",
    tags=_TAGS,
)
async def resume_campaign(
    campaign_id: FromPath[str], caller: Asking, conn: Conn, gate_clock: GateClock
) -> CampaignView:
    """With those who have not been sent to."""
    key = _id(campaign_id)
    await service.resume(conn, caller.workspace_id, key)
    return await _view(conn, caller, key, gate_clock)


@post(
    "/campaigns/{campaign_id:str}/cancel",
    guards=[needs(Scope.CAMPAIGNS_SEND)],
    status_code=200,
    summary="Stop for good",
    tags=_TAGS,
)
async def cancel_campaign(
    campaign_id: FromPath[str], caller: Asking, conn: Conn, clock: WallClock, gate_clock: GateClock
) -> CampaignView:
    """Messages that have not left become `canceled`."""
    key = _id(campaign_id)
    await service.cancel(conn, caller.workspace_id, key, clock)
    return await _view(conn, caller, key, gate_clock)


async def _view(conn: Connection, caller: Caller, campaign_id: UUID, gate_clock: Clock) -> CampaignView:
    progress = await service.progress(conn, caller.workspace_id, campaign_id)
    return shapes.campaign_view(progress, await _next_due(conn, caller, [progress], gate_clock))


async def _next_due(
    conn: Connection, caller: Caller, rows: Sequence[Progress], gate_clock: Clock
) -> dict[int, datetime]:
    """By run, in one statement for the whole page."""
    runs = [run for row in rows for run in row.campaign.runs]
    return await messages.next_due(conn, caller.workspace_id, runs, gate_clock.now()) if runs else {}


def _id(text: str) -> UUID:
    key = parse_public_id(CAMPAIGN_ID, text)
    if key is None:
        raise UnknownCampaign(
            "A campaign's id looks like cmp_… (32 hex digits). List them with GET /v1/campaigns."
        )
    return key


routes: list[ControllerRouterHandler] = [
    create_campaign,
    list_campaigns,
    read_campaign,
    read_decisions,
    rewrite_campaign,
    change_rate,
    estimate_campaign,
    send_campaign,
    schedule_campaign,
    pause_campaign,
    resume_campaign,
    cancel_campaign,
]
