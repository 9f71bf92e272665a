"""/senders: the names and numbers that messages come from, and the route each takes."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.carriers import service
from chappe.carriers.coverage import Coverage, coverage
from chappe.carriers.model import ROUTE_ID, SENDER_ID, Route, Sender, SenderKind
from chappe.carriers.pages.addresses import sender_id
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id
from chappe.web.filters import Filter, FilterKind
from chappe.web.forms import Reading, Submitted
from chappe.web.navigation import mark
from chappe.web.page import GivenPage, Page
from chappe.web.tables import Column, Table
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH = "/senders"
KINDS = (
    (SenderKind.ALPHANUMERIC.value, mark("Name")),
    (SenderKind.LONG_CODE.value, mark("Long number")),
    (SenderKind.SHORT_CODE.value, mark("Short code")),
)
TABLE = Table(
    "senders",
    columns=(
        Column("address", mark("Sender"), sort="address", always=True),
        Column("kind", mark("Kind")),
        Column("answers", mark("Answers")),
        Column("route", mark("Route")),
        Column("carriers", mark("Carriers")),
        Column("countries", mark("Countries")),
        Column("created", mark("Added"), sort="created"),
    ),
    filters=(
        Filter("q", mark("Search a sender"), kind=FilterKind.TEXT),
        Filter("kind", mark("Kind"), options=KINDS),
    ),
    sorts={"address": (str, UUID), "created": (UUID,)},
    default_sort="-created",
)
_LONGEST = 40


@get(PATH, opt=needs(Permission.CARRIERS_READ))
async def senders(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    view = TABLE.read(page)
    async with db.transaction(viewer.workspace_id) as conn:
        rows = await service.senders_sorted(
            conn,
            viewer.workspace_id,
            sort=view.sort,
            after=view.after,
            kinds=view.many("kind"),
            holding=view.one("q") or None,
            limit=view.limit,
        )
        covered = await coverage(conn, viewer.workspace_id)

    def cursor(sender: Sender) -> tuple[Any, ...]:
        return (sender.address, sender.id) if view.sort.endswith("address") else (sender.id,)

    shown = view.page(rows, cursor=cursor, key=lambda sender: public_id(SENDER_ID, sender.id))
    return page.render("carriers/senders/list.html", shown=shown, covered=covered, id_of=_shown_id)


@get(f"{PATH}/new", opt=needs(Permission.CARRIERS_WRITE))
async def new(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        covered = await coverage(conn, viewer.workspace_id)
    return _form(page, covered, Reading(Submitted([("kind", SenderKind.ALPHANUMERIC.value)])))


@post(f"{PATH}/new", opt=needs(Permission.CARRIERS_WRITE))
async def add(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        reading = await _checked(conn, viewer, await page.form())
        if not reading.errors:
            made = await service.create_sender(
                conn,
                viewer.workspace_id,
                address=reading.form.one("address"),
                kind=SenderKind(reading.form.one("kind")),
                route_id=_route(reading.form),
            )
            await acts.record_here(
                conn,
                page,
                viewer,
                "sender.created",
                target=public_id(SENDER_ID, made.id),
                after={"address": made.address, "kind": made.kind},
            )
            return page.leave(f"{PATH}?notice=sender_added")
        covered = await coverage(conn, viewer.workspace_id)
    return _form(page, covered, reading)


@post(f"{PATH}/validate", opt=needs(Permission.CARRIERS_WRITE))
async def validate(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """One field, while somebody fills the form in, by the rule of `add`."""
    async with db.transaction(viewer.workspace_id) as conn:
        reading = await _checked(conn, viewer, await page.form())
    field = reading.form.field
    return page.render("carriers/note.html", field=field, problem=reading.errors.of(field))


@get(PATH + "/{sender:str}", opt=needs(Permission.CARRIERS_READ))
async def one(sender: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.sender(conn, viewer.workspace_id, sender_id(sender))
        covered = await coverage(conn, viewer.workspace_id)
    return page.render(
        "carriers/senders/sender.html",
        sender=found,
        sender_id=sender,
        covered=covered,
        routes=_choices(covered.routes.values()),
        own_route=_shown_route(found.own_route_id),
    )


@post(PATH + "/{sender:str}", opt=needs(Permission.CARRIERS_WRITE))
async def change(sender: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """Another route, or the default one."""
    form = await page.form()
    async with db.transaction(viewer.workspace_id) as conn:
        before = await service.sender(conn, viewer.workspace_id, sender_id(sender))
        after = await service.change_sender(conn, viewer.workspace_id, before.id, route_id=_route(form))
        await acts.record_here(
            conn,
            page,
            viewer,
            "sender.changed",
            target=sender,
            before={"route": _shown_route(before.own_route_id)},
            after={"route": _shown_route(after.own_route_id)},
        )
    return page.leave(f"{PATH}?notice=sender_changed")


async def _checked(conn: Connection, viewer: Viewer, form: Submitted) -> Reading:
    """The form of a new sender, with everything that is wrong with it."""
    reading = Reading(form)
    address = reading.text("address", most=_LONGEST)
    kind = reading.choice("kind", list(SenderKind))
    if not reading.errors:
        with reading.errors.caught():
            await service.check_sender(conn, viewer.workspace_id, address=address, kind=SenderKind(kind))
    return reading


def _form(page: Page, covered: Coverage, reading: Reading) -> Response[Any]:
    return page.render(
        "carriers/senders/new.html",
        status=422 if reading.errors else 200,
        values=reading.form,
        errors=reading.errors,
        routes=_choices(covered.routes.values()),
    )


def _choices(routes: Any) -> list[tuple[str, str]]:
    chosen: list[Route] = list(routes)
    return [(public_id(ROUTE_ID, route.id), route.name) for route in chosen]


def _route(form: Submitted) -> UUID | None:
    """The chosen route; none is the default one."""
    return parse_public_id(ROUTE_ID, form.one("route"))


def _shown_route(route_id: UUID | None) -> str:
    return "" if route_id is None else public_id(ROUTE_ID, route_id)


def _shown_id(sender: Sender) -> str:
    return public_id(SENDER_ID, sender.id)


routes: list[ControllerRouterHandler] = [senders, new, add, validate, one, change]
