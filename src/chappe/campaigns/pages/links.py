"""How a campaign's links are made: a part of the editor that saves itself, and a page where no script runs.
And the switch of a link that was sent.
"""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db, WallClock
from chappe.campaigns.links import service
from chappe.campaigns.links.model import LinkSettings
from chappe.campaigns.model import Campaign
from chappe.campaigns.pages.common import campaign_of, note
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id
from chappe.tracking.destinations import UTM_NAMES
from chappe.tracking.domains import service as domains
from chappe.tracking.links import service as tracked
from chappe.tracking.model import DOMAIN_ID
from chappe.web.forms import Errors, Reading
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

_WRITE = needs(Permission.CAMPAIGNS_WRITE)
_PATH = "/campaigns/{campaign:str}/links"
# What the switch says, and what is kept of it.
_SHORTEN: dict[str, bool | None] = {"": None, "yes": True, "no": False}


@get(_PATH, opt=_WRITE)
async def links(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await campaign_of(conn, viewer, campaign)
        return await _show(page, conn, draft, campaign)


@post(_PATH, opt=_WRITE)
async def save_links(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    reading = Reading(await page.form())
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await campaign_of(conn, viewer, campaign)
        with reading.errors.caught():
            await _save(conn, page, viewer, draft, reading)
        if reading.errors or page.wants_fragment:
            return await _show(page, conn, draft, campaign, reading.errors, saved=not reading.errors)
    return page.redirect(f"/campaigns/{campaign}/edit/message?notice=saved")


@get(f"{_PATH}/kill", opt=_WRITE)
async def ask_kill(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        await campaign_of(conn, viewer, campaign)
    return page.render("campaigns/links/kill.html", campaign_id=campaign, url=page.asked("url"))


@post(f"{_PATH}/kill", opt=_WRITE)
async def kill(
    campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock
) -> Response[Any]:
    """Of all its runs."""
    url = (await page.form()).one("url")
    async with db.transaction(viewer.workspace_id) as conn:
        sent = await campaign_of(conn, viewer, campaign)
        if await tracked.kill_of_campaign(conn, sent.workspace_id, sent.id, url, clock.now()):
            await note(conn, page, viewer, "changed", sent, before={}, after={"link_killed": url})
    return page.leave(f"/campaigns/{campaign}")


async def _save(conn: Connection, page: Page, viewer: Viewer, draft: Campaign, reading: Reading) -> None:
    before = await service.settings_of(conn, draft.workspace_id, draft.id)
    form = reading.form
    written = {name: form.one(f"utm_{name}").strip() for name in UTM_NAMES}
    chosen = LinkSettings(
        shorten=_SHORTEN.get(form.one("shorten")),
        domain_id=parse_public_id(DOMAIN_ID, form.one("link_domain")),
        utm={name: value for name, value in written.items() if value},
    )
    after = await service.save(conn, draft, chosen)
    if before != after:
        await note(conn, page, viewer, "changed", draft, before=_told(before), after=_told(after))


def _told(chosen: LinkSettings) -> dict[str, Any]:
    domain_id = chosen.domain_id and public_id(DOMAIN_ID, chosen.domain_id)
    return {"links": {"shorten": chosen.shorten, "domain_id": domain_id, "utm": chosen.utm}}


async def _show(
    page: Page,
    conn: Connection,
    draft: Campaign,
    campaign_id: str,
    errors: Errors | None = None,
    *,
    saved: bool = False,
) -> Response[Any]:
    chosen = await service.settings_of(conn, draft.workspace_id, draft.id)
    known = await domains.domains(conn, draft.workspace_id)
    return page.render(
        "campaigns/links/fields.html" if page.wants_fragment else "campaigns/links/page.html",
        status=422 if errors and not page.wants_fragment else 200,
        campaign=draft,
        campaign_id=campaign_id,
        shorten=next(word for word, value in _SHORTEN.items() if value is chosen.shorten),
        domain_id=public_id(DOMAIN_ID, chosen.domain_id) if chosen.domain_id else "",
        domains=[(public_id(DOMAIN_ID, each.id), each.host) for each in known if each.state == "ready"],
        utm_names=UTM_NAMES,
        utm=chosen.utm,
        errors=errors or Errors(),
        just_saved=saved,
    )


routes: list[ControllerRouterHandler] = [links, save_links, ask_kill, kill]
