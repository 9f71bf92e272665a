"""What people do with a conversation: give it to somebody, close it, stop messages, keep a stranger."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation, URLEncodedBody
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.consent import leaving
from chappe.inbox import service, showing, strangers
from chappe.inbox.acting import back, record, view_of
from chappe.inbox.model import UnknownAssignee
from chappe.inbox.showing import Desk
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, needs

GivenDesk = NamedDependency[SkipValidation[Desk]]


class Given(msgspec.Struct, frozen=True):
    """Whom a conversation is given to: a person's id, or nobody."""

    assignee: str = ""
    view: str = ""


class Asked(msgspec.Struct, frozen=True):
    """A button on a conversation."""

    view: str = ""


@post("/inbox/{who:str}/assign", opt=needs(Permission.CONVERSATIONS_WRITE))
async def assign(
    who: FromPath[str], data: URLEncodedBody[Given], page: GivenPage, viewer: GivenViewer, desk: GivenDesk
) -> Response[Any]:
    people = showing.who_answer(await showing.everybody(desk.db, viewer))
    chosen = next((each for each in people if each.id.hex == data.assignee), None)
    if chosen is None and data.assignee:
        raise UnknownAssignee("This person cannot answer here: choose somebody of the team.")
    async with desk.db.transaction(viewer.workspace_id) as conn:
        other = await showing.correspondent(desk, conn, viewer, who)
        if await service.assign(conn, viewer.workspace_id, other.phone, chosen.id if chosen else None):
            after = {"assignee": chosen.name if chosen else None}
            await record(conn, page, viewer, desk, other, "conversation.assigned", after)
    return page.redirect(back(who, data.view, "given" if chosen else "given_to_nobody"))


@post("/inbox/{who:str}/close", opt=needs(Permission.CONVERSATIONS_WRITE))
async def close(
    who: FromPath[str], data: URLEncodedBody[Asked], page: GivenPage, viewer: GivenViewer, desk: GivenDesk
) -> Response[Any]:
    """Back to the list: what is closed is done."""
    async with desk.db.transaction(viewer.workspace_id) as conn:
        other = await showing.correspondent(desk, conn, viewer, who)
        if await service.close(conn, viewer.workspace_id, other.phone):
            await record(conn, page, viewer, desk, other, "conversation.closed")
    return page.redirect(f"/inbox?notice=closed&closed={who}{view_of(data.view)}")


@post("/inbox/{who:str}/reopen", opt=needs(Permission.CONVERSATIONS_WRITE))
async def reopen(
    who: FromPath[str], data: URLEncodedBody[Asked], page: GivenPage, viewer: GivenViewer, desk: GivenDesk
) -> Response[Any]:
    async with desk.db.transaction(viewer.workspace_id) as conn:
        other = await showing.correspondent(desk, conn, viewer, who)
        if await service.reopen(conn, viewer.workspace_id, other.phone):
            await record(conn, page, viewer, desk, other, "conversation.reopened")
    return page.redirect(back(who, data.view, "reopened"))


@get("/inbox/{who:str}/stop", opt=needs(Permission.SUPPRESSIONS_WRITE))
async def ask_stop(
    who: FromPath[str],
    request: Request[Any, Any, Any],
    page: GivenPage,
    viewer: GivenViewer,
    desk: GivenDesk,
) -> Response[Any]:
    """Says what stopping does. As a dialog over the page where scripts run."""
    async with desk.db.transaction(viewer.workspace_id) as conn:
        other = await showing.correspondent(desk, conn, viewer, who)
    name = "inbox/stop_dialog.html" if request.headers.get("hx-request") else "inbox/stop.html"
    return page.render(name, who=who, phone=other.phone, name=showing.name_of(other.contact))


@post("/inbox/{who:str}/stop", opt=needs(Permission.SUPPRESSIONS_WRITE))
async def stop(
    who: FromPath[str], data: URLEncodedBody[Asked], page: GivenPage, viewer: GivenViewer, desk: GivenDesk
) -> Response[Any]:
    """They asked for it in their own words: as a STOP by text."""
    async with desk.db.transaction(viewer.workspace_id) as conn:
        other = await showing.correspondent(desk, conn, viewer, who)
        by = f"user {viewer.user_id}"
        if await leaving.asked_in_words(conn, viewer.workspace_id, other.phone, by):
            await record(conn, page, viewer, desk, other, "suppression.added", {"reason": leaving.IN_WORDS})
    return page.redirect(back(who, data.view, "stopped"))


@post("/inbox/{who:str}/contact", opt=needs(Permission.CONTACTS_WRITE))
async def keep(
    who: FromPath[str], data: URLEncodedBody[Asked], page: GivenPage, viewer: GivenViewer, desk: GivenDesk
) -> Response[Any]:
    """A stranger becomes a contact, who has agreed to nothing yet."""
    async with desk.db.transaction(viewer.workspace_id) as conn:
        other = await showing.correspondent(desk, conn, viewer, who)
        if other.contact is None:
            await strangers.keep(conn, viewer.workspace_id, other.phone)
            await record(conn, page, viewer, desk, other, "contact.created")
    return page.redirect(back(who, data.view, "kept"))


routes: list[ControllerRouterHandler] = [
    assign,
    close,
    reopen,
    ask_stop,
    stop,
    keep,
]
