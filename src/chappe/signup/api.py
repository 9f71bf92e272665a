"""REST: /v1/imports."""

from collections.abc import AsyncIterator
from typing import cast
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, MultipartBody
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, Db
from chappe.api.paging import Cursor, Limit, Page, decode_cursor, page_of
from chappe.contacts import service as contacts
from chappe.contacts.model import LIST_ID
from chappe.kit.ids import parse_public_id
from chappe.signup import service, shapes
from chappe.signup.files import shown_name, uploaded_blocks
from chappe.signup.model import IMPORT_ID, MOST_BYTES, NewImport
from chappe.signup.shapes import ImportForm, ImportView

_TAGS = ["Imports"]
# The form around the file.
_ENVELOPE = 1 << 20


@post(
    "/imports",
    guards=[needs(Scope.CONTACTS_WRITE)],
    summary="Import a file of contacts",
    tags=_TAGS,
    status_code=202,
    request_max_body_size=MOST_BYTES + _ENVELOPE,
)
async def create_import(data: MultipartBody[ImportForm], caller: Asking, conn: Conn) -> ImportView:
    """CSV or XLSX up to 512 MB; columns are recognised by their names in English or French. The work is done
    behind the answer: follow it with GET.
    """
    target = await contacts.get_list(
        conn, caller.workspace_id, parse_public_id(LIST_ID, data.list_id), field="list_id"
    )
    new = NewImport(
        list_id=target.id,
        filename=shown_name(data.file.filename),
        default_country=data.default_country or None,
        consent=shapes.stated_consent(data.consent),
        mapping=shapes.stated_mapping(data.mapping),
        begun_by=f"key {caller.key_id}",
    )
    return shapes.import_view(
        await service.open_import(conn, caller.workspace_id, new, uploaded_blocks(data.file))
    )


@get("/imports", guards=[needs(Scope.CONTACTS_READ)], summary="Imports, newest first", tags=_TAGS)
async def list_imports(
    caller: Asking, conn: Conn, limit: Limit = 100, cursor: Cursor = None
) -> Page[ImportView]:
    before = decode_cursor(cursor, UUID)
    rows = await service.page_imports(conn, caller.workspace_id, before=before, limit=limit + 1)
    return page_of(rows, limit, key=lambda row: row.id, view=shapes.import_view)


@get(
    "/imports/{import_id:str}",
    guards=[needs(Scope.CONTACTS_READ)],
    summary="An import and how far it is",
    tags=_TAGS,
)
async def read_import(import_id: FromPath[str], caller: Asking, conn: Conn) -> ImportView:
    key = parse_public_id(IMPORT_ID, import_id)
    return shapes.import_view(await service.get_import(conn, caller.workspace_id, key))


@get(
    "/imports/{import_id:str}/rejections.csv",
    guards=[needs(Scope.CONTACTS_READ)],
    summary="The rows that were not taken, with the reason on each",
    tags=_TAGS,
    media_type="text/csv",
)
async def read_rejections(import_id: FromPath[str], caller: Asking, conn: Conn, db: Db) -> Response[bytes]:
    """Correct the rows and import the file as it is: the two columns added are left out."""
    found = await service.get_import(conn, caller.workspace_id, parse_public_id(IMPORT_ID, import_id))

    async def text() -> AsyncIterator[str]:
        # The mark tells spreadsheets that it is UTF-8. The request's own transaction has ended by now.
        yield "\ufeff"
        async with db.transaction(caller.workspace_id) as reading:
            async for page in service.rejection_pages(reading, caller.workspace_id, found.id):
                yield page

    name = service.rejections_name(found)
    answer = Stream(
        text(), media_type="text/csv", headers={"content-disposition": f'attachment; filename="{name}"'}
    )
    return cast(Response[bytes], answer)  # bytes, as the reference tells; they come piece by piece


routes: list[ControllerRouterHandler] = [create_import, list_imports, read_import, read_rejections]
