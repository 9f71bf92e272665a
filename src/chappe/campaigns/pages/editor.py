"""The editor: audience, message, schedule, review. Each step is a form of its own that saves itself.

Leaving a step saves it as it is; "continue" asks its rules first. Without scripts everything is a button.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import structs

from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids
from chappe.audience.model import SEGMENT_ID
from chappe.campaigns import drafts, marking
from chappe.campaigns.drafts import STEPS, AudienceStep, Clocks, MessageStep, Step, Written
from chappe.campaigns.estimator import Estimator
from chappe.campaigns.model import Action, Audience, Campaign, CampaignState, refuse
from chappe.campaigns.pages import composing, keeping, steps, trying
from chappe.campaigns.pages.approving import approval_said
from chappe.campaigns.pages.common import (
    GivenClocks,
    GivenEstimator,
    askable,
    campaign_of,
    excluded_ids,
    included_ids,
    note,
    shown_id,
)
from chappe.campaigns.pages.forms import read, read_audience
from chappe.campaigns.pages.timing import save_timing
from chappe.campaigns.variants.model import FIRST
from chappe.consent.topics.model import TOPIC_ID
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id
from chappe.messages.model import Purpose
from chappe.web.forms import Errors, Reading
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

WRITE = needs(Permission.CAMPAIGNS_WRITE)
# Buttons of the message step that change what is shown, and save nothing.
_LOOKING = frozenset({"check", "see-next", "see-previous", "see-worst", "replace"})


@get("/campaigns/new", opt=WRITE)
async def new(page: GivenPage, viewer: GivenViewer, db: Db, estimator: GivenEstimator) -> Response[Any]:
    """Empty, or to a segment (`?segment=seg_…`)."""
    key = parse_public_id(SEGMENT_ID, page.asked("segment"))
    chosen = Audience((), include_segments=(key,) if key else ())
    draft = structs.replace(blank(viewer), audience=chosen)
    async with db.transaction(viewer.workspace_id) as conn:
        return await steps.audience(page, viewer, conn, estimator, draft, Errors(), saved=False)


@post("/campaigns/new", opt=WRITE)
async def begin(
    page: GivenPage, viewer: GivenViewer, db: Db, clocks: GivenClocks, estimator: GivenEstimator
) -> Response[Any]:
    reading = Reading(await page.form())
    written = read_audience(reading)
    candidate = drafts.with_step(blank(viewer), written)
    async with db.transaction(viewer.workspace_id) as conn:
        errors = await _errors(conn, candidate, Step.AUDIENCE, clocks, reading)
        if errors:
            return await steps.audience(page, viewer, conn, estimator, candidate, errors, saved=False)
        made = await drafts.begin(conn, viewer.workspace_id, written, clocks.wall)
        await note(conn, page, viewer, "created", made, after={"name": made.name})
    return page.redirect(_after(shown_id(made), Step.AUDIENCE, reading.form.one("go")))


@get("/campaigns/{campaign:str}/edit/{step:str}", opt=WRITE)
async def edit(
    campaign: FromPath[str],
    step: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    ids: Ids,
    clocks: GivenClocks,
    estimator: GivenEstimator,
) -> Response[Any]:
    wanted = _step(step)
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await campaign_of(conn, viewer, campaign)
        if draft.state is not CampaignState.DRAFT:
            return page.redirect(f"/campaigns/{campaign}")
        looking = composing.Looking(page.asked("contact"), "", ids)
        if wanted is Step.MESSAGE:
            letter = trying.letter_of(page.asked("variant"))
            draft = await trying.seen_as(conn, draft, letter)
            looking = looking._replace(letter=letter, seen=keeping.stamp(draft))
        if wanted is Step.REVIEW:
            names = await askable(db, viewer, clocks)
            said = await approval_said(conn, db, viewer, clocks.wall, draft)
            return await steps.review(
                page, viewer, conn, estimator, clocks, draft, looking, askable=names, approval=said
            )
        return await _show(page, viewer, conn, estimator, clocks, draft, wanted, Errors(), looking)


@post("/campaigns/{campaign:str}/edit/{step:str}", opt=WRITE)
async def save(
    campaign: FromPath[str],
    step: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    ids: Ids,
    clocks: GivenClocks,
    estimator: GivenEstimator,
) -> Response[Any]:
    wanted = _step(step)
    reading = Reading(await page.form())
    go = reading.form.one("go", "next")
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await campaign_of(conn, viewer, campaign)
        if draft.state is not CampaignState.DRAFT:
            raise refuse(Action.CHANGE, draft.state)
        if wanted is Step.REVIEW:
            if go == "complete":
                await _save(conn, page, viewer, draft, await drafts.completion(conn, draft, clocks))
            return page.redirect(_after(campaign, wanted, go))
        written = read(wanted, reading, viewer.zone, clocks)
        candidate = drafts.with_step(draft, written)
        letter = trying.letter_of(reading.form.one("variant"))
        saved = await trying.seen_as(conn, draft, letter)
        looking = composing.Looking(reading.form.one("contact"), "", ids, letter, keeping.stamp(saved))
        if go in _LOOKING:
            looking = looking._replace(move=go, seen=reading.form.one("seen"))
            shown = _replaced(candidate) if go == "replace" else candidate
            return await _show(page, viewer, conn, estimator, clocks, shown, wanted, Errors(), looking)
        # Whatever cannot be read cannot be saved; the rest holds up only who wants to go on.
        errors = reading.errors
        if go == "next" or wanted is Step.SCHEDULE:
            errors = await _errors(conn, candidate, wanted, clocks, reading)
        seen = reading.form.one("seen")
        if isinstance(written, MessageStep) and keeping.is_behind(saved, seen, written):
            looking = looking._replace(theirs=saved.body)
            return await _show(page, viewer, conn, estimator, clocks, candidate, wanted, errors, looking)
        if errors:
            return await _show(page, viewer, conn, estimator, clocks, candidate, wanted, errors, looking)
        if isinstance(written, MessageStep) and letter != FIRST:
            await trying.save(conn, draft, letter, written, reading)
        else:
            await _save(conn, page, viewer, draft, written)
        if wanted is Step.SCHEDULE:
            await save_timing(conn, candidate, reading)
            if errors := reading.errors:
                return await _show(page, viewer, conn, estimator, clocks, candidate, wanted, errors, looking)
        if isinstance(written, MessageStep) and trying.moves(go):
            letter = await trying.move(conn, page, viewer, draft, letter, written, go)
    if wanted is Step.MESSAGE and (trying.moves(go) or (go == "save" and letter != FIRST)):
        return page.redirect(f"/campaigns/{campaign}/edit/message?variant={letter}&notice=saved")
    return page.redirect(_after(campaign, wanted, go))


async def _save(conn: Connection, page: Page, viewer: Viewer, draft: Campaign, written: Written) -> None:
    if drafts.with_step(draft, written) == draft:
        return
    saved = await drafts.save(conn, draft, written)
    await note(
        conn, page, viewer, "changed", saved, before=_told(draft, written), after=_told(saved, written)
    )


def _told(campaign: Campaign, written: Written) -> dict[str, Any]:
    """What the audit trail keeps of a step."""
    match written:
        case AudienceStep():
            topic = None if campaign.topic_id is None else public_id(TOPIC_ID, campaign.topic_id)
            told = {"include": included_ids(campaign.audience), "exclude": excluded_ids(campaign.audience)}
            about = {"name": campaign.name, "purpose": campaign.purpose.label, **told}
            return about | ({"topic": topic} if topic else {})
        case MessageStep():
            return {"sender": str(campaign.sender_id or ""), "body": campaign.body}
        case _:
            return {"send_at": campaign.send_at, "expires_at": campaign.expires_at}


async def _show(
    page: Page,
    viewer: Viewer,
    conn: Connection,
    estimator: Estimator,
    clocks: Clocks,
    draft: Campaign,
    step: Step,
    errors: Errors,
    looking: composing.Looking,
) -> Response[Any]:
    match step:
        case Step.AUDIENCE:
            return await steps.audience(page, viewer, conn, estimator, draft, errors)
        case Step.MESSAGE:
            return await steps.message(page, viewer, conn, estimator, clocks, draft, errors, looking)
        case Step.SCHEDULE:
            return await steps.schedule(page, viewer, conn, estimator, clocks, draft, errors)
        case Step.REVIEW:
            return await steps.review(page, viewer, conn, estimator, clocks, draft, looking)


async def _errors(
    conn: Connection, candidate: Campaign, step: Step, clocks: Clocks, reading: Reading
) -> Errors:
    for problem in await drafts.faults(conn, candidate, step, clocks):
        reading.errors.add(problem)
    return reading.errors


def _replaced(candidate: Campaign) -> Campaign:
    written = MessageStep(sender_id=candidate.sender_id, body=marking.swaps(candidate.body, None).text_after)
    return drafts.with_step(candidate, written)


def _after(campaign: str, step: Step, go: str) -> str:
    """Where the button leads: to another step, to the list, or on."""
    if go in STEPS:
        return f"/campaigns/{campaign}/edit/{go}"
    if go == "save":
        return f"/campaigns/{campaign}/edit/{step}?notice=saved"
    at = STEPS.index(step)
    return f"/campaigns/{campaign}/edit/{STEPS[min(at + 1, len(STEPS) - 1)]}"


def _step(text: str) -> Step:
    try:
        return Step(text)
    except ValueError as error:
        raise NotFoundException from error


def blank(viewer: Viewer) -> Campaign:
    """A campaign that is not there yet."""
    never = datetime.min.replace(tzinfo=UTC)
    return Campaign(
        id=UUID(int=0),
        workspace_id=viewer.workspace_id,
        name="",
        purpose=Purpose.MARKETING,
        topic_id=None,
        state=CampaignState.DRAFT,
        audience=Audience(()),
        sender_id=None,
        body="",
        send_at=None,
        expires_at=None,
        parts_per_second=None,
        error=None,
        error_code=None,
        created_at=never,
        started_at=None,
        finished_at=None,
        moment=never,
        total=None,
        cost=None,
    )


routes: list[ControllerRouterHandler] = [new, begin, edit, save]
