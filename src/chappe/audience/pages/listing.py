"""/segments: what there is, each in a sentence."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.audience import service
from chappe.audience.model import SEGMENT_ID, Segment
from chappe.audience.reading import read
from chappe.audience.sentence import told
from chappe.audience.starts import STARTS
from chappe.kit.folding import fold, sort_key
from chappe.kit.ids import public_id
from chappe.web.filters import Filter, FilterKind
from chappe.web.navigation import mark
from chappe.web.page import GivenPage
from chappe.web.tables import Column, Table
from chappe.web.viewer import GivenViewer, needs

PATH: Final = "/segments"
TABLE: Final = Table(
    "segments",
    columns=(
        Column("name", mark("Name"), sort="name", always=True),
        Column("rule", mark("Who is in it")),
        Column("size", mark("Contacts"), figure=True),
        Column("changed", mark("Changed on")),
        Column("created", mark("Created on"), sort="created", shown=False),
    ),
    filters=(Filter("q", mark("Search"), kind=FilterKind.TEXT),),
    sorts={"name": (str, UUID), "created": (UUID,)},
    default_sort="-created",
)
# Some dozens, like lists: all of them are read.
_MOST: Final = 1_000


@get(PATH, opt=needs(Permission.CONTACTS_READ))
async def index(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    view = TABLE.read(page)
    async with db.transaction(viewer.workspace_id) as conn:
        every = await service.page(conn, viewer.workspace_id, after=None, limit=_MOST)
        names = await service.named(conn, viewer.workspace_id)
    wanted, down, keyed = fold(view.one("q")), view.sort.startswith("-"), _KEYS[view.sort.removeprefix("-")]
    rows = sorted((each for each in every if wanted in fold(each.name)), key=keyed, reverse=down)
    count = len(rows)
    if (after := view.after) is not None:
        rows = [each for each in rows if (keyed(each) < after if down else keyed(each) > after)]
    shown = view.page(rows[: view.limit], cursor=keyed, key=shown_id, total=count)
    return page.render(
        "audience/segments.html",
        shown=shown,
        id_of=shown_id,
        starts=STARTS,
        sentence_of=lambda each: told(read(each.rule), page.language, names),
    )


def shown_id(each: Segment) -> str:
    return public_id(SEGMENT_ID, each.id)


def _by_name(each: Segment) -> tuple[Any, ...]:
    return (sort_key(each.name), each.id)


def _by_age(each: Segment) -> tuple[Any, ...]:
    return (each.id,)


_KEYS = {"name": _by_name, "created": _by_age}

routes: list[ControllerRouterHandler] = [index]
