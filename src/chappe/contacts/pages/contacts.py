"""/contacts: everybody, found while typing."""

from typing import Any

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids
from chappe.contacts.pages import table
from chappe.contacts.search import finding, indexing
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, needs

PATH = "/contacts"


@get(PATH, opt=needs(Permission.CONTACTS_READ))
async def contacts(page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        around = await table.around(conn, viewer.workspace_id)
        view = around.table.read(page, options=around.options)
        search = await finding.prepare(conn, viewer.workspace_id, table.narrowed(view), around.country)
        shown = await table.read(conn, viewer.workspace_id, ids, view, search, page.language)
        waiting = await indexing.waiting(conn, viewer.workspace_id)
    return page.render("contacts/contacts.html", shown=shown, waiting=waiting)


routes: list[ControllerRouterHandler] = [contacts]
