"""Parts of the editor that are asked for while somebody writes: counted and judged by the rules that send."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import structs

from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids
from chappe.audience import service as audiences
from chappe.audience.model import SEGMENT_ID
from chappe.campaigns import drafts
from chappe.campaigns.drafts import Step
from chappe.campaigns.marks import mark_of
from chappe.campaigns.model import Audience
from chappe.campaigns.pages import composing, steps, trying
from chappe.campaigns.pages.common import GivenClocks, GivenEstimator, campaign_of, shown_id
from chappe.campaigns.pages.editor import blank
from chappe.campaigns.pages.forms import read, read_audience, read_message
from chappe.campaigns.pages.weighing import weighed
from chappe.kit.ids import parse_public_id
from chappe.web.forms import Reading
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, needs

WRITE = needs(Permission.CAMPAIGNS_WRITE)
_PATIENCE = 0.4


@post("/campaigns/people", opt=WRITE, status_code=200)
async def people(page: GivenPage, viewer: GivenViewer, db: Db, estimator: GivenEstimator) -> Response[Any]:
    """Who would get a campaign to these lists, as far as it is counted."""
    candidate = drafts.with_step(blank(viewer), read_audience(Reading(await page.form())))
    async with db.transaction(viewer.workspace_id) as conn:
        mark = await mark_of(conn, candidate)
    look = await steps.people(estimator, candidate, mark, _PATIENCE)
    return page.render("campaigns/edit/people_answer.html", look=look, campaign=candidate, step=Step.AUDIENCE)


@post("/campaigns/offered", opt=WRITE, status_code=200)
async def offered(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """Lists and segments called so (`find`), beside those that are ticked."""
    reading = Reading(await page.form())
    candidate = drafts.with_step(blank(viewer), read_audience(reading))
    async with db.transaction(viewer.workspace_id) as conn:
        values = await steps.offered(viewer, conn, candidate, reading.form.one("find"))
    return page.render("campaigns/edit/offered.html", **values)


@get("/segments/{segment_id:str}/reach", opt=WRITE)
async def reach(
    segment_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, estimator: GivenEstimator
) -> Response[Any]:
    """How many of a segment an offer would reach now, and why not the others; without scripts, the editor."""
    async with db.transaction(viewer.workspace_id) as conn:
        known = await audiences.get(conn, viewer.workspace_id, parse_public_id(SEGMENT_ID, segment_id))
        draft = structs.replace(blank(viewer), audience=Audience((), include_segments=(known.id,)))
        mark = await mark_of(conn, draft)
    if not page.wants_fragment:
        return page.redirect(f"/campaigns/new?segment={segment_id}")
    look = await steps.people(estimator, draft, mark, _PATIENCE)
    return page.render("campaigns/reach.html", look=look, segment_id=segment_id)


@post("/campaigns/{campaign:str}/check", opt=WRITE, status_code=200)
async def check(
    campaign: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    ids: Ids,
    clocks: GivenClocks,
    estimator: GivenEstimator,
) -> Response[Any]:
    """The message as it is written: its parts, its marks, the phone, the price."""
    reading = Reading(await page.form())
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await campaign_of(conn, viewer, campaign)
        candidate = drafts.with_step(draft, read_message(reading))
        letter = trying.letter_of(reading.form.one("variant"))
        looking = composing.Looking(reading.form.one("contact"), reading.form.one("go"), ids, letter)
        values = await composing.composed(conn, estimator, clocks, candidate, looking, viewer.zone)
    return page.render(
        "campaigns/edit/checked.html", campaign_id=shown_id(draft), step=Step.MESSAGE, **values
    )


@post("/campaigns/{campaign:str}/validate/{step:str}", opt=WRITE, status_code=200)
async def validate(
    campaign: FromPath[str],
    step: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    clocks: GivenClocks,
) -> Response[Any]:
    """What is wrong with the field that was just left, by the rules of its step."""
    reading = Reading(await page.form())
    name = reading.form.field
    async with db.transaction(viewer.workspace_id) as conn:
        draft = blank(viewer) if campaign == "new" else await campaign_of(conn, viewer, campaign)
        wanted = Step(step) if step in drafts.STEPS[:-1] else Step.AUDIENCE
        candidate = drafts.with_step(draft, read(wanted, reading, viewer.zone, clocks))
        for problem in await drafts.faults(conn, candidate, wanted, clocks):
            reading.errors.add(problem)
    return page.render("campaigns/edit/fault.html", field=name, problem=reading.errors.of(name))


@get("/campaigns/{campaign:str}/hours", opt=WRITE)
async def hours(
    campaign: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    clocks: GivenClocks,
    estimator: GivenEstimator,
) -> Response[Any]:
    """When the messages would leave, as far as it is known."""
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await campaign_of(conn, viewer, campaign)
        values = await steps.when(conn, estimator, clocks, draft, viewer.zone, _PATIENCE)
    return page.render("campaigns/edit/hours.html", campaign=draft, campaign_id=campaign, **values)


@get("/campaigns/{campaign:str}/weigh", opt=WRITE)
async def weigh(
    campaign: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    ids: Ids,
    clocks: GivenClocks,
    estimator: GivenEstimator,
) -> Response[Any]:
    """The exact estimate, as far as it is."""
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await campaign_of(conn, viewer, campaign)
        values = await weighed(conn, estimator, draft, ids, clocks.wall, _PATIENCE)
    return page.render("campaigns/edit/weighed.html", campaign=draft, campaign_id=campaign, **values)


routes: list[ControllerRouterHandler] = [people, offered, reach, check, validate, hours, weigh]
