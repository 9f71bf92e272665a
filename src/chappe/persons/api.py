"""REST: /v1/exports."""

from typing import Final, cast
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from chappe.accounts import audit
from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, WallClock
from chappe.api.paging import Cursor, Limit, Page, decode_cursor, page_of
from chappe.contacts import service as contacts
from chappe.kit.ids import parse_public_id, public_id
from chappe.persons import exports, shapes
from chappe.persons.downloads import GivenFolder, download
from chappe.persons.model import EXPORT_ID, By, Export
from chappe.persons.shapes import ExportInput, ExportView

_TAGS: Final = ["Exports"]


@post(
    "/exports",
    guards=[needs(Scope.EXPORTS_WRITE)],
    summary="Export contacts, suppressions, consents or the messages of a campaign",
    tags=_TAGS,
    status_code=202,
)
async def create_export(data: JSONBody[ExportInput], caller: Asking, conn: Conn) -> ExportView:
    """The file is written behind the answer: follow it with GET until its state is `finished`."""
    new = shapes.new_export(data)
    if new.which.narrowed.list_id is not None:
        await contacts.get_list(conn, caller.workspace_id, new.which.narrowed.list_id, field="list_id")
    by = By(name="API", key_id=caller.key_id)
    made = await exports.start(conn, caller.workspace_id, new, by)
    await _record(conn, caller, "export.started", made)
    return shapes.export_view(made)


@get("/exports", guards=[needs(Scope.EXPORTS_READ)], summary="Exports, newest first", tags=_TAGS)
async def list_exports(
    caller: Asking, conn: Conn, limit: Limit = 100, cursor: Cursor = None
) -> Page[ExportView]:
    below = decode_cursor(cursor, UUID)
    rows = await exports.page(conn, caller.workspace_id, below=below, limit=limit + 1)
    return page_of(rows, limit, key=lambda row: row.id, view=shapes.export_view)


@get(
    "/exports/{export_id:str}",
    guards=[needs(Scope.EXPORTS_READ)],
    summary="An export and how far it is",
    tags=_TAGS,
)
async def read_export(export_id: FromPath[str], caller: Asking, conn: Conn) -> ExportView:
    key = parse_public_id(EXPORT_ID, export_id)
    return shapes.export_view(await exports.get(conn, caller.workspace_id, key))


@get(
    "/exports/{export_id:str}/file",
    guards=[needs(Scope.EXPORTS_READ)],
    summary="The file of a finished export",
    tags=_TAGS,
    media_type="application/octet-stream",
)
async def read_file(
    export_id: FromPath[str], caller: Asking, conn: Conn, clock: WallClock, export_folder: GivenFolder
) -> Response[bytes]:
    """CSV, or a JSON object a line. 409 before it is finished, 410 when its days are over."""
    key = parse_public_id(EXPORT_ID, export_id)
    found = await exports.fetchable(conn, caller.workspace_id, key, clock.now())
    await _record(conn, caller, "export.downloaded", found)
    return cast(Response[bytes], download(export_folder, found))


async def _record(conn: Conn, caller: Asking, action: str, one: Export) -> None:
    await audit.record(
        conn,
        workspace_id=caller.workspace_id,
        actor=audit.Key(caller.key_id),
        action=action,
        target=public_id(EXPORT_ID, one.id),
        after=exports.told(one),
    )


routes: list[ControllerRouterHandler] = [create_export, list_exports, read_export, read_file]
