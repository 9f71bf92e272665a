"""The picture in the editor's message step: its address goes into the text."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.campaigns import drafts
from chappe.campaigns.media import service
from chappe.campaigns.pages import trying
from chappe.campaigns.pages.common import draft_of, note
from chappe.campaigns.variants.model import FIRST
from chappe.consent.given import GivenLinks
from chappe.content.media import service as media
from chappe.content.media.model import MEDIA_ID
from chappe.kit.ids import parse_public_id, public_id
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, needs

_WRITE = needs(Permission.CAMPAIGNS_WRITE)
_PATH: Final = "/campaigns/{campaign:str}/media"


@get(_PATH, opt=_WRITE)
async def choose(
    campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, links: GivenLinks
) -> Response[Any]:
    """`variant`: whose text it goes into."""
    letter = trying.letter_of(page.asked("variant"))
    async with db.transaction(viewer.workspace_id) as conn:
        seen = await trying.seen_as(conn, await draft_of(conn, viewer, campaign), letter)
        there = await service.picture_of(conn, seen, links.base)
        known = await media.every(conn, viewer.workspace_id)
    return page.render(
        "campaigns/library/picture.html",
        campaign_id=campaign,
        letter=letter,
        there=there,
        media=[(public_id(MEDIA_ID, one.id), one) for one in known],
    )


@post(_PATH, opt=_WRITE)
async def use(
    campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, links: GivenLinks
) -> Response[Any]:
    """Into the text of the draft, or of its variant; without `media`: out of it."""
    form = await page.form()
    letter, chosen = trying.letter_of(form.one("variant")), form.one("media")
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await draft_of(conn, viewer, campaign)
        seen = await trying.seen_as(conn, draft, letter)
        if chosen:
            picture = await media.one(conn, viewer.workspace_id, parse_public_id(MEDIA_ID, chosen))
            written = await service.with_picture(conn, seen, picture, links.base)
        else:
            written = await service.without_picture(conn, seen, links.base)
        if letter == FIRST:
            await drafts.save(conn, draft, written)
        else:
            await trying.save(conn, draft, letter, written)
        told = {"body": seen.body}, {"body": written.body}
        await note(conn, page, viewer, "changed", draft, before=told[0], after=told[1])
    return page.leave(f"/campaigns/{campaign}/edit/message?variant={letter}&notice=saved")


routes: list[ControllerRouterHandler] = [choose, use]
