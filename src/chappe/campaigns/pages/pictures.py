"""The picture in the editor's message step: its address goes into the text."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Keys
from chappe.campaigns import drafts
from chappe.campaigns.media import service
from chappe.campaigns.pages import trying
from chappe.campaigns.pages.common import draft_of, note
from chappe.campaigns.variants.model import FIRST
from chappe.consent.given import GivenLinks
from chappe.consent.preference_links import PreferenceLinks
from chappe.content.media import service as media
from chappe.content.media.model import MEDIA_ID, Media, TooManyMedia
from chappe.content.media.receiving import MOST_BODY, keep, received
from chappe.db.pool import Connection, Database
from chappe.kit.ids import parse_public_id, public_id
from chappe.web.forms import Errors, Reading
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

_WRITE = needs(Permission.CAMPAIGNS_WRITE)
_PATH: Final = "/campaigns/{campaign:str}/media"


@get(_PATH, opt=_WRITE)
async def choose(
    campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, links: GivenLinks
) -> Response[Any]:
    """`variant`: whose text it goes into."""
    letter = trying.letter_of(page.asked("variant"))
    return await _show(page, viewer, db, links, campaign, letter)


@post(_PATH, opt=_WRITE)
async def use(
    campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, links: GivenLinks
) -> Response[Any]:
    """Into the text of the draft, or of its variant; without `media`: out of it."""
    form = await page.form()
    letter, chosen = trying.letter_of(form.one("variant")), form.one("media")
    async with db.transaction(viewer.workspace_id) as conn:
        picture = None
        if chosen:
            picture = await media.one(conn, viewer.workspace_id, parse_public_id(MEDIA_ID, chosen))
        await _put(conn, page, viewer, links, campaign, letter, picture)
    return _done(page, campaign, letter)


@post(f"{_PATH}/new", opt=_WRITE, request_max_body_size=MOST_BODY)
async def upload(
    request: Request[Any, Any, Any],
    campaign: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    links: GivenLinks,
    keys: Keys,
) -> Response[Any]:
    """A new one, into the text at once."""
    reading = Reading(await page.form())
    letter, alt = trying.letter_of(reading.form.one("variant")), reading.form.one("alt")
    if picture := await received(request, reading):
        with reading.errors.caught(TooManyMedia):
            async with db.transaction(viewer.workspace_id) as conn:
                made = await keep(conn, page, viewer, keys, picture, alt)
                await _put(conn, page, viewer, links, campaign, letter, made)
    if reading.errors:
        return await _show(page, viewer, db, links, campaign, letter, reading.errors, alt)
    return _done(page, campaign, letter)


async def _put(
    conn: Connection,
    page: Page,
    viewer: Viewer,
    links: PreferenceLinks,
    campaign: str,
    letter: str,
    picture: Media | None,
) -> None:
    """Into the text of a draft, or of its variant; None: out of it."""
    draft = await draft_of(conn, viewer, campaign)
    seen = await trying.seen_as(conn, draft, letter)
    if picture is None:
        written = await service.without_picture(conn, seen, links.base)
    else:
        written = await service.with_picture(conn, seen, picture, links.base)
    if letter == FIRST:
        await drafts.save(conn, draft, written)
    else:
        await trying.save(conn, draft, letter, written)
    told = {"body": seen.body}, {"body": written.body}
    await note(conn, page, viewer, "changed", draft, before=told[0], after=told[1])


def _done(page: Page, campaign: str, letter: str) -> Response[Any]:
    return page.leave(f"/campaigns/{campaign}/edit/message?variant={letter}&notice=saved")


async def _show(
    page: Page,
    viewer: Viewer,
    db: Database,
    links: PreferenceLinks,
    campaign: str,
    letter: str,
    errors: Errors | None = None,
    alt: str = "",
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        seen = await trying.seen_as(conn, await draft_of(conn, viewer, campaign), letter)
        there = await service.picture_of(conn, seen, links.base)
        known = await media.every(conn, viewer.workspace_id)
    return page.render(
        "campaigns/library/picture.html",
        status=422 if errors else 200,
        campaign_id=campaign,
        letter=letter,
        there=there,
        media=[(public_id(MEDIA_ID, one.id), one) for one in known],
        errors=errors or Errors(),
        alt=alt,
    )


routes: list[ControllerRouterHandler] = [choose, use, upload]
