"""/segments: what there is; each with how many are in it now, ten of them and its rule."""

from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids, WallClock
from chappe.audience import service
from chappe.audience.model import SEGMENT_ID, Segment
from chappe.contacts import service as contacts
from chappe.contacts.model import CONTACT_ID
from chappe.kit.ids import parse_public_id, public_id
from chappe.web.navigation import mark
from chappe.web.page import GivenPage
from chappe.web.tables import Column, Table
from chappe.web.viewer import GivenViewer, needs

PATH: Final = "/segments"
TABLE: Final = Table(
    "segments",
    columns=(
        Column("name", mark("Name"), always=True),
        Column("changed", mark("Changed on")),
        Column("created", mark("Created on"), sort="created"),
    ),
    filters=(),
    sorts={"created": (UUID,)},
    default_sort="-created",
)
# Some dozens, like lists: all of them are read.
_MOST: Final = 1_000
_SAMPLE: Final = 10


@get(PATH, opt=needs(Permission.CONTACTS_READ))
async def index(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    view = TABLE.read(page)
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.page(conn, viewer.workspace_id, after=None, limit=_MOST)
    down, after = view.sort.startswith("-"), view.after
    rows = sorted(found, key=_cursor, reverse=down)
    if after is not None:
        rows = [each for each in rows if (_cursor(each) < after if down else _cursor(each) > after)]
    shown = view.page(rows[: view.limit], cursor=_cursor, key=_shown_id, total=len(found))
    return page.render("audience/segments.html", shown=shown, id_of=_shown_id)


@get(PATH + "/{segment_id:str}", opt=needs(Permission.CONTACTS_READ))
async def one(
    segment_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock
) -> Response[Any]:
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        known = await service.get(conn, here, parse_public_id(SEGMENT_ID, segment_id))
        rule = await service.compiled(conn, here, known.rule, clock.now(), of=known.id)
        count = await service.count(conn, rule)
        keys = await service.members(conn, rule, after=None, limit=_SAMPLE)
        sample = [await contacts.get_contact(conn, here, key) for key in keys]
    written = msgspec.json.format(msgspec.json.encode(known.rule), indent=2).decode()
    people = [(ids.encode(CONTACT_ID, each.id), each) for each in sample]
    return page.render("audience/segment.html", known=known, count=count, people=people, written=written)


def _cursor(each: Segment) -> tuple[UUID]:
    return (each.id,)


def _shown_id(each: Segment) -> str:
    return public_id(SEGMENT_ID, each.id)


routes: list[ControllerRouterHandler] = [index, one]
