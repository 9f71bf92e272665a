"""What a campaign counts as sold: a part of the editor that saves itself, and a page where no script runs."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.campaigns.goals import service as goals
from chappe.campaigns.model import Campaign
from chappe.campaigns.pages.common import campaign_of, note
from chappe.db.pool import Connection
from chappe.web.forms import Errors, Reading
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

_WRITE = needs(Permission.CAMPAIGNS_WRITE)
_PATH = "/campaigns/{campaign:str}/sales"


@get(_PATH, opt=_WRITE)
async def sales(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await campaign_of(conn, viewer, campaign)
        return await _show(page, conn, draft, campaign)


@post(_PATH, opt=_WRITE)
async def save_sales(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    reading = Reading(await page.form())
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await campaign_of(conn, viewer, campaign)
        with reading.errors.caught():
            await _save(conn, page, viewer, draft, reading)
        if reading.errors or page.wants_fragment:
            return await _show(page, conn, draft, campaign, reading, saved=not reading.errors)
    return page.redirect(f"/campaigns/{campaign}/edit/message?notice=saved")


async def _save(conn: Connection, page: Page, viewer: Viewer, draft: Campaign, reading: Reading) -> None:
    before = await goals.word_of(conn, draft.workspace_id, draft.id)
    after = await goals.save(conn, draft, reading.form.one("reply_word"))
    if before != after:
        told = {"reply_word": before}, {"reply_word": after}
        await note(conn, page, viewer, "changed", draft, before=told[0], after=told[1])


async def _show(
    page: Page,
    conn: Connection,
    draft: Campaign,
    campaign_id: str,
    reading: Reading | None = None,
    *,
    saved: bool = False,
) -> Response[Any]:
    word = await goals.word_of(conn, draft.workspace_id, draft.id)
    return page.render(
        "campaigns/sales/fields.html" if page.wants_fragment else "campaigns/sales/page.html",
        status=200 if page.wants_fragment or reading is None or not reading.errors else 422,
        campaign=draft,
        campaign_id=campaign_id,
        reply_word=reading.form.one("reply_word") if reading and reading.errors else word or "",
        errors=reading.errors if reading else Errors(),
        just_saved=saved,
    )


routes: list[ControllerRouterHandler] = [sales, save_sales]
