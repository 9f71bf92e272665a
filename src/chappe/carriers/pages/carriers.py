"""/carriers: the links as they are now, one carrier, its log; pause, resume, delete."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Keys, WallClock
from chappe.carriers import links, service
from chappe.carriers.coverage import coverage
from chappe.carriers.errors import CarrierInUse
from chappe.carriers.pages import live
from chappe.carriers.pages.addresses import carrier_id
from chappe.web.filters import Filter, FilterKind
from chappe.web.navigation import mark
from chappe.web.page import GivenPage, Page
from chappe.web.tables import Column, Table
from chappe.web.viewer import GivenViewer, needs

PATH = "/carriers"
OPERATIONS = (
    ("submit_sm", mark("Part submitted")),
    ("submit_sm_resp", mark("Answer to a part")),
    ("receipt", mark("Receipts")),
    ("deliver_sm", mark("Receipt or reply")),
    ("bind_resp", mark("Answer to a bind")),
    ("lost", mark("Connection lost")),
    ("no_answer", mark("No answer in time")),
)
LOG = Table(
    "exchanges",
    columns=(
        Column("at", mark("Time"), sort="at", always=True),
        Column("way", mark("Direction")),
        Column("operation", mark("What"), always=True),
        Column("parts", mark("Count"), figure=True),
        Column("status", mark("Status")),
        Column("number", mark("Number")),
        Column("detail", mark("Said")),
    ),
    filters=(
        Filter("way", mark("Direction"), options=(("out", mark("To the carrier")), ("in", mark("From it")))),
        Filter("operation", mark("What"), options=OPERATIONS),
        Filter("only", mark("Show"), options=(("failed", mark("Failures alone")),), kind=FilterKind.ONE),
    ),
    sorts={"at": (int,)},
    default_sort="-at",
)


@get(PATH, opt=needs(Permission.CARRIERS_READ))
async def carriers(page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        seen = await live.every(conn, viewer.workspace_id, clock.now())
    return page.render("carriers/list.html", seen=seen)


@get(PATH + "/{carrier:str}", opt=needs(Permission.CARRIERS_READ))
async def carrier(
    carrier: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        values = await live.one(conn, viewer.workspace_id, carrier, clock.now())
        covered = await coverage(conn, viewer.workspace_id)
    used = [route for route in covered.routes.values() if values["seen"].carrier.id in route.carriers]
    return page.render("carriers/carrier.html", carrier_id=carrier, used_by=used, **values)


@get(PATH + "/{carrier:str}/log", opt=needs(Permission.CARRIERS_READ))
async def log(carrier: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    view = LOG.read(page)
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.carrier(conn, viewer.workspace_id, carrier_id(carrier))
        rows = await links.exchanges(
            conn,
            viewer.workspace_id,
            found.number,
            newest_first=view.sort == "-at",
            after=view.after[0] if view.after else None,
            ways=view.many("way"),
            operations=view.many("operation"),
            failed=view.one("only") == "failed",
            limit=view.limit,
        )
    shown = view.page(rows, cursor=lambda row: (row.id,), key=lambda row: str(row.id))
    words = dict(OPERATIONS)
    return page.render("carriers/log.html", carrier=found, carrier_id=carrier, shown=shown, operations=words)


@post(PATH + "/{carrier:str}/pause", opt=needs(Permission.CARRIERS_WRITE))
async def pause(
    carrier: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, keys: Keys
) -> Response[Any]:
    return await _switch(carrier, page, viewer, db, keys, enabled=False)


@post(PATH + "/{carrier:str}/resume", opt=needs(Permission.CARRIERS_WRITE))
async def resume(
    carrier: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, keys: Keys
) -> Response[Any]:
    return await _switch(carrier, page, viewer, db, keys, enabled=True)


@get(PATH + "/{carrier:str}/delete", opt=needs(Permission.CARRIERS_WRITE))
async def ask_delete(carrier: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.carrier(conn, viewer.workspace_id, carrier_id(carrier))
    return page.render("carriers/delete.html", carrier=found, carrier_id=carrier)


@post(PATH + "/{carrier:str}/delete", opt=needs(Permission.CARRIERS_WRITE))
async def delete(carrier: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    try:
        async with db.transaction(viewer.workspace_id) as conn:
            found = await service.carrier(conn, viewer.workspace_id, carrier_id(carrier))
            await service.delete_carrier(conn, viewer.workspace_id, found.id)
            await acts.record_here(
                conn,
                page,
                viewer,
                "carrier.deleted",
                target=carrier,
                before={"name": found.name},
            )
    except CarrierInUse:
        return page.leave(f"{PATH}/{carrier}?notice=in_use")
    return page.leave(f"{PATH}?notice=carrier_deleted")


async def _switch(
    carrier: str, page: Page, viewer: GivenViewer, db: Db, keys: Keys, *, enabled: bool
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        await service.change_carrier(conn, keys, viewer.workspace_id, carrier_id(carrier), enabled=enabled)
        await acts.record_here(
            conn,
            page,
            viewer,
            "carrier.resumed" if enabled else "carrier.paused",
            target=carrier,
        )
    notice = "carrier_resumed" if enabled else "carrier_paused"
    return page.redirect(f"{PATH}/{carrier}?notice={notice}")


routes: list[ControllerRouterHandler] = [carriers, carrier, log, pause, resume, ask_delete, delete]
