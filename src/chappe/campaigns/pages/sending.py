"""Sending, testing and copying a campaign that is written."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids
from chappe.campaigns import drafts, preview, service
from chappe.campaigns.drafts import Clocks, Step
from chappe.campaigns.drawing import drawn
from chappe.campaigns.estimator import Estimator
from chappe.campaigns.marks import mark_of
from chappe.campaigns.model import Campaign, CampaignState, ChangedSince
from chappe.campaigns.pages import composing, steps
from chappe.campaigns.pages.approving import approval_said
from chappe.campaigns.pages.common import GivenClocks, GivenEstimator, campaign_of, note, shown_id
from chappe.campaigns.pages.forms import read_message
from chappe.campaigns.pages.trying import letter_of
from chappe.db.pool import Connection
from chappe.kit import phone
from chappe.kit.errors import Problem
from chappe.messages.model import Purpose
from chappe.sending.model import Intent
from chappe.sending.service import Door
from chappe.web.forms import Missing, Reading
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

GivenDoor = NamedDependency[SkipValidation[Door]]
_DIALOG = "campaigns/send.html"
_TRIAL = "campaigns/edit/trial.html"
# Looked for where somebody may write and not send.
_PATIENCE = 5.0


@get("/campaigns/{campaign:str}/send", opt=needs(Permission.CAMPAIGNS_SEND))
async def ask_send(
    campaign: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    clocks: GivenClocks,
    estimator: GivenEstimator,
) -> Response[Any]:
    """Says to how many it goes, when, and what it costs. As a dialog over the page where scripts run."""
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await campaign_of(conn, viewer, campaign)
        problem = next(iter(await drafts.faults(conn, draft, Step.REVIEW, clocks)), None)
        mark = await mark_of(conn, draft)
        try:
            await service.check_seen(conn, draft, page.asked("mark") or None)
        except ChangedSince as error:
            problem = error
    look = await steps.people(estimator, draft, mark, _PATIENCE) if problem is None else None
    zones = look.estimate.zones if look and look.estimate else []
    async with db.transaction(viewer.workspace_id) as conn:
        leaving = await steps.leaving_of(conn, clocks, draft, zones, viewer.zone)
    return page.render(
        _DIALOG,
        campaign=draft,
        campaign_id=campaign,
        look=look,
        problem=problem,
        mark=mark,
        leaving=leaving,
    )


@post("/campaigns/{campaign:str}/send", opt=needs(Permission.CAMPAIGNS_SEND))
async def send(
    campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clocks: GivenClocks
) -> Response[Any]:
    """However often the button is pressed, it is sent once, and only as whoever pressed it saw it."""
    seen = (await page.form()).one("mark") or None
    try:
        async with db.transaction(viewer.workspace_id) as conn:
            draft = await campaign_of(conn, viewer, campaign)
            sent = await service.send(
                conn,
                viewer.workspace_id,
                draft.id,
                clock=clocks.wall,
                gate_clock=clocks.gate,
                seen=seen,
            )
            if draft.state is CampaignState.DRAFT:
                done = "scheduled" if sent.state is CampaignState.SCHEDULED else "sent"
                await note(conn, page, viewer, done, sent, after={"name": sent.name, "send_at": sent.send_at})
    except Problem as problem:
        if problem.status == 404:
            raise
        return page.render(
            _DIALOG,
            status=problem.status,
            campaign=draft,
            campaign_id=campaign,
            look=None,
            problem=problem,
        )
    return page.leave(f"/campaigns/{campaign}")


@post("/campaigns/{campaign:str}/test", opt=needs(Permission.MESSAGES_SEND))
async def test(
    campaign: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    ids: Ids,
    door: GivenDoor,
    clocks: GivenClocks,
    estimator: GivenEstimator,
) -> Response[Any]:
    """The message, as the contact on the phone would get it, to a number of one's own. The message step sends
    along what is written in it, of whichever variant, saved or not.
    """
    form = await page.form()
    written = form.all("body")
    looking = composing.Looking(form.one("contact"), "", ids, letter_of(form.one("variant")))
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await campaign_of(conn, viewer, campaign)
        if written:
            draft = drafts.with_step(draft, read_message(Reading(form)))
        try:
            number = await _test(
                conn, page, viewer, door, draft, looking, form.one("phone"), clocks, estimator
            )
        except Problem as problem:
            fault = problem
            if page.wants_fragment:
                return page.render(_TRIAL, status=422, fault=fault)
        else:
            if page.wants_fragment:
                return page.render(_TRIAL, fault=None, tested=f"+{number}")
            return page.redirect(
                f"/campaigns/{campaign}/edit/review?contact={looking.contact}&tested=%2B{number}#test"
            )
        said = await approval_said(conn, db, viewer, clocks.wall, draft)
        typed = form.one("phone")
        return await steps.review(
            page, viewer, conn, estimator, clocks, draft, looking, fault=fault, phone=typed, approval=said
        )


async def _test(
    conn: Connection,
    page: Page,
    viewer: Viewer,
    door: Door,
    draft: Campaign,
    looking: composing.Looking,
    typed: str,
    clocks: Clocks,
    estimator: Estimator,
) -> int:
    """The number it goes to. Transactional: asked for by who gets it, at any hour; a block still holds."""
    if not typed:
        raise Missing("Write the number to test on.", field="phone")
    for problem in await drafts.faults(conn, draft, Step.MESSAGE, clocks):
        raise problem
    whom = await drawn(conn, viewer.workspace_id, draft.audience, clocks.wall.now())
    contact = await preview.chosen_contact(conn, whom, looking.key)
    country = contact.country if contact else None
    number = phone.parse(typed, country, field="phone")
    shown = await preview.preview(
        conn,
        draft,
        contact,
        clock=clocks.wall,
        gate_clock=clocks.gate,
        links=estimator.links,
        test=True,
        letter=looking.letter,
    )
    if shown.text is None or draft.sender_id is None:
        raise Missing("Choose a contact with every value that the text needs.", field="contact")
    intent = Intent(
        phone=number,
        sender_id=draft.sender_id,
        body=shown.text,
        purpose=Purpose.TRANSACTIONAL,
        reference=f"test of {shown_id(draft)}",
        shorten=shown.shortened,
    )
    await door.accept(conn, viewer.workspace_id, [intent])
    await note(conn, page, viewer, "tested", draft, after={"to": phone.mask(number)})
    return number


@post("/campaigns/{campaign:str}/duplicate", opt=needs(Permission.CAMPAIGNS_WRITE))
async def duplicate(
    campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clocks: GivenClocks
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        original = await campaign_of(conn, viewer, campaign)
        name = page.fragment("campaigns/copy_name.txt", name=original.name).strip()
        copy = await drafts.duplicate(conn, original, name, clocks.wall)
        await note(conn, page, viewer, "duplicated", copy, after={"name": copy.name, "of": campaign})
    return page.redirect(f"/campaigns/{shown_id(copy)}/edit/audience?notice=copied")


routes: list[ControllerRouterHandler] = [ask_send, send, test, duplicate]
