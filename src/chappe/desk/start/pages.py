"""/start: the first run, one step after the other; it can be left and found again."""

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from chappe.accounts.acts import record
from chappe.accounts.permissions import Permission
from chappe.accounts.settings import service as settings
from chappe.accounts.team.model import NAME_LENGTH
from chappe.api.given import Db, GateClock, Ids, Keys
from chappe.carriers import lab_account
from chappe.carriers.model import CARRIER_ID, SENDER_ID
from chappe.db.pool import Connection
from chappe.desk import repo
from chappe.desk.start import service
from chappe.desk.start.steps import Step
from chappe.kit.errors import Problem
from chappe.kit.ids import public_id
from chappe.sending.service import Door
from chappe.sending.shapes import MESSAGE_ID
from chappe.web.forms import Errors, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

LabAddress: TypeAlias = Callable[[], tuple[str, int] | None]
GivenLabAddress = NamedDependency[SkipValidation[LabAddress]]
GivenDoor = NamedDependency[SkipValidation[Door]]

_ALLOWED = needs(Permission.SETTINGS_WRITE)


@get("/start", opt=_ALLOWED)
async def start(
    page: GivenPage, viewer: GivenViewer, db: Db, gate_clock: GateClock, lab_address: GivenLabAddress
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        return await _shown(page, viewer, conn, gate_clock, lab_address)


@get("/start/arrival", opt=_ALLOWED)
async def arrival(page: GivenPage, viewer: GivenViewer, db: Db, gate_clock: GateClock) -> Response[Any]:
    """What became of the first message, for the page that waits for it."""
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.progress(conn, viewer.workspace_id, gate_clock)
        message = await service.message_of(conn, viewer.workspace_id, found, gate_clock)
    if not page.wants_fragment:
        return page.redirect("/start")
    if Step.MESSAGE in found.done:
        return page.leave("/start")
    return page.render("start/arrival.html", message=message)


@post("/start/brand", opt=_ALLOWED)
async def brand(
    page: GivenPage, viewer: GivenViewer, db: Db, gate_clock: GateClock, lab_address: GivenLabAddress
) -> Response[Any]:
    form = await page.form()
    try:
        async with db.engine_transaction() as conn:
            before = await settings.choices(conn, viewer.account_id)
            country = form.one("default_country")
            known = dict(settings.countries(page.language))
            chosen = msgspec.structs.replace(
                before,
                name=form.one("name")[: NAME_LENGTH + 1],
                default_country=country if country in known else before.default_country,
            )
            await settings.choose(conn, viewer.account_id, chosen)
            await repo.note_brand(conn, viewer.workspace_id)
            await record(conn, page, viewer, "workspace.changed", target=viewer.account)
    except Problem as problem:
        return await _again(page, viewer, db, gate_clock, lab_address, form, problem)
    return page.redirect("/start")


@post("/start/sender", opt=_ALLOWED)
async def sender(
    page: GivenPage, viewer: GivenViewer, db: Db, gate_clock: GateClock, lab_address: GivenLabAddress
) -> Response[Any]:
    form = await page.form()
    try:
        async with db.transaction(viewer.workspace_id) as conn:
            made = await service.add_sender(conn, viewer.workspace_id, form.one("address"))
            target = public_id(SENDER_ID, made.id)
            await record(conn, page, viewer, "sender.created", target=target, after={"address": made.address})
    except Problem as problem:
        return await _again(page, viewer, db, gate_clock, lab_address, form, problem)
    return page.redirect("/start")


@post("/start/carrier", opt=_ALLOWED)
async def carrier(
    page: GivenPage, viewer: GivenViewer, db: Db, keys: Keys, lab_address: GivenLabAddress
) -> Redirect:
    """The simulated carrier, in one click."""
    address = lab_address()
    if address is not None:
        async with db.transaction(viewer.workspace_id) as conn:
            made = await lab_account.create(conn, keys, viewer.workspace_id, address)
            target = public_id(CARRIER_ID, made.id)
            await record(conn, page, viewer, "carrier.created", target=target, after={"name": made.name})
    return page.redirect("/start")


@post("/start/contact", opt=_ALLOWED)
async def contact(
    page: GivenPage, viewer: GivenViewer, db: Db, gate_clock: GateClock, lab_address: GivenLabAddress
) -> Response[Any]:
    form = await page.form()
    try:
        async with db.engine_transaction() as conn:
            country = (await settings.choices(conn, viewer.account_id)).default_country
        async with db.transaction(viewer.workspace_id) as conn:
            await service.add_contact(conn, viewer.workspace_id, form.one("phone"), country)
            await record(conn, page, viewer, "contact.created")
    except Problem as problem:
        return await _again(page, viewer, db, gate_clock, lab_address, form, problem)
    return page.redirect("/start")


@post("/start/message", opt=_ALLOWED)
async def message(
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    gate_clock: GateClock,
    door: GivenDoor,
    ids: Ids,
    lab_address: GivenLabAddress,
) -> Response[Any]:
    form = await page.form()
    try:
        async with db.transaction(viewer.workspace_id) as conn:
            found = await service.progress(conn, viewer.workspace_id, gate_clock)
            if found.phone is not None:
                sent = await service.send_first(
                    conn, door, viewer.workspace_id, found.phone, form.one("text")
                )
                await record(conn, page, viewer, "message.sent", target=ids.encode(MESSAGE_ID, sent))
    except Problem as problem:
        return await _again(page, viewer, db, gate_clock, lab_address, form, problem)
    return page.redirect("/start")


@post("/start/leave", opt=_ALLOWED)
async def leave(page: GivenPage, viewer: GivenViewer, db: Db) -> Redirect:
    async with db.transaction(viewer.workspace_id) as conn:
        await repo.leave_first_run(conn, viewer.workspace_id)
    return page.redirect("/?notice=start_left")


async def _again(
    page: Page,
    viewer: Viewer,
    db: Db,
    gate_clock: GateClock,
    lab_address: LabAddress,
    form: Submitted,
    problem: Problem,
) -> Response[Any]:
    """The page again, with what was typed. What no field is guilty of is a page of its own."""
    if problem.field is None:
        raise problem
    async with db.transaction(viewer.workspace_id) as conn:
        return await _shown(page, viewer, conn, gate_clock, lab_address, form, Errors([problem]))


async def _shown(
    page: Page,
    viewer: Viewer,
    conn: Connection,
    gate_clock: GateClock,
    lab_address: LabAddress,
    form: Submitted | None = None,
    errors: Errors | None = None,
) -> Response[Any]:
    found = await service.progress(conn, viewer.workspace_id, gate_clock)
    return page.render(
        "start/start.html",
        status=422 if errors else 200,
        found=found,
        steps=list(Step),
        message=await service.message_of(conn, viewer.workspace_id, found, gate_clock),
        countries=settings.countries(page.language),
        lab=lab_address() is not None,
        values=form or Submitted(),
        errors=errors or Errors(),
    )


routes: list[ControllerRouterHandler] = [
    start,
    arrival,
    brand,
    sender,
    carrier,
    contact,
    message,
    leave,
]
