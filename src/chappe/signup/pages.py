"""/imports: the files that were imported, how far each is, and the rows that were not taken."""

from collections.abc import AsyncIterator, Mapping
from html import unescape
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, FromQuery
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.consent.topics import service as topics
from chappe.contacts import service as contacts
from chappe.contacts.model import LIST_ID, ContactList
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id
from chappe.signup import service, wizard
from chappe.signup.model import IMPORT_ID, Import, ImportState, Rejection
from chappe.web.navigation import mark
from chappe.web.page import GivenPage, Page
from chappe.web.policy import PAGE_HEADERS
from chappe.web.tables import Column, Table
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH = "/imports"
TABLE = Table(
    "imports",
    columns=(
        Column("file", mark("File"), always=True),
        Column("state", mark("State")),
        Column("list", mark("List")),
        Column("created", mark("New contacts"), figure=True),
        Column("updated", mark("Completed"), figure=True),
        Column("rejected", mark("Rejected"), figure=True),
        Column("at", mark("Uploaded"), sort="at"),
    ),
    sorts={"at": (UUID,)},
    default_sort="-at",
)
_REJECTED_SHOWN = 50


@get(PATH, opt=needs(Permission.CONTACTS_READ))
async def imports(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    view = TABLE.read(page)
    async with db.transaction(viewer.workspace_id) as conn:
        rows = await service.sorted_imports(
            conn,
            viewer.workspace_id,
            after=view.after[0] if view.after else None,
            newest=view.sort.startswith("-"),
            limit=view.limit,
        )
        lists = await _lists(conn, viewer, {row.list_id for row in rows})
    shown = view.page(rows, cursor=lambda row: (row.id,), key=_id_of)
    return page.render("signup/imports.html", shown=shown, lists=lists, id_of=_id_of)


@get(PATH + "/{import_id:str}", opt=needs(Permission.CONTACTS_READ))
async def one(
    import_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, after: FromQuery[int] = 0
) -> Response[Any]:
    """How far it is, and the rows that were not taken. A draft goes on with its steps."""
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.get_import(conn, viewer.workspace_id, parse_public_id(IMPORT_ID, import_id))
        if found.state is ImportState.DRAFT:
            return page.redirect(f"{PATH}/{import_id}/columns")
        values = await _values(conn, viewer, found)
        rejected = await service.page_rejections(
            conn, viewer.workspace_id, found.id, after=max(after, 0), limit=_REJECTED_SHOWN + 1
        )
    more = rejected[_REJECTED_SHOWN - 1].row if len(rejected) > _REJECTED_SHOWN else None
    return page.render(
        "signup/import.html", rejected=rejected[:_REJECTED_SHOWN], more=more, after=after, **values
    )


@get(PATH + "/{import_id:str}/progress", opt=needs(Permission.CONTACTS_READ))
async def progress(import_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """The part of the page that moves; at its end the whole page comes again."""
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.get_import(conn, viewer.workspace_id, parse_public_id(IMPORT_ID, import_id))
        values = await _values(conn, viewer, found)
    answer = page.render("signup/progress.html", **values)
    if found.finished_at is not None:
        answer.headers["hx-refresh"] = "true"
    return answer


@get(PATH + "/{import_id:str}/rejected.csv", opt=needs(Permission.CONTACTS_READ))
async def rejected_rows(import_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Stream:
    """The rows as they were, with the reason of each in the reader's language; corrected, they can come back
    as they are.
    """
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.get_import(conn, viewer.workspace_id, parse_public_id(IMPORT_ID, import_id))

    def words(refused: Rejection) -> str:
        return reason(page, refused)

    async def text() -> AsyncIterator[str]:
        # The mark tells spreadsheets that it is UTF-8.
        yield "\ufeff"
        async with db.transaction(viewer.workspace_id) as reading:
            async for rows in service.rejection_pages(reading, viewer.workspace_id, found.id, words):
                yield rows

    name = service.rejections_name(found)
    headers = PAGE_HEADERS | {"content-disposition": f'attachment; filename="{name}"'}
    return Stream(text(), media_type="text/csv", headers=headers)


def reason(page: Page, refused: Rejection) -> str:
    """Why a row was not taken, in the language of the page."""
    if refused.fault is None:
        return refused.reason
    return unescape(page.fragment("signup/reason.html", fault=refused.fault).strip())


async def _values(conn: Connection, viewer: Viewer, found: Import) -> dict[str, Any]:
    lists = await _lists(conn, viewer, {found.list_id})
    return {
        "found": found,
        "import_id": _id_of(found),
        "list": lists.get(found.list_id),
        "list_id": public_id(LIST_ID, found.list_id),
        "agreed_to": await _agreed_to(conn, found),
        "running": found.state in (ImportState.QUEUED, ImportState.RUNNING),
    }


async def _agreed_to(conn: Connection, found: Import) -> list[str]:
    """The topics that were chosen; none where there was nothing to choose."""
    if found.consent is None or not found.consent.topics:
        return []
    chosen = await topics.require(conn, found.workspace_id, found.consent.topics, archived=True)
    return [each.name for each in chosen]


async def _lists(conn: Connection, viewer: Viewer, ids: set[UUID]) -> Mapping[UUID, ContactList]:
    return {one.id: one for one in await contacts.require_lists(conn, viewer.workspace_id, sorted(ids))}


def _id_of(found: Import) -> str:
    return public_id(IMPORT_ID, found.id)


routes: list[ControllerRouterHandler] = [imports, *wizard.routes, one, progress, rejected_rows]
