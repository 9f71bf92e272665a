"""/workspaces: the brands or clients of one person, and the way from one to another."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts.acts import record
from chappe.accounts.model import USER_ID, WORKSPACE_ID
from chappe.accounts.team import service, workspaces
from chappe.accounts.team.errors import LastOwner, OwnersOnly, UnknownWorkspace
from chappe.accounts.team.model import NAME_LENGTH, OwnWorkspace
from chappe.api.given import Db, Ids
from chappe.kit.ids import IdCipher, public_id
from chappe.web.forms import Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import ANYBODY, SESSION_COOKIE, GivenViewer, Viewer

PATH = "/workspaces"


@get(f"{PATH}/new", opt={ANYBODY: True})
async def new(page: GivenPage, viewer: GivenViewer) -> Response[Any]:
    return _form(page, Reading(Submitted()))


@post(f"{PATH}/new", opt={ANYBODY: True})
async def create(
    request: Request[Any, Any, Any], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    """A workspace of one's own, and into it."""
    reading = _checked(await page.form())
    if reading.errors:
        return _form(page, reading)
    name = reading.form.one("name")
    async with db.engine_transaction() as conn:
        made = await workspaces.create(conn, viewer.user_id, name, like=viewer.account_id)
        await workspaces.switch(conn, request.cookies[SESSION_COOKIE], made)
        await record(
            conn,
            page,
            viewer,
            "workspace.created",
            target=ids.encode(WORKSPACE_ID, made),
            after={"name": name},
        )
    return page.leave("/?notice=workspace_created")


@post(f"{PATH}/new/validate", opt={ANYBODY: True})
async def validate(page: GivenPage, viewer: GivenViewer) -> Response[Any]:
    reading = _checked(await page.form())
    field = reading.form.field
    return page.render("accounts/note.html", field=field, problem=reading.errors.of(field))


@post(f"{PATH}/switch", opt={ANYBODY: True})
async def switch(
    request: Request[Any, Any, Any], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    """On in another workspace, or in the test data of this one. Objects have their addresses in one workspace
    alone: it goes on at the front page.
    """
    form = await page.form()
    async with db.engine_transaction() as conn:
        await workspaces.switch(conn, request.cookies[SESSION_COOKIE], _id(ids, form.one("workspace")))
    return page.redirect("/")


@get(PATH + "/{workspace:str}/leave", opt={ANYBODY: True})
async def leaving(
    workspace: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    found = await _own(db, viewer, _id(ids, workspace))
    return page.render("accounts/team/leave.html", left=found, left_id=workspace, problem=None)


@post(PATH + "/{workspace:str}/leave", opt={ANYBODY: True})
async def leave(
    workspace: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    """Anybody but the last owner may go; it takes nobody's right."""
    found = await _own(db, viewer, _id(ids, workspace))
    try:
        async with db.engine_transaction() as conn:
            await service.remove(conn, found.id, asker=viewer.user_id, user_id=viewer.user_id)
            there = _standing_in(viewer, found.id)
            target = public_id(USER_ID, viewer.user_id)
            await record(conn, page, there, "member.removed", target=target, before={"role": found.role})
    except (LastOwner, OwnersOnly) as problem:
        return page.render(
            "accounts/team/leave.html",
            status=problem.status,
            left=found,
            left_id=workspace,
            problem=problem,
        )
    return page.leave("/login" if found.id == viewer.account_id else f"{PATH}?notice=left")


async def _own(db: Db, viewer: Viewer, workspace_id: int) -> OwnWorkspace:
    async with db.engine_transaction() as conn:
        for found in await workspaces.workspaces_of(conn, viewer.user_id):
            if found.id == workspace_id:
                return found
    raise UnknownWorkspace("You belong to no such workspace. Choose one from the list.")


def _standing_in(viewer: Viewer, workspace_id: int) -> Viewer:
    """The same person, acting on another of their workspaces."""
    return msgspec.structs.replace(viewer, account_id=workspace_id)


def _form(page: Page, reading: Reading) -> Response[Any]:
    return page.render(
        "accounts/team/new_workspace.html",
        status=422 if reading.errors else 200,
        values=reading.form,
        errors=reading.errors,
    )


def _checked(form: Submitted) -> Reading:
    reading = Reading(form)
    name = reading.text("name", most=NAME_LENGTH)
    if name:
        with reading.errors.caught():
            service.checked_name(name)
    return reading


def _id(ids: IdCipher, text: str) -> int:
    found = ids.decode(WORKSPACE_ID, text)
    if found is None:
        raise UnknownWorkspace("There is no workspace at this address.")
    return found


routes: list[ControllerRouterHandler] = [new, create, validate, switch, leaving, leave]
