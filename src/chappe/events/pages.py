"""/events: what people did, the latest first, and how a program tells it."""

from datetime import UTC, date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids
from chappe.contacts import entry
from chappe.contacts import service as contacts
from chappe.contacts.model import CONTACT_ID, ContactFilter
from chappe.db.pool import Connection
from chappe.events import service
from chappe.events.model import EVENT_ID, Seen, Wanted
from chappe.kit.phone import PhoneFault, to_e164, try_parse
from chappe.web.filters import Filter, FilterKind
from chappe.web.navigation import mark
from chappe.web.page import GivenPage
from chappe.web.tables import Column, Table, View
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH: Final = "/events"
TABLE: Final = Table(
    "events",
    columns=(
        Column("at", mark("Time"), sort="at", always=True),
        Column("name", mark("Event"), always=True),
        Column("who", mark("Person"), always=True),
        Column("properties", mark("With")),
    ),
    filters=(
        Filter("to", mark("Number"), kind=FilterKind.TEXT),
        Filter("name", mark("Event")),
        Filter("since", mark("Since"), kind=FilterKind.DATE),
    ),
    sorts={"at": (datetime, int)},
    default_sort="-at",
)
# In examples where there is no contact yet.
_SOMEONE: Final = 33612345678


@get(PATH, opt=needs(Permission.CONTACTS_READ))
async def index(page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids) -> Response[Any]:
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        names = await service.names(conn, here)
        view = TABLE.read(page, options={"name": [(name, name) for name in names]})
        wanted = await _wanted(conn, viewer, view)
        rows: list[Seen] = []
        if wanted is not None:
            first = not view.sort.startswith("-")
            rows = await service.shown(
                conn, here, wanted, earliest_first=first, after=view.after, limit=view.limit
            )
        someone = await contacts.page_contacts(conn, here, ContactFilter(), after=None, limit=1)
    shown = view.page(rows, cursor=_cursor, key=lambda row: ids.encode(EVENT_ID, row.event.id))
    return page.render(
        "events/events.html",
        shown=shown,
        contact_id=lambda key: ids.encode(CONTACT_ID, key),
        number=to_e164(someone[0].phone if someone else _SOMEONE),
    )


async def _wanted(conn: Connection, viewer: Viewer, view: View) -> Wanted | None:
    """None when a number was asked for that nobody has."""
    names, since, to = view.many("name"), view.one("since"), view.one("to")
    key = None
    if to:
        number = try_parse(to, await entry.home_country(conn, viewer.workspace_id))
        if isinstance(number, PhoneFault):
            return None
        key = (await contacts.ids_by_phone(conn, viewer.workspace_id, [number])).get(number)
        if key is None:
            return None
    day = datetime.combine(date.fromisoformat(since), time.min, ZoneInfo(viewer.zone)) if since else None
    return Wanted(
        names=tuple(names) if names else None,
        since=day.astimezone(UTC) if day else None,
        contact_id=key,
    )


def _cursor(row: Seen) -> tuple[datetime, int]:
    return (row.event.at, row.event.id)


routes: list[ControllerRouterHandler] = [index]
