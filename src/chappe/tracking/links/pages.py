"""/links: every link with its clicks; those made by hand, their squares, the switch."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids, Keys, WallClock
from chappe.consent.given import GivenLinks
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection
from chappe.kit import qr
from chappe.kit.ids import IdCipher, parse_public_id, public_id
from chappe.tracking.codes import Codes
from chappe.tracking.domains import service as domains
from chappe.tracking.links import service
from chappe.tracking.model import DOMAIN_ID, LINK_ID, LONGEST_LABEL, LONGEST_URL, Link, UnknownLink
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.policy import PAGE_HEADERS
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH: Final = "/links"
_ONE: Final = PATH + "/{link_id:str}"
_READ, _WRITE = needs(Permission.CAMPAIGNS_READ), needs(Permission.CAMPAIGNS_WRITE)
_ROWS: Final = 50
_KINDS: Final = ("campaign", "message", "hand")
_CAMPAIGN: Final = "cmp"


@get(PATH, opt=_READ)
async def list_links(page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, keys: Keys) -> Response[Any]:
    made_for = page.asked("made_for") if page.asked("made_for") in _KINDS else None
    before = ids.decode(LINK_ID, page.asked("before"))
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.links(
            conn, viewer.workspace_id, before=before, made_for=made_for, limit=_ROWS + 1
        )
    codes, shown = Codes.of(keys), found[:_ROWS]
    return page.render(
        "tracking/links/list.html",
        rows=[(ids.encode(LINK_ID, each.id), each, service.short_url(each, codes)) for each in shown],
        made_for=made_for or "",
        before=before,
        older=ids.encode(LINK_ID, shown[-1].id) if len(found) > _ROWS else "",
    )


@get(f"{PATH}/new", opt=_WRITE)
async def new_link(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        return await _form(page, conn, viewer)


@post(f"{PATH}/new", opt=_WRITE)
async def make_link(
    page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, links: GivenLinks
) -> Response[Any]:
    reading = Reading(await page.form())
    url = reading.text("url", most=LONGEST_URL)
    label = reading.text("label", most=LONGEST_LABEL, required=False)
    domain_id = parse_public_id(DOMAIN_ID, reading.form.one("domain_id"))
    async with db.transaction(viewer.workspace_id) as conn:
        if not reading.errors:
            with reading.errors.caught():
                made = await service.make(
                    conn, viewer.workspace_id, links.base, url=url, label=label, domain_id=domain_id
                )
        if reading.errors:
            return await _form(page, conn, viewer, reading)
        shown = ids.encode(LINK_ID, made.id)
        await acts.record_here(conn, page, viewer, "link.made", target=shown, after={"url": made.url})
    return page.leave(f"{PATH}/{shown}?notice=made")


@get(_ONE, opt=_READ)
async def show_link(
    link_id: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    ids: Ids,
    keys: Keys,
    clock: WallClock,
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        link = await _link(conn, viewer, ids, link_id)
        days = await service.days(conn, viewer.workspace_id, link.id, clock.now(), viewer.zone)
    return page.render(
        "tracking/links/link.html",
        link=link,
        link_id=link_id,
        days=days,
        short_url=service.short_url(link, Codes.of(keys)),
        campaign_id=link.campaign_id and public_id(_CAMPAIGN, link.campaign_id),
    )


@get(_ONE + "/qr.svg", opt=_READ)
async def square(
    link_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, keys: Keys
) -> Response[bytes]:
    async with db.transaction(viewer.workspace_id) as conn:
        address = _address(await _link(conn, viewer, ids, link_id), keys)
    return _file(page, qr.svg(address), "image/svg+xml", "link.svg")


@get(_ONE + "/qr.png", opt=_READ)
async def square_png(
    link_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, keys: Keys
) -> Response[bytes]:
    async with db.transaction(viewer.workspace_id) as conn:
        address = _address(await _link(conn, viewer, ids, link_id), keys)
    return _file(page, qr.png(address), "image/png", "link.png")


@get(_ONE + "/kill", opt=_WRITE)
async def ask_kill(
    link_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        link = await _link(conn, viewer, ids, link_id)
    return page.render("tracking/links/kill.html", link=link, link_id=link_id)


@post(_ONE + "/kill", opt=_WRITE)
async def kill_link(
    link_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        await service.kill(conn, viewer.workspace_id, ids.decode(LINK_ID, link_id), clock.now())
        await acts.record_here(conn, page, viewer, "link.killed", target=link_id)
    return page.leave(f"{PATH}/{link_id}?notice=killed")


@post(_ONE + "/revive", opt=_WRITE)
async def revive_link(
    link_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        await service.revive(conn, viewer.workspace_id, ids.decode(LINK_ID, link_id))
        await acts.record_here(conn, page, viewer, "link.revived", target=link_id)
    return page.redirect(f"{PATH}/{link_id}?notice=revived")


async def _link(conn: Connection, viewer: Viewer, ids: IdCipher, link_id: str) -> Link:
    return await service.link_of(conn, viewer.workspace_id, ids.decode(LINK_ID, link_id))


async def _form(
    page: Page, conn: Connection, viewer: Viewer, reading: Reading | None = None
) -> Response[Any]:
    known = await domains.domains(conn, viewer.workspace_id)
    return page.render(
        "tracking/links/new.html",
        status=422 if reading is not None else 200,
        domains=[(public_id(DOMAIN_ID, each.id), each.host) for each in known if each.state == "ready"],
        values=reading.form if reading else Submitted(),
        errors=reading.errors if reading else Errors(),
    )


def _address(link: Link, keys: InstanceKeys) -> str:
    address = service.short_url(link, Codes.of(keys))
    if address is None:
        raise UnknownLink("Links of messages have a code for each recipient, and no square.")
    return address


def _file(page: Page, data: bytes, kind: str, name: str) -> Response[bytes]:
    """Shown, or kept with `?download=1`."""
    way = "attachment" if page.asked("download") else "inline"
    headers = PAGE_HEADERS | {"content-disposition": f'{way}; filename="{name}"'}
    return Response(data, media_type=kind, headers=headers)


# `new` before what would read it as an id.
routes: list[ControllerRouterHandler] = [
    list_links,
    new_link,
    make_link,
    show_link,
    square,
    square_png,
    ask_kill,
    kill_link,
    revive_link,
]
