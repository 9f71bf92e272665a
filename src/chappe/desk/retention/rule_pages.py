"""/settings/retention/rules: how long more than texts is kept. A dry run says what would go first."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from chappe.accounts.acts import record
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, WallClock
from chappe.db.pool import Connection
from chappe.desk.retention import rules
from chappe.desk.retention.pages import PATH
from chappe.desk.retention.rules import CHOICES, Rules
from chappe.web.forms import Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

RULES: Final = f"{PATH}/rules"
_MAY_CHANGE: Final = needs(Permission.SETTINGS_WRITE)


@get(RULES, opt=needs(Permission.SETTINGS_READ))
async def show(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.engine_transaction() as conn:
        now = await rules.chosen(conn, viewer.account_id)
    return _form(page, Reading(Submitted([(name, str(getattr(now, name) or "")) for name in CHOICES])))


@post(RULES, opt=_MAY_CHANGE)
async def save(page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock) -> Response[Any]:
    """At once when nothing goes by it; else the dry run comes first, and is confirmed."""
    reading, wanted = _read(await page.form())
    if reading.errors:
        return _form(page, reading)
    async with db.engine_transaction() as conn:
        before = await rules.chosen(conn, viewer.account_id)
        found = await rules.would_go(conn, viewer.account_id, wanted, clock.now())
        gone = {name: n for name, n in found.items() if n and getattr(before, name) != getattr(wanted, name)}
        if gone and reading.form.one("confirmed") != "1":
            return page.render(
                "desk/retention/rules_confirm.html",
                gone=gone,
                most=rules.MOST_COUNTED,
                values=[(name, reading.form.one(name)) for name in CHOICES],
            )
        await _choose(conn, page, viewer, wanted)
    return page.leave(f"{RULES}?notice=saved")


async def _choose(conn: Connection, page: Page, viewer: Viewer, wanted: Rules) -> None:
    before = await rules.choose(conn, viewer.account_id, wanted)
    if before != wanted:
        await record(
            conn, page, viewer, "workspace.retention_changed",
            target=viewer.account, before=before._asdict(), after=wanted._asdict(),
        )  # fmt: skip


def _read(form: Submitted) -> tuple[Reading, Rules]:
    reading = Reading(form)
    chosen: dict[str, int | None] = {}
    for name, offered in CHOICES.items():
        text = reading.choice(name, ["", *map(str, offered)])
        chosen[name] = int(text) if text.isdigit() else None
    return reading, Rules(**chosen)


def _form(page: Page, reading: Reading) -> Response[Any]:
    return page.render(
        "desk/retention/rules.html",
        status=422 if reading.errors else 200,
        values=reading.form,
        errors=reading.errors,
        choices=CHOICES,
    )


routes: list[ControllerRouterHandler] = [show, save]
