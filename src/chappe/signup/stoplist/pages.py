"""/suppressions/lists: lists of another system, brought along, shown before anything is done with them."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.consent.hashed.model import Algorithm, Making, Spelling
from chappe.consent.model import SuppressionScope
from chappe.consent.reasons import Reason
from chappe.db.pool import Connection
from chappe.kit.errors import Problem
from chappe.kit.ids import parse_public_id, public_id
from chappe.signup.errors import EmptyFile
from chappe.signup.files import shown_name, uploaded_blocks
from chappe.signup.service import home_country
from chappe.signup.stoplist import service
from chappe.signup.stoplist.model import LIST_ID, MOST_BYTES, Kind, ListState, NewList, StopList
from chappe.signup.wizard import countries
from chappe.web.forms import Errors, Submitted
from chappe.web.navigation import mark
from chappe.web.page import GivenPage, Page
from chappe.web.tables import Column, Table
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH: Final = "/suppressions/lists"
REASONS: Final = (Reason.IMPORT, Reason.STOP, Reason.COMPLAINT, Reason.LEGAL, Reason.REFUSED, Reason.MANUAL)
TABLE = Table(
    "stop-lists",
    columns=(
        Column("file", mark("File"), always=True),
        Column("state", mark("State")),
        Column("added", mark("New"), figure=True),
        Column("held", mark("Known already"), figure=True),
        Column("rejected", mark("Not taken"), figure=True),
        Column("at", mark("Brought"), sort="at"),
    ),
    sorts={"at": (UUID,)},
    default_sort="-at",
)
_READ, _WRITE = needs(Permission.SUPPRESSIONS_READ), needs(Permission.SUPPRESSIONS_WRITE)
_ENVELOPE, _LONGEST_SECRET, _SHOWN = 1 << 20, 500, 50


@get(PATH, opt=_READ)
async def lists(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    view = TABLE.read(page)
    after = view.after[0] if view.after else None
    async with db.transaction(viewer.workspace_id) as conn:
        rows = await service.page(
            conn, viewer.workspace_id, after=after, newest=view.sort == "-at", limit=view.limit
        )
    shown = view.page(rows, cursor=lambda row: (row.id,), key=_shown_id)
    return page.render("signup/stoplist/lists.html", shown=shown, id_of=_shown_id)


@get(f"{PATH}/new", opt=_WRITE)
async def new(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    first = Submitted([("kind", Kind.NUMBERS.value), ("scope", SuppressionScope.MARKETING.value)])
    return await _form(page, viewer, db, first, Errors())


@post(f"{PATH}/new", opt=_WRITE, request_max_body_size=MOST_BYTES + _ENVELOPE)
async def bring(
    request: Request[Any, Any, Any], page: GivenPage, viewer: GivenViewer, db: Db
) -> Response[Any]:
    """Keep the file, and show what it holds."""
    file = (await request.form()).get("file")
    form, errors = await page.form(), Errors()
    if not isinstance(file, UploadFile) or not file.filename:
        errors.add(EmptyFile("Choose a file.", field="file"))
        return await _form(page, viewer, db, form, errors)
    try:
        async with db.transaction(viewer.workspace_id) as conn:
            wanted = _wanted(form, file.filename, viewer)
            made = await service.bring(
                conn,
                viewer.workspace_id,
                wanted,
                uploaded_blocks(file),
                db.number_keys,
                state=ListState.DRAFT,
            )
            await service.glance(conn, made)
    except Problem as problem:
        errors.add(problem)
        return await _form(page, viewer, db, form, errors)
    return page.redirect(f"{PATH}/{_shown_id(made)}")


@get(PATH + "/{stop_list:str}", opt=_READ)
async def one(stop_list: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """A draft with what it holds; else how far it is, and what was not taken."""
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.get(conn, viewer.workspace_id, _id(stop_list))
        if found.state is ListState.DRAFT:
            seen = await service.glance(conn, found)
            return page.render("signup/stoplist/draft.html", found=found, list_id=stop_list, seen=seen)
        refused = await service.rejections(conn, viewer.workspace_id, found.id, _SHOWN)
    return page.render("signup/stoplist/list.html", found=found, list_id=stop_list, refused=refused)


@get(PATH + "/{stop_list:str}/progress", opt=_READ)
async def progress(stop_list: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """The part of the page that moves; at its end the whole page comes again."""
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.get(conn, viewer.workspace_id, _id(stop_list))
    answer = page.render("signup/stoplist/progress.html", found=found, list_id=stop_list)
    if not found.moving:
        answer.headers["hx-refresh"] = "true"
    return answer


@post(PATH + "/{stop_list:str}/column", opt=_WRITE)
async def column(stop_list: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    position = (await page.form()).one("position")
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.get(conn, viewer.workspace_id, _id(stop_list))
        if position.isascii() and position.isdigit() and int(position) < 1_000:
            await service.choose_column(conn, found, int(position))
    return page.redirect(f"{PATH}/{stop_list}")


@post(PATH + "/{stop_list:str}/begin", opt=_WRITE)
async def begin(stop_list: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.get(conn, viewer.workspace_id, _id(stop_list))
        await service.begin(conn, found)
        after = {"file": found.filename, "scope": found.scope.value, "reason": found.reason}
        await _record(conn, page, viewer, "suppression.listed", stop_list, after)
    return page.redirect(f"{PATH}/{stop_list}")


@get(PATH + "/{stop_list:str}/undo", opt=_WRITE)
async def ask_undo(stop_list: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.get(conn, viewer.workspace_id, _id(stop_list))
    return page.render("signup/stoplist/undo.html", found=found, list_id=stop_list)


@post(PATH + "/{stop_list:str}/undo", opt=_WRITE)
async def undo(stop_list: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.get(conn, viewer.workspace_id, _id(stop_list))
        await service.undo(conn, found)
        after = {"file": found.filename, "numbers": found.added}
        await _record(conn, page, viewer, "suppression.unlisted", stop_list, after)
    return page.leave(f"{PATH}/{stop_list}")


def _wanted(form: Submitted, filename: str, viewer: Viewer) -> NewList:
    making = None
    if form.one("kind") == Kind.HASHES.value:
        algorithm = Algorithm.HMAC_SHA256 if form.one("algorithm") == "hmac_sha256" else Algorithm.SHA256
        spelling = Spelling.PLUS if form.one("spelling") == "plus" else Spelling.DIGITS
        secret = form.one("secret")[:_LONGEST_SECRET] if algorithm is Algorithm.HMAC_SHA256 else ""
        making = Making(algorithm, spelling, secret.encode())
    reason = form.one("reason")
    return NewList(
        filename=shown_name(filename),
        scope=SuppressionScope.ALL if form.one("scope") == "all" else SuppressionScope.MARKETING,
        reason=reason if reason in REASONS else Reason.IMPORT.value,
        making=making,
        country=form.one("country") or None,
        by=viewer.name,
    )


async def _form(page: Page, viewer: Viewer, db: Any, form: Submitted, errors: Errors) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        home = await home_country(conn, viewer.workspace_id)
    return page.render(
        "signup/stoplist/new.html",
        status=422 if errors else 200,
        values=form,
        errors=errors,
        countries=countries(page.language),
        country=form.one("country") or home,
        reasons=[reason.value for reason in REASONS],
        most_megabytes=MOST_BYTES >> 20,
    )


async def _record(
    conn: Connection, page: Page, viewer: Viewer, action: str, target: str, after: dict[str, Any]
) -> None:
    await acts.record_here(conn, page, viewer, action, target=target, after=after)


def _id(text: str) -> UUID | None:
    return parse_public_id(LIST_ID, text)


def _shown_id(found: StopList) -> str:
    return public_id(LIST_ID, found.id)


routes: list[ControllerRouterHandler] = [
    lists, new, bring, one, progress, column, begin, ask_undo, undo
]  # fmt: skip
