"""/settings/alerts: what a workspace wants to hear of, and what it heard of last."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.desk.alerts import service
from chappe.desk.alerts.model import Choice, Kind
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, needs

PATH: Final = "/settings/alerts"


@get(PATH, opt=needs(Permission.SETTINGS_READ))
async def show(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        choices = await service.choices(conn, viewer.workspace_id)
        latest = await service.latest(conn, viewer.workspace_id)
    return page.render("desk/alerts/settings.html", choices=choices, latest=latest)


@post(PATH, opt=needs(Permission.SETTINGS_WRITE))
async def save(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    form = await page.form()
    wanted = {
        kind: Choice(bool(form.one(f"{kind}-shown")), bool(form.one(f"{kind}-mailed"))) for kind in Kind
    }
    async with db.transaction(viewer.workspace_id) as conn:
        before = await service.choose(conn, viewer.workspace_id, wanted)
        changed = [kind for kind in Kind if before[kind] != wanted[kind]]
        if changed:
            await acts.record_here(
                conn, page, viewer, "alerts.changed",
                before={kind.value: before[kind]._asdict() for kind in changed},
                after={kind.value: wanted[kind]._asdict() for kind in changed},
            )  # fmt: skip
    return page.redirect(f"{PATH}?notice=saved")


routes: list[ControllerRouterHandler] = [show, save]
