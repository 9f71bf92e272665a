"""REST: /v1/segments."""

from typing import Annotated
from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, HeaderParameter, JSONBody
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, Ids, WallClock
from chappe.api.paging import Cursor, Limit, Page, decode_cursor, page_of
from chappe.audience import service, shapes
from chappe.audience.clauses import Clauses
from chappe.audience.finding import explained
from chappe.audience.model import SEGMENT_ID
from chappe.audience.shapes import AskedRule, CountView, ExplainedView, NewSegment, SegmentView
from chappe.contacts import service as contacts
from chappe.contacts.model import CONTACT_ID
from chappe.kit.ids import parse_public_id
from chappe.web.language import choose

# The language of the sentences.
Accepted = Annotated[
    str | None, HeaderParameter(name="accept-language", description="Of the sentences: en or fr.")
]
_TAGS = ["Segments"]
_ONE = "/segments/{segment_id:str}"


@post("/segments", guards=[needs(Scope.CONTACTS_WRITE)], summary="Create a segment", tags=_TAGS)
async def create_segment(
    data: JSONBody[NewSegment], caller: Asking, conn: Conn, clock: WallClock, accepted: Accepted = None
) -> SegmentView:
    """Names are unique in a workspace."""
    made = await service.create(conn, caller.workspace_id, data.name, data.rule, clock.now())
    return shapes.segment_view(made, choose((), accepted), await service.named(conn, caller.workspace_id))


@get("/segments", guards=[needs(Scope.CONTACTS_READ)], summary="Segments, oldest first", tags=_TAGS)
async def list_segments(
    caller: Asking, conn: Conn, limit: Limit = 100, cursor: Cursor = None, accepted: Accepted = None
) -> Page[SegmentView]:
    after = decode_cursor(cursor, UUID)
    rows = await service.page(conn, caller.workspace_id, after=after, limit=limit + 1)
    names, language = await service.named(conn, caller.workspace_id), choose((), accepted)
    return page_of(
        rows,
        limit,
        key=lambda row: row.id,
        view=lambda row: shapes.segment_view(row, language, names),
    )


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
async def read_segment(
    segment_id: FromPath[str], caller: Asking, conn: Conn, accepted: Accepted = None
) -> SegmentView:
    known = await service.get(conn, caller.workspace_id, _key(segment_id))
    return shapes.segment_view(known, choose((), accepted), await service.named(conn, caller.workspace_id))


@put(_ONE, guards=[needs(Scope.CONTACTS_WRITE)], summary="Change a segment", tags=_TAGS)
async def change_segment(
    segment_id: FromPath[str],
    data: JSONBody[NewSegment],
    caller: Asking,
    conn: Conn,
    clock: WallClock,
    accepted: Accepted = None,
) -> SegmentView:
    """Name and rule are replaced as a whole."""
    here = caller.workspace_id
    changed = await service.change(conn, here, _key(segment_id), data.name, data.rule, clock.now())
    return shapes.segment_view(changed, choose((), accepted), await service.named(conn, here))


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
    accepted: Accepted = None,
) -> ExplainedView:
    """Each condition of the rule, whether it is true of them, and what was found."""
    known = await service.get(conn, caller.workspace_id, _key(segment_id))
    rule = await service.compiled(conn, caller.workspace_id, known.rule, clock.now(), of=known.id)
    contact = await contacts.get_contact(conn, caller.workspace_id, ids.decode(CONTACT_ID, contact_id))
    clauses = Clauses(choose((), accepted), await service.named(conn, caller.workspace_id))
    return shapes.explained_view(await explained(conn, caller.workspace_id, contact, rule, clauses))


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
