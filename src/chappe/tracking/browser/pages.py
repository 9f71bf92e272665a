"""/settings/conversions/script: sites whose pages tell what visitors did, and what to paste there."""

from datetime import datetime
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, WallClock
from chappe.consent.given import GivenLinks
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id
from chappe.tracking.browser import service
from chappe.tracking.browser.model import KEY_ID, MOST_KEYS, TooManyBrowserKeys, UnknownBrowserKey
from chappe.tracking.conversions import service as conversions
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH: Final = "/settings/conversions/script"
_MAY_CHANGE = needs(Permission.SETTINGS_WRITE)
_LONGEST = 3_000


@get(PATH, opt=needs(Permission.SETTINGS_READ))
async def script_page(page: GivenPage, viewer: GivenViewer, db: Db, links: GivenLinks) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        known = await service.settings(conn, viewer.workspace_id)
        written = [("sites", "\n".join(known.sites)), ("click_code", "1" if known.click_code else "")]
        return await _show(conn, page, viewer, links.base, Submitted(written))


@post(PATH, opt=_MAY_CHANGE)
async def save_script(page: GivenPage, viewer: GivenViewer, db: Db, links: GivenLinks) -> Response[Any]:
    reading = Reading(await page.form())
    sites, click_code = _read(reading), reading.form.one("click_code") == "1"
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        before = await service.settings(conn, here)
        if not reading.errors:
            with reading.errors.caught():
                saved = await service.save(conn, here, sites, click_code)
        if reading.errors:
            return await _show(conn, page, viewer, links.base, reading.form, reading.errors)
        if saved != before:
            await acts.record_here(
                conn, page, viewer, "browser_settings.changed", before=before._asdict(), after=saved._asdict()
            )
    return page.redirect(f"{PATH}?notice=script_saved")


@post(f"{PATH}/keys", opt=_MAY_CHANGE)
async def create_key(page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock) -> Response[Any]:
    try:
        async with db.transaction(viewer.workspace_id) as conn:
            made = await service.create_key(conn, viewer.workspace_id, clock.now())
            target = public_id(KEY_ID, made.id)
            await acts.record_here(conn, page, viewer, "browser_key.created", target=target)
    except TooManyBrowserKeys:
        return page.redirect(f"{PATH}?notice=too_many_keys")
    return page.redirect(f"{PATH}?notice=key_made")


@get(PATH + "/keys/{key:str}/revoke", opt=_MAY_CHANGE)
async def revocation(key: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        known = await service.keys(conn, viewer.workspace_id)
    if not any(each.id == parse_public_id(KEY_ID, key) and each.revoked_at is None for each in known):
        raise UnknownBrowserKey("There is no such key, or it was revoked.")
    return page.render("tracking/browser/revoke.html", key=key)


@post(PATH + "/keys/{key:str}/revoke", opt=_MAY_CHANGE)
async def revoke_key(
    key: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        await service.revoke_key(conn, viewer.workspace_id, parse_public_id(KEY_ID, key), clock.now())
        await acts.record_here(conn, page, viewer, "browser_key.revoked", target=key)
    return page.leave(f"{PATH}?notice=key_revoked")


def _read(reading: Reading) -> list[str]:
    """One a line."""
    written = reading.text("sites", most=_LONGEST, required=False)
    return [line.strip() for line in written.splitlines() if line.strip()]


async def _show(
    conn: Connection, page: Page, viewer: Viewer, base: str, values: Submitted, errors: Errors | None = None
) -> Response[Any]:
    keys: list[tuple[str, datetime]] = [
        (public_id(KEY_ID, each.id), each.created_at)
        for each in await service.keys(conn, viewer.workspace_id)
        if each.revoked_at is None
    ]
    goals = await conversions.goals(conn, viewer.workspace_id)
    return page.render(
        "tracking/browser/script.html",
        status=422 if errors else 200,
        keys=keys,
        more=len(keys) < MOST_KEYS,
        loading=_loading(base, keys[0][0]) if keys else "",
        telling=_telling(goals[0].event if goals else "Order Completed"),
        values=values,
        errors=errors or Errors(),
    )


def _loading(base: str, key: str) -> str:
    """What every page holds. Shown to be pasted elsewhere: no page of ours runs it."""
    return f'<script src="{base}/chappe.js" data-key="{key}" defer></script>'


def _telling(event: str) -> str:
    """What the page after an order holds."""
    # An event is called as its shop likes: as a string of the script, which it cannot end.
    name = msgspec.json.encode(event).decode().replace("</", r"<\/")
    order = '{ value: 49.9, currency: "EUR", order_id: "1042" }'
    return f'<script type="module">\n  chappe.track({name}, {order});\n</script>'


routes: list[ControllerRouterHandler] = [script_page, save_script, create_key, revocation, revoke_key]
