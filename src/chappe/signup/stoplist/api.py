"""REST: /v1/suppressions/lists."""

from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, MultipartBody
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, Db
from chappe.api.paging import Cursor, Limit, Page, decode_cursor, page_of
from chappe.kit.ids import parse_public_id
from chappe.signup.files import uploaded_blocks
from chappe.signup.stoplist import service, shapes
from chappe.signup.stoplist.model import LIST_ID, MOST_BYTES, SHOWN_REJECTIONS
from chappe.signup.stoplist.shapes import RefusedView, StopListForm, StopListView

_TAGS = ["Suppressions"]
_PATH = "/suppressions/lists"
_ENVELOPE = 1 << 20


class RefusedRows(msgspec.Struct, frozen=True, kw_only=True):
    """The first ten thousand rows that were not taken."""

    data: list[RefusedView]


@post(
    _PATH,
    guards=[needs(Scope.SUPPRESSIONS_WRITE)],
    summary="Suppress a whole list",
    tags=_TAGS,
    status_code=202,
    request_max_body_size=MOST_BYTES + _ENVELOPE,
)
async def create_list(data: MultipartBody[StopListForm], caller: Asking, conn: Conn, db: Db) -> StopListView:
    """CSV or XLSX up to 128 MB, of numbers in any spelling or of hashes; the column is found by what it
    holds. The work is done behind the answer: follow it with GET. Hashes are matched with who is a contact,
    and with whoever becomes one.
    """
    wanted = shapes.new_list(data)
    blocks = uploaded_blocks(data.file)
    return shapes.list_view(await service.bring(conn, caller.workspace_id, wanted, blocks, db.number_keys))


@get(_PATH, guards=[needs(Scope.SUPPRESSIONS_READ)], summary="Lists, newest first", tags=_TAGS)
async def list_lists(
    caller: Asking, conn: Conn, limit: Limit = 100, cursor: Cursor = None
) -> Page[StopListView]:
    after = decode_cursor(cursor, UUID)
    rows = await service.page(conn, caller.workspace_id, after=after, newest=True, limit=limit + 1)
    return page_of(rows, limit, key=lambda row: row.id, view=shapes.list_view)


@get(
    _PATH + "/{stop_list_id:str}",
    guards=[needs(Scope.SUPPRESSIONS_READ)],
    summary="A list and how far it is",
    tags=_TAGS,
)
async def read_list(stop_list_id: FromPath[str], caller: Asking, conn: Conn) -> StopListView:
    return shapes.list_view(await service.get(conn, caller.workspace_id, _id(stop_list_id)))


@get(
    _PATH + "/{stop_list_id:str}/rejections",
    guards=[needs(Scope.SUPPRESSIONS_READ)],
    summary="The rows that were not taken",
    tags=_TAGS,
)
async def read_refused(stop_list_id: FromPath[str], caller: Asking, conn: Conn) -> RefusedRows:
    found = await service.get(conn, caller.workspace_id, _id(stop_list_id))
    refused = await service.rejections(conn, caller.workspace_id, found.id, SHOWN_REJECTIONS)
    return RefusedRows(data=[RefusedView(row=one.row, code=one.code, value=one.value) for one in refused])


@post(
    _PATH + "/{stop_list_id:str}/undo",
    guards=[needs(Scope.SUPPRESSIONS_WRITE)],
    summary="Take a list back",
    tags=_TAGS,
    status_code=202,
)
async def undo_list(stop_list_id: FromPath[str], caller: Asking, conn: Conn) -> StopListView:
    """What it suppressed ends; who has asked to stop themselves since stays."""
    found = await service.get(conn, caller.workspace_id, _id(stop_list_id))
    await service.undo(conn, found)
    return shapes.list_view(await service.get(conn, caller.workspace_id, found.id))


def _id(text: str) -> UUID | None:
    return parse_public_id(LIST_ID, text)


routes: list[ControllerRouterHandler] = [create_list, list_lists, read_list, read_refused, undo_list]
