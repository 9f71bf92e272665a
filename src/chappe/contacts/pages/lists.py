"""/lists: their sizes and growth; each with its members, and how it is filled."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids, WallClock
from chappe.contacts import bulk, lists, service
from chappe.contacts.bulk import BULK_ID, Whom
from chappe.contacts.events import By, Deed
from chappe.contacts.lists import GROWTH_DAYS, ListFigures
from chappe.contacts.model import LIST_ID
from chappe.contacts.pages import table
from chappe.contacts.pages.bulk import run
from chappe.contacts.search import finding
from chappe.kit.folding import fold, sort_key
from chappe.kit.ids import parse_public_id, public_id
from chappe.web.filters import Filter, FilterKind
from chappe.web.forms import Reading, Submitted
from chappe.web.navigation import mark
from chappe.web.page import GivenPage
from chappe.web.tables import Column, Table, View
from chappe.web.viewer import GivenViewer, needs

PATH: Final = "/lists"
TABLE: Final = Table(
    "lists",
    columns=(
        Column("name", mark("Name"), sort="name", always=True),
        Column("contacts", mark("Contacts"), sort="contacts", figure=True),
        Column("growth", mark("Last 30 days"), figure=True),
        Column("created", mark("Created"), sort="created"),
    ),
    filters=(Filter("q", mark("Search"), kind=FilterKind.TEXT),),
    sorts={"name": (str, UUID), "contacts": (int, UUID), "created": (UUID,)},
    default_sort="-created",
)
_LONGEST: Final = 100


@get(PATH, opt=needs(Permission.CONTACTS_READ))
async def index(page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock) -> Response[Any]:
    view = TABLE.read(page)
    async with db.transaction(viewer.workspace_id) as conn:
        figures = await lists.figures(conn, viewer.workspace_id, clock.now().date())
    keyed = _KEYS[view.sort.removeprefix("-")]
    wanted = fold(view.one("q"))
    found = sorted(
        (each for each in figures if wanted in fold(each.name)), key=keyed, reverse=view.sort.startswith("-")
    )
    rows = _behind(found, view, keyed)
    shown = view.page(rows, cursor=keyed, key=_shown_id, total=len(found))
    return page.render(
        "contacts/lists/lists.html", shown=shown, id_of=lambda each: public_id(LIST_ID, each.id)
    )


@get(f"{PATH}/new", opt=needs(Permission.CONTACTS_WRITE))
async def new(page: GivenPage) -> Response[Any]:
    return page.render("contacts/lists/new.html", values=Submitted(), errors=Reading(Submitted()).errors)


@post(f"{PATH}/new", opt=needs(Permission.CONTACTS_WRITE))
async def create(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    reading = _reading(await page.form())
    if not reading.errors:
        async with db.transaction(viewer.workspace_id) as conn:
            with reading.errors.caught():
                made = await service.create_list(conn, viewer.workspace_id, reading.form.one("name"))
                list_id = public_id(LIST_ID, made.id)
                await acts.record_here(conn, page, viewer, "list.created", list_id, after={"name": made.name})
                return page.leave(f"{PATH}/{list_id}?notice=list_added")
    return page.invalid("contacts/lists/new.html", reading.errors, values=reading.form)


@get(PATH + "/{list_id:str}", opt=needs(Permission.CONTACTS_READ))
async def one(
    list_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock
) -> Response[Any]:
    here, today = viewer.workspace_id, clock.now().date()
    async with db.transaction(here) as conn:
        known = await lists.of_id(conn, here, _id(list_id))
        around = await table.around(conn, here, of_list=True)
        view = around.table.read(page, options=around.options)
        search = await finding.prepare(conn, here, table.narrowed(view, known.id), around.country)
        shown = await table.read(conn, here, ids, view, search, page.language)
        growth = await lists.growth(conn, here, known.id, today - timedelta(days=GROWTH_DAYS), today)
    sizes = [count for _, count in growth]
    return page.render(
        "contacts/lists/list.html", known=known, list_id=list_id, shown=shown, sizes=sizes, days=GROWTH_DAYS
    )


@post(PATH + "/{list_id:str}/bulk", opt=needs(Permission.CONTACTS_WRITE))
async def act(
    list_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        known = await lists.of_id(conn, viewer.workspace_id, _id(list_id))
    return await run(page, viewer, db, ids, clock, path=f"{PATH}/{list_id}", list_id=known.id)


@get(PATH + "/{list_id:str}/rename", opt=needs(Permission.CONTACTS_WRITE))
async def ask_rename(list_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        known = await lists.of_id(conn, viewer.workspace_id, _id(list_id))
    form = Submitted([("name", known.name)])
    return page.render(
        "contacts/lists/rename.html", list_id=list_id, values=form, errors=Reading(form).errors
    )


@post(PATH + "/{list_id:str}/rename", opt=needs(Permission.CONTACTS_WRITE))
async def rename(list_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    reading = _reading(await page.form())
    async with db.transaction(viewer.workspace_id) as conn:
        known = await lists.of_id(conn, viewer.workspace_id, _id(list_id))
        if not reading.errors:
            with reading.errors.caught():
                name = reading.form.one("name")
                await lists.rename(conn, viewer.workspace_id, known.id, name)
                names = {"before": {"name": known.name}, "after": {"name": name}}
                await acts.record_here(conn, page, viewer, "list.changed", list_id, **names)
                return page.leave(f"{PATH}/{list_id}?notice=list_renamed")
    return page.invalid("contacts/lists/rename.html", reading.errors, list_id=list_id, values=reading.form)


@get(PATH + "/{list_id:str}/delete", opt=needs(Permission.CONTACTS_WRITE))
async def ask_delete(list_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """Says who loses what: the list goes, the contacts stay."""
    async with db.transaction(viewer.workspace_id) as conn:
        known = await lists.of_id(conn, viewer.workspace_id, _id(list_id))
        size = await lists.size(conn, viewer.workspace_id, known.id)
    return page.render("contacts/lists/delete.html", known=known, list_id=list_id, size=size, problem=None)


@post(PATH + "/{list_id:str}/delete", opt=needs(Permission.CONTACTS_WRITE))
async def delete(list_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    reading = Reading(await page.form())
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        known = await lists.of_id(conn, here, _id(list_id))
        size = await lists.size(conn, here, known.id)
        reading.typed("typed", known.name)
        if reading.errors:
            problem = reading.errors.of("typed")
            return page.invalid(
                "contacts/lists/delete.html", reading.errors,
                known=known, list_id=list_id, size=size, problem=problem,
            )  # fmt: skip
        await lists.delete(conn, here, known.id)
        by = By(viewer.user_id, viewer.name)
        emptied = await bulk.start(conn, here, Deed.LEFT, Whom(members=True), by, list_id=known.id)
        before = {"name": known.name, "contacts": size}
        await acts.record_here(conn, page, viewer, "list.deleted", list_id, before=before)
    if size:
        return page.leave(f"/contacts/bulk/{public_id(BULK_ID, emptied.id)}")
    return page.leave(f"{PATH}?notice=list_deleted")


_KEYS: Final[dict[str, Callable[[ListFigures], tuple[Any, ...]]]] = {
    "name": lambda each: (sort_key(each.name), each.id),
    "contacts": lambda each: (each.contacts, each.id),
    "created": lambda each: (each.id,),
}


def _behind(
    found: Sequence[ListFigures], view: View, keyed: Callable[[ListFigures], tuple[Any, ...]]
) -> list[ListFigures]:
    """The lists of the page: there are some dozens, all of them read."""
    after, down = view.after, view.sort.startswith("-")
    if after is not None:
        found = [each for each in found if (keyed(each) < after if down else keyed(each) > after)]
    return list(found[: view.limit])


def _reading(form: Submitted) -> Reading:
    reading = Reading(form)
    reading.text("name", most=_LONGEST)
    return reading


def _shown_id(each: ListFigures) -> str:
    return public_id(LIST_ID, each.id)


def _id(text: str) -> UUID | None:
    return parse_public_id(LIST_ID, text)


routes: list[ControllerRouterHandler] = [
    index, new, create, one, act, ask_rename, rename, ask_delete, delete,
]  # fmt: skip
