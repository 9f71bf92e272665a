"""Contacts as a CSV file: everything that is known of them, to be imported again without loss."""

from collections.abc import AsyncIterator
from typing import Any, Final

from litestar import Response, get
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids
from chappe.contacts import exporting
from chappe.contacts.attributes import service as attributes
from chappe.contacts.bulk import Whom
from chappe.contacts.exporting import Sheet
from chappe.contacts.pages import table
from chappe.contacts.pages.contacts import PATH
from chappe.contacts.search import finding
from chappe.db.pool import Connection, Database
from chappe.kit.ids import IdCipher
from chappe.kit.spreadsheets import csv_text
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, needs

_PAGE: Final = 2_000


@get(f"{PATH}/export.csv", opt=needs(Permission.CONTACTS_WRITE))
async def export(page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids) -> Response[Any]:
    """Those whom the filters of the address name."""
    async with db.transaction(viewer.workspace_id) as conn:
        around = await table.around(conn, viewer.workspace_id)
        view = around.table.read(page, options=around.options, path=PATH)
        await acts.record_here(
            conn,
            page,
            viewer,
            "contacts.exported",
            after={"matching": view.matching},
        )
    return csv_of(db, viewer.workspace_id, ids, Whom(which=table.narrowed(view), country=around.country))


def csv_of(db: Database, workspace_id: int, ids: IdCipher, whom: Whom) -> Response[Any]:
    """Streamed, page by page, each in a short transaction: who downloads slowly holds nothing up."""
    return Stream(
        _lines(db, workspace_id, ids, whom),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="contacts.csv"', "cache-control": "no-store"},
    )


async def _lines(db: Database, workspace_id: int, ids: IdCipher, whom: Whom) -> AsyncIterator[str]:
    async with db.transaction(workspace_id) as conn:
        sheet = Sheet(await attributes.shapes(conn, workspace_id), ids)
    # The mark tells spreadsheets that the file is UTF-8.
    yield "\ufeff" + csv_text([sheet.heads])
    after: int | None = 0
    while after is not None:
        async with db.transaction(workspace_id) as conn:
            keys = await _next(conn, workspace_id, whom, after)
            people = await exporting.people(conn, workspace_id, keys)
        if people:
            yield csv_text([sheet.cells(person) for person in people])
        after = keys[-1] if len(keys) == _PAGE else None


async def _next(conn: Connection, workspace_id: int, whom: Whom, after: int) -> list[int]:
    if whom.contact_ids is not None:
        return sorted(key for key in whom.contact_ids if key > after)[:_PAGE]
    search = await finding.prepare(conn, workspace_id, whom.which, whom.country)
    return await finding.ids_behind(conn, workspace_id, search, after, _PAGE)


routes: list[ControllerRouterHandler] = [export]
