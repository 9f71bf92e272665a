"""/routes: which carriers take a sender's messages, in which order, and which way a message would go."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.carriers import routing, service
from chappe.carriers.coverage import Coverage, coverage
from chappe.carriers.errors import BadRoute
from chappe.carriers.filters import PURPOSES, spelled
from chappe.carriers.model import CARRIER_ID, ROUTE_ID, SENDER_ID, Route, Sender
from chappe.carriers.pages.addresses import route_id
from chappe.carriers.pages.route_form import read, shown, written
from chappe.carriers.ways import Way, way_of
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id
from chappe.kit.phone import PhoneFault, try_parse
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH = "/routes"
_MOST_SENDERS = 500


@get(PATH, opt=needs(Permission.CARRIERS_READ))
async def routes_page(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        covered = await coverage(conn, viewer.workspace_id)
        senders = await service.senders(conn, viewer.workspace_id, limit=_MOST_SENDERS)
    way, wrong = _way(page, covered, senders)
    by_route: dict[UUID, list[Sender]] = {}
    for sender in senders:
        if sender.route_id:
            by_route.setdefault(sender.route_id, []).append(sender)
    return page.render(
        "carriers/routes/list.html",
        covered=covered,
        senders=[(public_id(SENDER_ID, each.id), each.address) for each in senders],
        by_route=by_route,
        id_of=lambda route: public_id(ROUTE_ID, route.id),
        carrier_id_of=lambda carrier: public_id(CARRIER_ID, carrier.id),
        way=way,
        wrong=wrong,
        purposes=PURPOSES,
        spelled=spelled,
    )


@get(f"{PATH}/new", opt=needs(Permission.CARRIERS_WRITE))
async def new(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        covered = await coverage(conn, viewer.workspace_id)
    return _form(page, covered, Reading(Submitted()), None)


@post(f"{PATH}/new", opt=needs(Permission.CARRIERS_WRITE))
async def add(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    reading = Reading(await page.form())
    name = reading.text("name", most=80)
    async with db.transaction(viewer.workspace_id) as conn:
        covered = await coverage(conn, viewer.workspace_id)
        if not reading.errors:
            with reading.errors.caught():
                chosen = _chosen(reading.form)
                made = await routing.create_route(
                    conn, viewer.workspace_id, name=name, carriers=chosen, filters=read(reading.form, chosen)
                )
                await _record(conn, page, viewer, "route.created", None, made)
    if reading.errors:
        return _form(page, covered, reading, None)
    return page.leave(f"{PATH}?notice=route_added")


@get(PATH + "/{route:str}", opt=needs(Permission.CARRIERS_WRITE))
async def edit(route: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        found = await routing.route(conn, viewer.workspace_id, route_id(route))
        covered = await coverage(conn, viewer.workspace_id)
    return _form(page, covered, Reading(Submitted(written(found))), route)


@post(PATH + "/{route:str}", opt=needs(Permission.CARRIERS_WRITE))
async def change(route: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """Its name and its carriers; those that stay keep their order, new ones come last."""
    reading = Reading(await page.form())
    name = reading.text("name", most=80)
    async with db.transaction(viewer.workspace_id) as conn:
        before = await routing.route(conn, viewer.workspace_id, route_id(route))
        covered = await coverage(conn, viewer.workspace_id)
        if not reading.errors:
            chosen = _chosen(reading.form)
            kept = [each for each in before.carriers if each in chosen]
            ordered = [*kept, *(each for each in chosen if each not in kept)]
            with reading.errors.caught():
                filters = read(reading.form, ordered)
                after = await routing.change_route(
                    conn, viewer.workspace_id, before.id, name=name, carriers=ordered, filters=filters
                )
                await _record(conn, page, viewer, "route.changed", before, after)
    if reading.errors:
        return _form(page, covered, reading, route)
    return page.leave(f"{PATH}?notice=route_saved")


@post(PATH + "/{route:str}/order", opt=needs(Permission.CARRIERS_WRITE))
async def order(route: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """One carrier a step up or down, by its button, or all of them as they were dragged."""
    form = await page.form()
    async with db.transaction(viewer.workspace_id) as conn:
        before = await routing.route(conn, viewer.workspace_id, route_id(route))
        ordered = _moved(list(before.carriers), form)
        after = await routing.change_route(conn, viewer.workspace_id, before.id, carriers=ordered)
        await _record(conn, page, viewer, "route.changed", before, after)
    return page.redirect(f"{PATH}?notice=route_saved")


def _moved(carriers: list[UUID], form: Submitted) -> list[UUID]:
    """BadRoute when the order is of other carriers than the route's."""
    dragged = _chosen(form)
    if dragged:
        if sorted(dragged) != sorted(carriers):
            raise BadRoute("The route was changed meanwhile. Reload the page.", field="carriers")
        return dragged
    way, _, text = form.one("move").partition(" ")
    found = parse_public_id(CARRIER_ID, text)
    if found is None or found not in carriers or way not in ("up", "down"):
        raise BadRoute("The route was changed meanwhile. Reload the page.", field="carriers")
    at = carriers.index(found)
    to = max(0, at - 1) if way == "up" else min(len(carriers) - 1, at + 1)
    carriers.insert(to, carriers.pop(at))
    return carriers


def _way(page: Page, covered: Coverage, senders: list[Sender]) -> tuple[Way | None, str]:
    """What the tester shows: a way, or a word for what is wrong with the number."""
    asked = page.asked("to").strip()
    if not asked:
        return None, ""
    phone = try_parse(asked)
    sender_id = parse_public_id(SENDER_ID, page.asked("sender"))
    sender = next((each for each in senders if each.id == sender_id), senders[0] if senders else None)
    if isinstance(phone, PhoneFault):
        return None, "number"
    purpose = page.asked("purpose") or "marketing"
    return (way_of(covered, sender, phone, purpose), "") if sender else (None, "sender")


def _chosen(form: Submitted) -> list[UUID]:
    found = (parse_public_id(CARRIER_ID, text) for text in form.all("carrier"))
    return list(dict.fromkeys(each for each in found if each is not None))


def _form(page: Page, covered: Coverage, reading: Reading, route: str | None) -> Response[Any]:
    return page.render(
        "carriers/routes/edit.html",
        status=422 if reading.errors else 200,
        route_id=route,
        values=reading.form,
        errors=reading.errors or Errors(),
        carriers=[(public_id(CARRIER_ID, each.id), each) for each in covered.carriers.values()],
        purposes=PURPOSES,
    )


async def _record(
    conn: Connection, page: Page, viewer: Viewer, action: str, before: Route | None, after: Route
) -> None:
    await acts.record_here(
        conn,
        page,
        viewer,
        action,
        target=public_id(ROUTE_ID, after.id),
        before=None if before is None else shown(before),
        after=shown(after),
    )


routes: list[ControllerRouterHandler] = [routes_page, new, add, edit, change, order]
