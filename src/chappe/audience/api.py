"""REST: /v1/segments."""

from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, Ids, WallClock
from chappe.api.paging import Cursor, Limit, Page, decode_cursor, page_of
from chappe.audience import service, shapes
from chappe.audience.model import SEGMENT_ID
from chappe.audience.shapes import AskedRule, CountView, ExplainedView, NewSegment, SegmentView
from chappe.contacts.model import CONTACT_ID
from chappe.kit.ids import parse_public_id

_TAGS = ["Segments"]
_ONE = "/segments/{segment_id:str}"


@post("/segments", guards=[needs(Scope.CONTACTS_WRITE)], summary="Create a segment", tags=_TAGS)
async def create_segment(
    data: JSONBody[NewSegment], caller: Asking, conn: Conn, clock: WallClock
) -> SegmentView:
    """Names are unique in a workspace."""
    made = await service.create(conn, caller.workspace_id, data.name, data.rule, clock.now())
    return shapes.segment_view(made)


@get("/segments", guards=[needs(Scope.CONTACTS_READ)], summary="Segments, oldest first", tags=_TAGS)
async def list_segments(
    caller: Asking, conn: Conn, limit: Limit = 100, cursor: Cursor = None
) -> Page[SegmentView]:
    after = decode_cursor(cursor, UUID)
    rows = await service.page(conn, caller.workspace_id, after=after, limit=limit + 1)
    return page_of(rows, limit, key=lambda row: row.id, view=shapes.segment_view)


@post(
    "/segments/count",
    guards=[needs(Scope.CONTACTS_READ)],
    summary="How many a rule would find",
    tags=_TAGS,
    status_code=200,
)
async def count_rule(data: JSONBody[AskedRule], caller: Asking, conn: Conn, clock: WallClock) -> CountView:
    """Nothing is stored."""
    rule = await service.compiled(conn, caller.workspace_id, data.rule, clock.now())
    return CountView(contacts=await service.count(conn, rule))


@get(_ONE, guards=[needs(Scope.CONTACTS_READ)], summary="A segment", tags=_TAGS)
async def read_segment(segment_id: FromPath[str], caller: Asking, conn: Conn) -> SegmentView:
    return shapes.segment_view(await service.get(conn, caller.workspace_id, _key(segment_id)))


@put(_ONE, guards=[needs(Scope.CONTACTS_WRITE)], summary="Change a segment", tags=_TAGS)
async def change_segment(
    segment_id: FromPath[str], data: JSONBody[NewSegment], caller: Asking, conn: Conn, clock: WallClock
) -> SegmentView:
    """Name and rule are replaced as a whole."""
    here = caller.workspace_id
    changed = await service.change(conn, here, _key(segment_id), data.name, data.rule, clock.now())
    return shapes.segment_view(changed)


@delete(_ONE, guards=[needs(Scope.CONTACTS_WRITE)], summary="Delete a segment", tags=_TAGS)
async def delete_segment(segment_id: FromPath[str], caller: Asking, conn: Conn) -> None:
    """The contacts stay. A segment that another one names cannot be deleted."""
    await service.delete(conn, caller.workspace_id, _key(segment_id))


@get(f"{_ONE}/count", guards=[needs(Scope.CONTACTS_READ)], summary="How many are in a segment", tags=_TAGS)
async def count_segment(segment_id: FromPath[str], caller: Asking, conn: Conn, clock: WallClock) -> CountView:
    known = await service.get(conn, caller.workspace_id, _key(segment_id))
    rule = await service.compiled(conn, caller.workspace_id, known.rule, clock.now(), of=known.id)
    return CountView(contacts=await service.count(conn, rule))


@get(f"{_ONE}/members", guards=[needs(Scope.CONTACTS_READ)], summary="Who is in a segment", tags=_TAGS)
async def list_members(
    segment_id: FromPath[str],
    caller: Asking,
    conn: Conn,
    ids: Ids,
    clock: WallClock,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[str]:
    """Ids of contacts, in the order they came. The rule is read anew for each page."""
    after = decode_cursor(cursor, int)
    known = await service.get(conn, caller.workspace_id, _key(segment_id))
    rule = await service.compiled(conn, caller.workspace_id, known.rule, clock.now(), of=known.id)
    keys = await service.members(conn, rule, after=after, limit=limit + 1)
    return page_of(keys, limit, key=lambda key: key, view=lambda key: ids.encode(CONTACT_ID, key))


@get(
    f"{_ONE}/contacts/{{contact_id:str}}",
    guards=[needs(Scope.CONTACTS_READ)],
    summary="Whether a contact is in a segment, and why",
    tags=_TAGS,
)
async def explain_contact(
    segment_id: FromPath[str],
    contact_id: FromPath[str],
    caller: Asking,
    conn: Conn,
    ids: Ids,
    clock: WallClock,
) -> ExplainedView:
    """Each condition of the rule, and whether it is true of them."""
    known = await service.get(conn, caller.workspace_id, _key(segment_id))
    rule = await service.compiled(conn, caller.workspace_id, known.rule, clock.now(), of=known.id)
    return shapes.explained_view(*await service.explain(conn, rule, ids.decode(CONTACT_ID, contact_id)))


def _key(text: str) -> UUID | None:
    return parse_public_id(SEGMENT_ID, text)


routes: list[ControllerRouterHandler] = [
    create_segment,
    list_segments,
    count_rule,
    read_segment,
    change_segment,
    delete_segment,
    count_segment,
    list_members,
    explain_contact,
]
