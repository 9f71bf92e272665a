"""Asking a second person, and their answer; whether the workspace wants it."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.accounts.team import service as team
from chappe.api.given import Db
from chappe.campaigns.approvals import service as approvals
from chappe.campaigns.approvals.model import NotAsked, OwnRequest
from chappe.campaigns.model import Campaign
from chappe.campaigns.pages.common import GivenClocks, campaign_of, note
from chappe.db.pool import Connection, Database
from chappe.kit.clock import Clock
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, Viewer, needs


async def approval_said(
    conn: Connection, db: Database, viewer: Viewer, clock: Clock, draft: Campaign
) -> dict[str, Any]:
    """What the review says of it; `approvable`: this person may answer."""
    if not await approvals.is_required(conn, viewer.workspace_id):
        return {"approval_wanted": False}
    known = await approvals.approval_of(conn, draft)
    names: dict[Any, str] = {}
    if known is not None:
        # People have no workspace of their own: the engine's role reads them.
        async with db.engine_transaction() as engine:
            members = await team.members(engine, clock, viewer.account_id)
        names = {one.user_id: one.name or one.email for one in members}
    return {
        "approval_wanted": True,
        "approval": known,
        "approval_names": names,
        "approvable": known is not None
        and known.asked_by != viewer.user_id
        and viewer.may(Permission.CAMPAIGNS_SEND),
    }


@post("/campaigns/{campaign:str}/approval", opt=needs(Permission.CAMPAIGNS_WRITE))
async def ask(
    campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clocks: GivenClocks
) -> Response[Any]:
    """About the draft as it is now."""
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await campaign_of(conn, viewer, campaign)
        await approvals.ask(conn, draft, viewer.user_id, clocks.wall.now())
        await note(conn, page, viewer, "approval_asked", draft)
    return page.redirect(f"/campaigns/{campaign}/edit/review?notice=approval_asked")


@post("/campaigns/{campaign:str}/approval/answer", opt=needs(Permission.CAMPAIGNS_SEND))
async def answer(
    campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clocks: GivenClocks
) -> Response[Any]:
    """Yes, or no with words."""
    form = await page.form()
    approved, words, seen = form.one("go") == "approve", form.one("words"), form.one("mark") or None
    try:
        async with db.transaction(viewer.workspace_id) as conn:
            draft = await campaign_of(conn, viewer, campaign)
            now = clocks.wall.now()
            await approvals.answer(
                conn, draft, viewer.user_id, now, approved=approved, words=words, seen=seen
            )
            action = "approved" if approved else "approval_refused"
            await note(conn, page, viewer, action, draft, after={"words": words} if words else None)
    except (NotAsked, OwnRequest):
        return page.redirect(f"/campaigns/{campaign}/edit/review?notice=approval_late")
    return page.redirect(f"/campaigns/{campaign}/edit/review?notice=saved")


@get("/settings/approval", opt=needs(Permission.SETTINGS_READ))
async def settings(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        wanted = await approvals.is_required(conn, viewer.workspace_id)
    return page.render("campaigns/approval.html", wanted=wanted, current="/settings/approval")


@post("/settings/approval", opt=needs(Permission.SETTINGS_WRITE))
async def choose(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    wanted = bool((await page.form()).one("wanted"))
    async with db.transaction(viewer.workspace_id) as conn:
        before = await approvals.is_required(conn, viewer.workspace_id)
        await approvals.require(conn, viewer.workspace_id, wanted=wanted)
        await acts.record_here(
            conn,
            page,
            viewer,
            "approval.changed",
            before={"required": before},
            after={"required": wanted},
        )
    return page.redirect("/settings/approval?notice=saved")


routes: list[ControllerRouterHandler] = [ask, answer, settings, choose]
