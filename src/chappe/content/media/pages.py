"""/media: the pictures of a workspace; /m/…: a picture, for whoever was sent its address."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Keys
from chappe.consent.given import GivenLinks
from chappe.content.media import service
from chappe.content.media.codes import MediaCodes
from chappe.content.media.model import MEDIA_ID, MediaInUse, TooManyMedia
from chappe.content.media.receiving import MOST_BODY, keep, received
from chappe.content.media.sizes import fits_in
from chappe.db.pool import Database
from chappe.kit.ids import parse_public_id, public_id
from chappe.web.forms import Errors, Reading
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import PUBLIC, GivenViewer, Viewer, needs

PATH: Final = "/media"
_READ, _WRITE = needs(Permission.CAMPAIGNS_READ), needs(Permission.CAMPAIGNS_WRITE)
# What stands at an address never changes. A day, so that a deleted picture is soon gone from caches too.
_SERVED: Final = {
    "cache-control": "public, max-age=86400, immutable",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "content-disposition": "inline",
}


@get(PATH, opt=_READ)
async def listed(page: GivenPage, viewer: GivenViewer, db: Db, links: GivenLinks) -> Response[Any]:
    return await _show(page, viewer, db, links.base, Errors())


@post(PATH, opt=_WRITE, request_max_body_size=MOST_BODY)
async def upload(
    request: Request[Any, Any, Any],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    links: GivenLinks,
    keys: Keys,
) -> Response[Any]:
    reading = Reading(await page.form())
    if picture := await received(request, reading):
        with reading.errors.caught(TooManyMedia):
            async with db.transaction(viewer.workspace_id) as conn:
                await keep(conn, page, viewer, keys, picture, reading.form.one("alt"))
    if reading.errors:
        return await _show(page, viewer, db, links.base, reading.errors, reading.form.one("alt"))
    return page.redirect(f"{PATH}?notice=media_added")


@post(PATH + "/{media:str}/delete", opt=_WRITE)
async def delete(
    media: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, links: GivenLinks
) -> Response[Any]:
    errors = Errors()
    with errors.caught(MediaInUse):
        async with db.transaction(viewer.workspace_id) as conn:
            known = await service.one(conn, viewer.workspace_id, parse_public_id(MEDIA_ID, media))
            await service.remove(conn, known, viewer.workspace_id)
            before = {"alt": known.alt}
            await acts.record_here(conn, page, viewer, "media.deleted", target=media, before=before)
    if errors:
        return await _show(page, viewer, db, links.base, errors)
    return page.redirect(f"{PATH}?notice=media_deleted")


@get("/m/{code:str}", opt={PUBLIC: True})
async def picture(code: FromPath[str], db: Db, keys: Keys) -> Response[bytes]:
    """No cookie, no script, nothing counted: a picture."""
    found = await service.served(db, code, MediaCodes.of(keys))
    return Response(found.data, media_type=found.kind, headers=_SERVED)


async def _show(
    page: Page, viewer: Viewer, db: Database, base: str, errors: Errors, alt: str = ""
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        known = await service.every(conn, viewer.workspace_id)
    return page.render(
        "content/media.html",
        status=422 if errors else 200,
        media=[
            (public_id(MEDIA_ID, one.id), one, f"{base}/m/{one.code}", fits_in(one.bytes)) for one in known
        ],
        errors=errors,
        alt=alt,
    )


routes: list[ControllerRouterHandler] = [listed, upload, delete, picture]
