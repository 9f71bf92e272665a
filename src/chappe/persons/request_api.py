"""REST: /v1/requests."""

from typing import Final, cast
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from chappe.accounts import audit
from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, Db, Ids, WallClock
from chappe.api.paging import Cursor, Limit, Page, decode_cursor, page_of
from chappe.db.pool import Connection
from chappe.kit.ids import IdCipher, parse_public_id, public_id
from chappe.kit.phone import parse_international
from chappe.persons import exports, request_shapes, requests
from chappe.persons.downloads import GivenFolder, download
from chappe.persons.errors import NotYet
from chappe.persons.model import By
from chappe.persons.request_model import (
    REQUEST_ID,
    Channel,
    NewRequest,
    PersonRequest,
    RequestKind,
)
from chappe.persons.request_shapes import AnswerInput, RequestInput, RequestView

_TAGS: Final = ["Requests of persons"]
_ONE: Final = "/requests/{request_id:str}"


@post("/requests", guards=[needs(Scope.REQUESTS_WRITE)], summary="Record a request of a person", tags=_TAGS)
async def create_request(
    data: JSONBody[RequestInput], caller: Asking, conn: Conn, ids: Ids, clock: WallClock
) -> RequestView:
    """Access, erasure, rectification or objection. It waits for a person or for `answer`, until `due_on`."""
    today = clock.now().date()
    received = data.received_on or today
    if received > today:
        raise NotYet("A request cannot have come tomorrow.", field="received_on")
    phone = parse_international(data.phone, field="phone")
    new = NewRequest(data.kind, None, phone, Channel.API, received, data.identity, data.note)
    made = await requests.receive(conn, caller.workspace_id, new, _by(caller))
    await _record(conn, caller, "request.received", made)
    return request_shapes.request_view(made, ids)


@get("/requests", guards=[needs(Scope.REQUESTS_READ)], summary="Requests, newest first", tags=_TAGS)
async def list_requests(
    caller: Asking, conn: Conn, ids: Ids, limit: Limit = 100, cursor: Cursor = None
) -> Page[RequestView]:
    below = decode_cursor(cursor, UUID)
    rows = await requests.latest(conn, caller.workspace_id, below=below, limit=limit + 1)
    return page_of(
        rows, limit, key=lambda row: row.id, view=lambda row: request_shapes.request_view(row, ids)
    )


@get(_ONE, guards=[needs(Scope.REQUESTS_READ)], summary="A request of a person", tags=_TAGS)
async def read_request(request_id: FromPath[str], caller: Asking, conn: Conn, ids: Ids) -> RequestView:
    return request_shapes.request_view(await _get(conn, caller, request_id), ids)


@post(
    _ONE + "/answer",
    guards=[needs(Scope.REQUESTS_WRITE)],
    summary="Do what a request asks for",
    tags=_TAGS,
    status_code=200,
)
async def answer_request(
    request_id: FromPath[str],
    data: JSONBody[AnswerInput],
    caller: Asking,
    conn: Conn,
    db: Db,
    ids: Ids,
    clock: WallClock,
) -> RequestView:
    """Access: everything about the person is gathered in a ZIP file, and the request stays open until it is
    handed over. Erasure: the person is erased, which cannot be undone. Objection: their number gets no
    marketing any more. Rectification: it is marked as answered. Access and erasure need an `identity`.
    """
    one, by, now = await _get(conn, caller, request_id), _by(caller), clock.now()
    if one.kind is RequestKind.ERASURE:
        return request_shapes.request_view(await _erase(db, caller, request_id, data, ids, by, clock), ids)
    if data.identity and not one.identity:
        one = await requests.identify(conn, one, data.identity, by)
    if one.kind is RequestKind.ACCESS:
        done = await requests.make_archive(conn, one, data.language, by)
    elif one.kind is RequestKind.OBJECTION:
        done = await requests.object_to_marketing(conn, one, by, now)
    else:
        done = await requests.finish(conn, one, data.note, by, now)
    archived = one.kind is RequestKind.ACCESS
    await _record(conn, caller, "request.archive_made" if archived else "request.done", done)
    return request_shapes.request_view(done, ids)


@get(
    _ONE + "/archive",
    guards=[needs(Scope.REQUESTS_WRITE)],
    summary="Everything about the person, as a ZIP file",
    tags=_TAGS,
    media_type="application/zip",
)
async def read_archive(
    request_id: FromPath[str], caller: Asking, conn: Conn, clock: WallClock, export_folder: GivenFolder
) -> Response[bytes]:
    """A page to read, JSON, and CSV tables. 409 before it is finished, 410 when its days are over."""
    one = await _get(conn, caller, request_id)
    found = await exports.fetchable(conn, caller.workspace_id, one.export_id, clock.now())
    await _record(conn, caller, "request.archive_downloaded", one)
    return cast(Response[bytes], download(export_folder, found))


async def _erase(
    db: Db, caller: Asking, request_id: str, data: AnswerInput, ids: IdCipher, by: By, clock: WallClock
) -> PersonRequest:
    """In the engine's role: the web role cannot reach all that holds a person."""
    async with db.engine_transaction() as conn:
        one = await _get(conn, caller, request_id)
        if data.identity and not one.identity:
            one = await requests.identify(conn, one, data.identity, by)
        done = await requests.erase(conn, one, db.number_keys, ids, by, clock.now())
        await _record(conn, caller, "person.erased", done)
        return await _get(conn, caller, request_id)


async def _get(conn: Connection, caller: Asking, request_id: str) -> PersonRequest:
    return await requests.get(conn, caller.workspace_id, parse_public_id(REQUEST_ID, request_id))


def _by(caller: Asking) -> By:
    return By(name="API", key_id=caller.key_id)


async def _record(conn: Connection, caller: Asking, action: str, one: PersonRequest) -> None:
    await audit.record(
        conn,
        workspace_id=caller.workspace_id,
        actor=audit.Key(caller.key_id),
        action=action,
        target=public_id(REQUEST_ID, one.id),
        after={"kind": one.kind},
    )


routes: list[ControllerRouterHandler] = [
    create_request,
    list_requests,
    read_request,
    answer_request,
    read_archive,
]
