"""Settings: the canned replies of the workspace."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation, URLEncodedBody
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.contacts import service as contacts
from chappe.content.model import STANDARD_VARIABLES
from chappe.db.pool import Connection
from chappe.inbox import replies
from chappe.inbox.model import REPLY_ID, CannedReply
from chappe.inbox.showing import Desk
from chappe.kit.errors import Problem
from chappe.kit.ids import parse_public_id, public_id
from chappe.web.forms import FIELD, Errors
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

GivenDesk = NamedDependency[SkipValidation[Desk]]
_HOME = "/settings/replies"
_FORM = "inbox/replies/form.html"


class ReplyForm(msgspec.Struct, frozen=True):
    """A canned reply as it is written."""

    name: str = ""
    body: str = ""
    field: str = msgspec.field(name=FIELD, default="name")


@get(_HOME, opt=needs(Permission.CONVERSATIONS_READ))
async def listed(page: GivenPage, viewer: GivenViewer, desk: GivenDesk) -> Response[Any]:
    async with desk.db.transaction(viewer.workspace_id) as conn:
        found = await replies.replies(conn, viewer.workspace_id)
    shown = [(public_id(REPLY_ID, one.id), one) for one in found]
    return page.render("inbox/replies/list.html", replies=shown)


@get(f"{_HOME}/new", opt=needs(Permission.CONVERSATIONS_WRITE))
async def new(page: GivenPage, viewer: GivenViewer, desk: GivenDesk) -> Response[Any]:
    async with desk.db.transaction(viewer.workspace_id) as conn:
        return await _form(page, viewer, conn, None, ReplyForm())


@post(f"{_HOME}/new", opt=needs(Permission.CONVERSATIONS_WRITE))
async def create(
    data: URLEncodedBody[ReplyForm], page: GivenPage, viewer: GivenViewer, desk: GivenDesk
) -> Response[Any]:
    return await _save(page, viewer, desk, None, data)


@post(f"{_HOME}/validate", opt=needs(Permission.CONVERSATIONS_WRITE))
async def validate(
    data: URLEncodedBody[ReplyForm], page: GivenPage, viewer: GivenViewer, desk: GivenDesk
) -> Response[Any]:
    """One field, while somebody fills the form in, by the rules of `save`."""
    field, found = ("body", None) if data.field == "body" else ("name", None)
    try:
        async with desk.db.transaction(viewer.workspace_id) as conn:
            await replies.check_field(
                conn, viewer.workspace_id, field, data.body if field == "body" else data.name
            )
    except Problem as problem:
        found = problem
    return page.render("inbox/replies/note.html", field=field, problem=found)


@get(_HOME + "/{reply:str}", opt=needs(Permission.CONVERSATIONS_WRITE))
async def edit(reply: FromPath[str], page: GivenPage, viewer: GivenViewer, desk: GivenDesk) -> Response[Any]:
    async with desk.db.transaction(viewer.workspace_id) as conn:
        known = await replies.reply(conn, viewer.workspace_id, _id(reply))
        return await _form(page, viewer, conn, reply, ReplyForm(known.name, known.body))


@post(_HOME + "/{reply:str}", opt=needs(Permission.CONVERSATIONS_WRITE))
async def change(
    reply: FromPath[str],
    data: URLEncodedBody[ReplyForm],
    page: GivenPage,
    viewer: GivenViewer,
    desk: GivenDesk,
) -> Response[Any]:
    async with desk.db.transaction(viewer.workspace_id) as conn:
        known = await replies.reply(conn, viewer.workspace_id, _id(reply))
    return await _save(page, viewer, desk, known, data)


@get(_HOME + "/{reply:str}/delete", opt=needs(Permission.CONVERSATIONS_WRITE))
async def ask_drop(
    reply: FromPath[str],
    request: Request[Any, Any, Any],
    page: GivenPage,
    viewer: GivenViewer,
    desk: GivenDesk,
) -> Response[Any]:
    async with desk.db.transaction(viewer.workspace_id) as conn:
        known = await replies.reply(conn, viewer.workspace_id, _id(reply))
    over = bool(request.headers.get("hx-request"))
    name = "inbox/replies/delete_dialog.html" if over else "inbox/replies/delete.html"
    return page.render(name, reply_id=reply, reply=known)


@post(_HOME + "/{reply:str}/delete", opt=needs(Permission.CONVERSATIONS_WRITE))
async def drop(reply: FromPath[str], page: GivenPage, viewer: GivenViewer, desk: GivenDesk) -> Response[Any]:
    async with desk.db.transaction(viewer.workspace_id) as conn:
        gone = await replies.drop(conn, viewer.workspace_id, _id(reply))
        await _record(conn, page, viewer, "canned_reply.deleted", gone, before=gone)
    return page.redirect(f"{_HOME}?notice=reply_deleted")


async def _save(
    page: Page, viewer: Viewer, desk: Desk, known: CannedReply | None, data: ReplyForm
) -> Response[Any]:
    try:
        async with desk.db.transaction(viewer.workspace_id) as conn:
            saved = await replies.save(
                conn, viewer.workspace_id, known.id if known else None, data.name, data.body
            )
            action = "canned_reply.changed" if known else "canned_reply.created"
            await _record(conn, page, viewer, action, saved, before=known, after=saved)
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        async with desk.db.transaction(viewer.workspace_id) as conn:
            known_as = public_id(REPLY_ID, known.id) if known else None
            return await _form(page, viewer, conn, known_as, data, problem)
    return page.redirect(f"{_HOME}?notice=reply_saved")


async def _form(
    page: Page,
    viewer: Viewer,
    conn: Connection,
    reply_id: str | None,
    data: ReplyForm,
    problem: Problem | None = None,
) -> Response[Any]:
    names = sorted({*await contacts.attribute_names(conn, viewer.workspace_id), *STANDARD_VARIABLES})
    return page.render(
        _FORM,
        status=200 if problem is None else 422,
        reply_id=reply_id,
        values=data,
        errors=Errors([] if problem is None else [problem]),
        variables=" ".join(f"{{{{ {name} }}}}" for name in names),
    )


async def _record(
    conn: Connection,
    page: Page,
    viewer: Viewer,
    action: str,
    reply: CannedReply,
    *,
    before: CannedReply | None = None,
    after: CannedReply | None = None,
) -> None:
    await acts.record_here(
        conn,
        page,
        viewer,
        action,
        target=public_id(REPLY_ID, reply.id),
        before=None if before is None else {"name": before.name, "body": before.body},
        after=None if after is None else {"name": after.name, "body": after.body},
    )


def _id(text: str) -> UUID | None:
    return parse_public_id(REPLY_ID, text)


routes: list[ControllerRouterHandler] = [listed, new, create, validate, edit, change, ask_drop, drop]
