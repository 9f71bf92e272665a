"""/compliance/caps: how many marketing messages a person may get in a day and in a week."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.gate import caps
from chappe.gate.caps import Caps
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, needs

PATH = "/compliance/caps"


@get(PATH, opt=needs(Permission.CAMPAIGNS_READ))
async def show_caps(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        now = await caps.caps_of(conn, viewer.workspace_id)
    written = [("per_day", str(now.per_day or "")), ("per_week", str(now.per_week or ""))]
    return _form(page, Submitted(written), Errors())


@post(PATH, opt=needs(Permission.SETTINGS_WRITE))
async def save_caps(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    reading, wanted = _read(await page.form())
    if reading.errors:
        return _form(page, reading.form, reading.errors)
    async with db.transaction(viewer.workspace_id) as conn:
        before = await caps.caps_of(conn, viewer.workspace_id)
        await caps.set_caps(conn, viewer.workspace_id, wanted)
        if before != wanted:
            await acts.record_here(
                conn,
                page,
                viewer,
                "caps.changed",
                before=msgspec.structs.asdict(before),
                after=msgspec.structs.asdict(wanted),
            )
    return page.redirect(f"{PATH}?notice=saved")


@post(f"{PATH}/validate", opt=needs(Permission.SETTINGS_WRITE))
async def validate_caps(page: GivenPage, viewer: GivenViewer) -> Response[Any]:
    """One field, while somebody fills the form in, by the rule of `save_caps`."""
    reading, _ = _read(await page.form())
    field = reading.form.field
    return page.render("gate/note.html", field=field, problem=reading.errors.of(field))


def _read(form: Submitted) -> tuple[Reading, Caps]:
    reading = Reading(form)
    per_day = reading.whole("per_day", least=1, most=caps.MOST, required=False)
    per_week = reading.whole("per_week", least=1, most=caps.MOST, required=False)
    return reading, Caps(per_day, per_week)


def _form(page: Page, values: Submitted, errors: Errors) -> Response[Any]:
    return page.render("gate/caps.html", status=422 if errors else 200, values=values, errors=errors)


routes: list[ControllerRouterHandler] = [show_caps, save_caps, validate_caps]
