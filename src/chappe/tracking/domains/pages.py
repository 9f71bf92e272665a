"""/settings/links: a workspace's own hosts for links, and what is added to addresses."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Keys, WallClock
from chappe.consent.given import GivenLinks
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id
from chappe.tracking import service as tracking
from chappe.tracking.destinations import UTM_NAMES
from chappe.tracking.domains import service
from chappe.tracking.given import GivenOutbound
from chappe.tracking.model import DOMAIN_ID, Domain
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH: Final = "/settings/links"
_ONE: Final = PATH + "/{domain_id:str}"
_READ, _WRITE = needs(Permission.SETTINGS_READ), needs(Permission.SETTINGS_WRITE)
_LONGEST: Final = 300


@get(PATH, opt=_READ)
async def domains_page(page: GivenPage, viewer: GivenViewer, db: Db, links: GivenLinks) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        return await _show(page, conn, viewer, links.base)


@post(PATH, opt=_WRITE)
async def add_domain(page: GivenPage, viewer: GivenViewer, db: Db, links: GivenLinks) -> Response[Any]:
    reading = Reading(await page.form())
    host = reading.text("host", most=_LONGEST)
    async with db.transaction(viewer.workspace_id) as conn:
        if not reading.errors:
            with reading.errors.caught():
                added = await service.add(conn, viewer.workspace_id, host, links.base)
                await acts.record_here(conn, page, viewer, "link_domain.added", target=added.host)
        if reading.errors:
            return await _show(page, conn, viewer, links.base, reading)
    return page.redirect(f"{PATH}?notice=added")


@post(f"{PATH}/utm", opt=_WRITE)
async def save_utm(page: GivenPage, viewer: GivenViewer, db: Db, links: GivenLinks) -> Response[Any]:
    reading = Reading(await page.form())
    written = {name: reading.text(f"utm.{name}", most=100, required=False) for name in UTM_NAMES}
    utm = {name: value for name, value in written.items() if value}
    async with db.transaction(viewer.workspace_id) as conn:
        before = await tracking.usual_utm(conn, viewer.workspace_id)
        if not reading.errors:
            with reading.errors.caught():
                await tracking.keep_utm(conn, viewer.workspace_id, utm)
        if reading.errors:
            return await _show(page, conn, viewer, links.base, reading)
        if before != utm:
            await acts.record_here(conn, page, viewer, "link_settings.changed", before=before, after=utm)
    return page.redirect(f"{PATH}?notice=saved")


@post(f"{PATH}/main", opt=_WRITE)
async def choose_main(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """New links stand on the main host."""
    async with db.transaction(viewer.workspace_id) as conn:
        await service.choose(conn, viewer.workspace_id, None)
        await acts.record_here(conn, page, viewer, "link_domain.chosen")
    return page.redirect(f"{PATH}?notice=saved")


@post(_ONE + "/verify", opt=_WRITE)
async def verify_domain(
    domain_id: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    keys: Keys,
    clock: WallClock,
    outbound: GivenOutbound,
) -> Response[Any]:
    key = _key(domain_id)
    seen = await service.verify(db, viewer.workspace_id, key, client=outbound.client, keys=keys, clock=clock)
    if seen.error is None:
        async with db.transaction(viewer.workspace_id) as conn:
            await acts.record_here(conn, page, viewer, "link_domain.verified", target=seen.host)
    return page.redirect(f"{PATH}?notice={'missed' if seen.error else 'ready'}")


@post(_ONE + "/choose", opt=_WRITE)
async def choose_domain(
    domain_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        domain = await tracking.domain_of(conn, viewer.workspace_id, _key(domain_id))
        await service.choose(conn, viewer.workspace_id, domain.id)
        await acts.record_here(conn, page, viewer, "link_domain.chosen", target=domain.host)
    return page.redirect(f"{PATH}?notice=saved")


@get(_ONE + "/kill", opt=_WRITE)
async def ask_kill(domain_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        domain = await tracking.domain_of(conn, viewer.workspace_id, _key(domain_id))
    return page.render("tracking/domains/kill.html", domain=domain, domain_id=domain_id)


@post(_ONE + "/kill", opt=_WRITE)
async def kill_domain(
    domain_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db
) -> Response[Any]:
    """One that never led here is removed."""
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        domain = await tracking.domain_of(conn, here, _key(domain_id))
        if domain.verified_at is None:
            await service.remove(conn, here, domain.id)
        else:
            await service.kill(conn, here, domain.id)
        done = "link_domain.removed" if domain.verified_at is None else "link_domain.killed"
        await acts.record_here(conn, page, viewer, done, target=domain.host)
    return page.leave(f"{PATH}?notice=killed")


async def _show(
    page: Page, conn: Connection, viewer: Viewer, base: str, reading: Reading | None = None
) -> Response[Any]:
    utm = await tracking.usual_utm(conn, viewer.workspace_id)
    values = Submitted([(f"utm.{name}", utm.get(name, "")) for name in UTM_NAMES])
    if reading is not None and reading.errors:
        values = Submitted([(name, reading.form.one(name)) for name in ("host", *values.names())])
    return page.render(
        "tracking/domains/page.html",
        status=422 if reading is not None and reading.errors else 200,
        domains=[(_shown(each), each) for each in await service.domains(conn, viewer.workspace_id)],
        base=base,
        utm_names=UTM_NAMES,
        values=values,
        errors=reading.errors if reading else Errors(),
    )


def _shown(domain: Domain) -> str:
    return public_id(DOMAIN_ID, domain.id)


def _key(text: str) -> UUID:
    key = parse_public_id(DOMAIN_ID, text)
    if key is None:
        raise service.unknown()
    return key


routes: list[ControllerRouterHandler] = [
    domains_page,
    add_domain,
    save_utm,
    choose_main,
    verify_domain,
    choose_domain,
    ask_kill,
    kill_domain,
]
