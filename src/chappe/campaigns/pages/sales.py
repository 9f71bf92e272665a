"""What a campaign counts as sold: a part of the editor that saves itself, and a page where no script runs."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.campaigns.goals import service as goals
from chappe.campaigns.model import Campaign
from chappe.campaigns.offers import service as campaign_offers
from chappe.campaigns.pages.common import campaign_of, note
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id
from chappe.offers import service as offers
from chappe.offers.coding import asks
from chappe.offers.model import OFFER_ID, Offer
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
    before = await _chosen(conn, draft)
    if reading.form.has("offer_id"):
        await campaign_offers.save(conn, draft, parse_public_id(OFFER_ID, reading.form.one("offer_id")))
    await goals.save(conn, draft, reading.form.one("reply_word"))
    after = await _chosen(conn, draft)
    if before != after:
        await note(conn, page, viewer, "changed", draft, before=before, after=after)


async def _chosen(conn: Connection, draft: Campaign) -> dict[str, str]:
    offer_id = await campaign_offers.offer_of(conn, draft.workspace_id, draft.id)
    return {
        "reply_word": await goals.word_of(conn, draft.workspace_id, draft.id) or "",
        "offer_id": "" if offer_id is None else public_id(OFFER_ID, offer_id),
    }


async def _show(
    page: Page,
    conn: Connection,
    draft: Campaign,
    campaign_id: str,
    reading: Reading | None = None,
    *,
    saved: bool = False,
) -> Response[Any]:
    chosen = await _chosen(conn, draft)
    found = await offers.offers(conn, draft.workspace_id)
    return page.render(
        "campaigns/sales/fields.html" if page.wants_fragment else "campaigns/sales/page.html",
        status=200 if page.wants_fragment or reading is None or not reading.errors else 422,
        campaign=draft,
        campaign_id=campaign_id,
        reply_word=reading.form.one("reply_word") if reading and reading.errors else chosen["reply_word"],
        offer_id=chosen["offer_id"],
        offers=[(public_id(OFFER_ID, one.id), one) for one in found if _gives(one, chosen["offer_id"])],
        gives=asks(draft.body),
        errors=reading.errors if reading else Errors(),
        just_saved=saved,
    )


def _gives(offer: Offer, chosen: str) -> bool:
    """Whether it can be chosen: the one that is stays in sight."""
    return offer.archived_at is None or public_id(OFFER_ID, offer.id) == chosen


routes: list[ControllerRouterHandler] = [sales, save_sales]
