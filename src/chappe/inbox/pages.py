"""The inbox: the conversations of a view, the one that is read, and who it is with."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, SkipValidation
from litestar.response import ServerSentEvent
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.inbox import answering, changes, replies, reply_pages, service, showing
from chappe.inbox.composing import box, text_with
from chappe.inbox.live import Bell
from chappe.inbox.model import REPLY_ID, View
from chappe.inbox.showing import Desk
from chappe.kit.ids import parse_public_id
from chappe.messages.model import FINAL, MessageState
from chappe.web.page import GivenPage, Page
from chappe.web.streams import Closing, live_blocks
from chappe.web.viewer import GivenViewer, Viewer, needs

GivenDesk = NamedDependency[SkipValidation[Desk]]
GivenBell = NamedDependency[SkipValidation[Bell]]
GivenClosing = NamedDependency[SkipValidation[Closing]]

_PAGE = "inbox/inbox.html"
# Without news a list is read again this often; a thread in which something is on its way, every second.
_QUIET, _MOVING = 20.0, 1.0
_SETTLED = FINAL | {MessageState.UNKNOWN}


@get("/inbox", opt=needs(Permission.CONVERSATIONS_READ))
async def inbox(
    page: GivenPage,
    viewer: GivenViewer,
    desk: GivenDesk,
    view: FromQuery[str] = "",
    behind: FromQuery[str] = "",
) -> Response[Any]:
    people = await showing.everybody(desk.db, viewer)
    async with desk.db.transaction(viewer.workspace_id) as conn:
        values = await showing.listed(desk, conn, viewer, _view(view), behind, people)
    return page.render(_PAGE, opened=None, **values)


@get("/inbox/live", opt=needs(Permission.CONVERSATIONS_READ))
async def live_list(
    page: GivenPage,
    viewer: GivenViewer,
    desk: GivenDesk,
    bell: GivenBell,
    closing: GivenClosing,
    view: FromQuery[str] = "",
    behind: FromQuery[str] = "",
) -> ServerSentEvent:
    async def changing() -> AsyncGenerator[Mapping[str, str], None]:
        with bell.watch(viewer.workspace_id) as watch:
            while True:
                people = await showing.everybody(desk.db, viewer)
                async with desk.db.transaction(viewer.workspace_id) as conn:
                    values = await showing.listed(desk, conn, viewer, _view(view), behind, people)
                yield {"list": page.fragment("inbox/live/list.html", opened=None, **values)}
                await watch.wait(_QUIET)

    return live_blocks(changing(), closing)


@get("/inbox/unread", opt=needs(Permission.CONVERSATIONS_READ))
async def unread(page: GivenPage, viewer: GivenViewer, desk: GivenDesk) -> Response[Any]:
    """The count beside the inbox in the navigation, empty when nothing waits."""
    async with desk.db.transaction(viewer.workspace_id) as conn:
        count = await service.unread(conn, viewer.workspace_id, viewer.user_id)
    return page.render("inbox/live/unread.html", unread=count)


@get("/inbox/{who:str}", opt=needs(Permission.CONVERSATIONS_READ))
async def conversation(
    who: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    desk: GivenDesk,
    view: FromQuery[str] = "",
    behind: FromQuery[str] = "",
    before: FromQuery[str] = "",
    reply: FromQuery[str] = "",
) -> Response[Any]:
    people = await showing.everybody(desk.db, viewer)
    async with desk.db.transaction(viewer.workspace_id) as conn:
        other = await showing.correspondent(desk, conn, viewer, who)
        text: str = ""
        missing: Sequence[str] = ()
        if reply:
            canned = await replies.reply(conn, viewer.workspace_id, parse_public_id(REPLY_ID, reply))
            text, missing = text_with(canned, other, "")
        if not before and viewer.may(Permission.CONVERSATIONS_WRITE):
            await service.look(conn, viewer.workspace_id, other.phone)
        values = await showing.whole(desk, conn, viewer, other, people, _view(view), behind, before)
        values |= await box(desk, conn, viewer, other, text=text, missing=missing)
    return page.render(_PAGE, before=before, **values)


@get("/inbox/{who:str}/live", opt=needs(Permission.CONVERSATIONS_READ))
async def live(
    who: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    desk: GivenDesk,
    bell: GivenBell,
    closing: GivenClosing,
    view: FromQuery[str] = "",
    behind: FromQuery[str] = "",
) -> ServerSentEvent:
    async with desk.db.transaction(viewer.workspace_id) as conn:
        await showing.correspondent(desk, conn, viewer, who)

    async def changing() -> AsyncGenerator[Mapping[str, str], None]:
        with bell.watch(viewer.workspace_id) as watch:
            while True:
                blocks, moving = await _blocks(page, viewer, desk, who, _view(view), behind)
                yield blocks
                await watch.wait(_MOVING if moving else _QUIET)

    return live_blocks(changing(), closing)


async def _blocks(
    page: Page, viewer: Viewer, desk: Desk, who: str, view: View, behind: str
) -> tuple[Mapping[str, str], bool]:
    """The parts of the page as they are now, and whether something in the thread is on its way."""
    people = await showing.everybody(desk.db, viewer)
    async with desk.db.transaction(viewer.workspace_id) as conn:
        other = await showing.correspondent(desk, conn, viewer, who)
        if viewer.may(Permission.CONVERSATIONS_WRITE):
            await service.look(conn, viewer.workspace_id, other.phone)
        values = await showing.whole(desk, conn, viewer, other, people, view, behind, "")
    said = values["opened"].thread.said
    moving = any(one.outbound and one.outbound.state not in _SETTLED for one in said)
    names = ("list", "thread", "head")
    return {name: page.fragment(f"inbox/live/{name}.html", before="", **values) for name in names}, moving


def _view(text: str) -> View:
    """Unknown words show what is open."""
    return View.named(text) or View.OPEN


routes: list[ControllerRouterHandler] = [
    inbox,
    live_list,
    unread,
    conversation,
    live,
    *answering.routes,
    *changes.routes,
    *reply_pages.routes,
]
