"""The library in the editor's message step: a template as the text, and the text as a template."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.campaigns import drafts
from chappe.campaigns.drafts import MessageStep
from chappe.campaigns.model import Campaign
from chappe.campaigns.pages import trying
from chappe.campaigns.pages.common import draft_of, note
from chappe.campaigns.variants.model import FIRST
from chappe.content.templates import service as templates
from chappe.content.templates.model import TEMPLATE_ID, Language, TooManyTemplates, Written, found
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id
from chappe.sms.parts import measure
from chappe.web.forms import Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

_WRITE = needs(Permission.CAMPAIGNS_WRITE)
_PATH: Final = "/campaigns/{campaign:str}/templates"


@get(_PATH, opt=_WRITE)
async def choose(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """`variant`: whose text it becomes; `q`: words that are looked for."""
    async with db.transaction(viewer.workspace_id) as conn:
        await draft_of(conn, viewer, campaign)
        known = await templates.templates(conn, viewer.workspace_id)
    shown = found(known, page.asked("q"))
    return page.render(
        "campaigns/library/choose.html",
        campaign_id=campaign,
        letter=trying.letter_of(page.asked("variant")),
        q=page.asked("q"),
        total=len(known),
        templates=[(public_id(TEMPLATE_ID, one.id), one, measure(one.body)) for one in shown],
    )


@post(_PATH, opt=_WRITE)
async def use(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """The text of the draft, or of its variant, becomes the template's."""
    form = await page.form()
    letter, key = trying.letter_of(form.one("variant")), parse_public_id(TEMPLATE_ID, form.one("template"))
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await draft_of(conn, viewer, campaign)
        chosen = await templates.template(conn, viewer.workspace_id, key)
        seen = await trying.seen_as(conn, draft, letter)
        written = MessageStep(sender_id=seen.sender_id, body=chosen.body)
        if letter == FIRST:
            await drafts.save(conn, draft, written)
        else:
            await trying.save(conn, draft, letter, written)
        told = {"body": seen.body}, {"body": chosen.body, "template": chosen.name}
        await note(conn, page, viewer, "changed", draft, before=told[0], after=told[1])
    return page.leave(f"/campaigns/{campaign}/edit/message?variant={letter}&notice=saved")


@get(f"{_PATH}/new", opt=_WRITE)
async def ask_keep(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    letter = trying.letter_of(page.asked("variant"))
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await trying.seen_as(conn, await draft_of(conn, viewer, campaign), letter)
        reading = Reading(Submitted([("name", draft.name)]))
        return await _ask(page, viewer, conn, campaign, letter, draft, reading)


@post(f"{_PATH}/new", opt=_WRITE)
async def keep(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """What the draft says, as it was saved, becomes a template."""
    reading = Reading(await page.form())
    letter = trying.letter_of(reading.form.one("variant"))
    code = reading.choice("language", ("", "en", "fr"))
    language: Language = "fr" if code == "fr" else "en" if code == "en" else ""
    name, folder = reading.form.one("name"), reading.form.one("folder")
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await trying.seen_as(conn, await draft_of(conn, viewer, campaign), letter)
        written = Written(name=name, folder=folder, language=language, body=draft.body)
        with reading.errors.caught(TooManyTemplates):
            if not reading.errors:
                made = await templates.add(conn, viewer.workspace_id, written)
                after = {"name": made.name, "body": made.body}
                target = public_id(TEMPLATE_ID, made.id)
                await acts.record_here(conn, page, viewer, "template.created", target=target, after=after)
        if reading.errors:
            return await _ask(page, viewer, conn, campaign, letter, draft, reading)
    return page.leave(f"/campaigns/{campaign}/edit/message?variant={letter}&notice=saved")


async def _ask(
    page: Page,
    viewer: Viewer,
    conn: Connection,
    campaign: str,
    letter: str,
    draft: Campaign,
    reading: Reading,
) -> Response[Any]:
    known = await templates.templates(conn, viewer.workspace_id)
    return page.render(
        "campaigns/library/keep.html",
        status=422 if reading.errors else 200,
        campaign_id=campaign,
        letter=letter,
        body=draft.body,
        values=reading.form,
        errors=reading.errors,
        folders=sorted({one.folder for one in known if one.folder}),
    )


routes: list[ControllerRouterHandler] = [choose, use, ask_keep, keep]
