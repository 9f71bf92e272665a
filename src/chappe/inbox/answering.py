"""Answering: the box under a thread, the figures under the box, canned replies in it."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation, URLEncodedBody
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.carriers.model import SENDER_ID
from chappe.content.model import BodyTooLong, EmptyBody
from chappe.inbox import replies, showing
from chappe.inbox.acting import back, record
from chappe.inbox.composing import box, figures, text_with
from chappe.inbox.model import REPLY_ID, AlreadyAnswered, NoConversationSender, NotSent, View
from chappe.inbox.showing import Desk
from chappe.kit.ids import parse_public_id, uuid7
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, NotAllowed, Viewer, needs

GivenDesk = NamedDependency[SkipValidation[Desk]]
_LONGEST_COUNTED = 5_000


class Answer(msgspec.Struct, frozen=True):
    """The box under a thread. `once` is the form's own number; `view` is the list beside it."""

    text: str = ""
    sender: str = ""
    once: str = ""
    view: str = ""


@post("/inbox/{who:str}/messages", opt=needs(Permission.CONVERSATIONS_WRITE))
async def answer(
    who: FromPath[str], data: URLEncodedBody[Answer], page: GivenPage, viewer: GivenViewer, desk: GivenDesk
) -> Response[Any]:
    if not viewer.may(Permission.MESSAGES_SEND):
        raise NotAllowed("This needs the right to send. Ask an owner of the workspace.")
    once = _uuid(data.once)
    try:
        async with desk.db.transaction(viewer.workspace_id) as conn:
            other = await showing.correspondent(desk, conn, viewer, who)
            await desk.answers.send(
                conn,
                viewer.workspace_id,
                other.phone,
                sender_id=parse_public_id(SENDER_ID, data.sender),
                text=data.text,
                by=viewer.user_id,
                once=once,
            )
            await record(conn, page, viewer, desk, other, "conversation.answered")
    except AlreadyAnswered:
        pass  # a second click, or a reload: the first one is on its way
    except (EmptyBody, BodyTooLong, NoConversationSender, NotSent) as problem:
        reason = str(problem.params.get("reason", problem.code))
        return await _refused(page, viewer, desk, who, data, reason)
    return page.redirect(back(who, data.view))


@post("/inbox/{who:str}/figures", opt=needs(Permission.CONVERSATIONS_WRITE), status_code=200)
async def count(
    who: FromPath[str], data: URLEncodedBody[Answer], page: GivenPage, viewer: GivenViewer, desk: GivenDesk
) -> Response[Any]:
    """Parts, what is left of the last one, and the price: by the count that sending bills."""
    text = data.text[:_LONGEST_COUNTED]
    async with desk.db.transaction(viewer.workspace_id) as conn:
        other = await showing.correspondent(desk, conn, viewer, who)
        sender_id = parse_public_id(SENDER_ID, data.sender)
        draft = await desk.answers.draft(conn, viewer.workspace_id, other.phone, sender_id, text)
    return page.render("inbox/live/figures.html", refused=None, **figures(draft, text))


@post("/inbox/{who:str}/canned/{reply:str}", opt=needs(Permission.CONVERSATIONS_WRITE), status_code=200)
async def insert(
    who: FromPath[str],
    reply: FromPath[str],
    data: URLEncodedBody[Answer],
    page: GivenPage,
    viewer: GivenViewer,
    desk: GivenDesk,
) -> Response[Any]:
    """The text box again, with a canned reply behind what was written."""
    async with desk.db.transaction(viewer.workspace_id) as conn:
        other = await showing.correspondent(desk, conn, viewer, who)
        canned = await replies.reply(conn, viewer.workspace_id, parse_public_id(REPLY_ID, reply))
    text, missing = text_with(canned, other, data.text[:_LONGEST_COUNTED])
    return page.render("inbox/text.html", who=who, text=text, missing=missing)


async def _refused(
    page: Page, viewer: Viewer, desk: Desk, who: str, data: Answer, reason: str
) -> Response[Any]:
    """The page again, with what was written and why it was not sent."""
    people = await showing.everybody(desk.db, viewer)
    async with desk.db.transaction(viewer.workspace_id) as conn:
        other = await showing.correspondent(desk, conn, viewer, who)
        view = View.named(data.view) or View.OPEN
        values = await showing.whole(desk, conn, viewer, other, people, view, "", "")
        sender_id = parse_public_id(SENDER_ID, data.sender)
        values |= await box(desk, conn, viewer, other, text=data.text, sender_id=sender_id, refused=reason)
    return page.render("inbox/inbox.html", status=422, before="", **values)


def _uuid(text: str) -> UUID:
    """The form's number; a new one for a form that has none."""
    try:
        return UUID(hex=text)
    except ValueError:
        return uuid7()


routes: list[ControllerRouterHandler] = [answer, count, insert]
