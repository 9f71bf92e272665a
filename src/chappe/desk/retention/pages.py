"""/settings/retention: how long texts are kept. What a choice erases is counted before it is made."""

from typing import Any

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from chappe.accounts.acts import record
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, WallClock
from chappe.db.pool import Connection
from chappe.desk.retention import service
from chappe.desk.retention.service import MONTHS
from chappe.web.forms import Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH = "/settings/retention"
_MAY_CHANGE = needs(Permission.SETTINGS_WRITE)
# Of the form: no months is for ever.
_CHOICES = {"": None} | {str(months): months for months in MONTHS}


@get(PATH, opt=needs(Permission.SETTINGS_READ))
async def show(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.engine_transaction() as conn:
        months = await service.chosen(conn, viewer.account_id)
    return _form(page, Reading(Submitted([("months", str(months or ""))])))


@post(PATH, opt=_MAY_CHANGE)
async def save(page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock) -> Response[Any]:
    """At once when nothing is erased by it; else the question comes first."""
    reading = Reading(await page.form())
    months = _CHOICES.get(reading.choice("months", _CHOICES))
    if reading.errors:
        return _form(page, reading)
    async with db.engine_transaction() as conn:
        now = await service.chosen(conn, viewer.account_id)
        shorter = months is not None and (now is None or months < now)
        if (
            months is not None
            and shorter
            and await service.texts_older(conn, viewer.account_id, months, clock.now().date())
        ):
            return page.redirect(f"{PATH}/confirm?months={months}")
        await _choose(conn, page, viewer, months)
    return page.redirect(f"{PATH}?notice=saved")


@get(f"{PATH}/confirm", opt=_MAY_CHANGE)
async def ask(page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock) -> Response[Any]:
    months = _CHOICES.get(page.asked("months"))
    if months is None:
        return page.redirect(PATH)
    async with db.engine_transaction() as conn:
        texts = await service.texts_older(conn, viewer.account_id, months, clock.now().date())
    return page.render("desk/retention/confirm.html", months=months, texts=texts, most=service.MOST_COUNTED)


@post(f"{PATH}/confirm", opt=_MAY_CHANGE)
async def confirm(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    reading = Reading(await page.form())
    months = _CHOICES.get(reading.choice("months", _CHOICES))
    if reading.errors:
        return _form(page, reading)
    async with db.engine_transaction() as conn:
        await _choose(conn, page, viewer, months)
    return page.leave(f"{PATH}?notice=saved")


async def _choose(conn: Connection, page: Page, viewer: Viewer, months: int | None) -> None:
    before = await service.choose(conn, viewer.account_id, months)
    if before != months:
        await record(
            conn,
            page,
            viewer,
            "workspace.retention_changed",
            target=viewer.account,
            before={"text_months": before},
            after={"text_months": months},
        )


def _form(page: Page, reading: Reading) -> Response[Any]:
    return page.render(
        "desk/retention/retention.html",
        status=422 if reading.errors else 200,
        values=reading.form,
        errors=reading.errors,
        choices=MONTHS,
    )


routes: list[ControllerRouterHandler] = [show, save, ask, confirm]
