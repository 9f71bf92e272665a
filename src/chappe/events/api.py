"""REST: /v1/events."""

from litestar import get, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, Ids, WallClock
from chappe.api.paging import Cursor, Limit, Page, decode_cursor, page_of
from chappe.contacts.model import CONTACT_ID
from chappe.events import service, shapes
from chappe.events.shapes import EventView, NewEvent, NewEvents, RecordedView, RecordedViews

_TAGS = ["Events"]


@post("/events", guards=[needs(Scope.CONTACTS_WRITE)], summary="Record an event", tags=_TAGS)
async def record_event(
    data: JSONBody[NewEvent], caller: Asking, conn: Conn, ids: Ids, clock: WallClock
) -> RecordedView:
    """The person is found by id, external id or number; a new number is a contact then, without consent."""
    now = clock.now()
    event = shapes.incoming(data, ids, now, "event")
    (one,) = await service.record(conn, caller.workspace_id, [event], now)
    return shapes.recorded_view(one, ids)


@post("/events/batch", guards=[needs(Scope.CONTACTS_WRITE)], summary="Record events", tags=_TAGS)
async def record_events(
    data: JSONBody[NewEvents], caller: Asking, conn: Conn, ids: Ids, clock: WallClock
) -> RecordedViews:
    """Up to 1,000: all of them, or none when one cannot be kept."""
    now = clock.now()
    events = [shapes.incoming(told, ids, now, f"events[{at}]") for at, told in enumerate(data.events)]
    done = await service.record(conn, caller.workspace_id, events, now)
    return RecordedViews(
        recorded=sum(one.id is not None for one in done),
        data=[shapes.recorded_view(one, ids) for one in done],
    )


@get(
    "/contacts/{contact_id:str}/events",
    guards=[needs(Scope.CONTACTS_READ)],
    summary="Events of a contact, newest first",
    tags=_TAGS,
)
async def list_events(
    contact_id: FromPath[str],
    caller: Asking,
    conn: Conn,
    ids: Ids,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[EventView]:
    """In the order they were recorded."""
    before = decode_cursor(cursor, int)
    key = ids.decode(CONTACT_ID, contact_id)
    rows = await service.of_contact(conn, caller.workspace_id, key, before=before, limit=limit + 1)
    return page_of(rows, limit, key=lambda row: row.id, view=lambda row: shapes.event_view(row, ids))


routes: list[ControllerRouterHandler] = [record_event, record_events, list_events]
