"""The results of a test: how its variants compare, and the winner, which a person may choose."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db, WallClock
from chappe.campaigns import service
from chappe.campaigns.experiments import service as experiments
from chappe.campaigns.experiments.model import AlreadyDecided, Decider, NoTest, VariantStopped
from chappe.campaigns.pages.common import campaign_id, campaign_of, note
from chappe.campaigns.pages.people import heading
from chappe.campaigns.results import service as tests
from chappe.campaigns.results.incremental import incremental
from chappe.campaigns.results.model import Line, Results
from chappe.campaigns.results.repo import still_held
from chappe.campaigns.variants import service as variants
from chappe.statistics.arms import Kind
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, needs

_READ, _SEND = needs(Permission.CAMPAIGNS_READ), needs(Permission.CAMPAIGNS_SEND)


@get("/campaigns/{campaign:str}/results", opt=_READ)
async def results_page(
    campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        progress = await service.progress(conn, viewer.workspace_id, campaign_id(campaign))
        found = await tests.results(conn, progress.campaign, clock.now())
        gained = await incremental(conn, progress.campaign, clock.now())
        head = await heading(conn, progress)
    return page.render(
        "campaigns/results/results.html",
        found=found,
        gained=gained,
        scale=_scale(found) if found else 1.0,
        money=found is not None and found.kind is Kind.WORTH,
        tab="test",
        **head,
    )


@get("/campaigns/{campaign:str}/results/winner/{letter:str}", opt=_SEND)
async def ask_winner(
    campaign: FromPath[str], letter: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db
) -> Response[Any]:
    """Says to how many the variant will go. As a dialog over the page where scripts run."""
    async with db.transaction(viewer.workspace_id) as conn:
        found = await campaign_of(conn, viewer, campaign)
        variant = await variants.variant_of(conn, found, letter)
        waiting = await still_held(conn, viewer.workspace_id, found.id)
    return page.render(
        "campaigns/results/winner.html",
        campaign=found,
        campaign_id=campaign,
        variant=variant,
        waiting=waiting,
    )


@post("/campaigns/{campaign:str}/results/winner/{letter:str}", opt=_SEND)
async def choose_winner(
    campaign: FromPath[str],
    letter: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    clock: WallClock,
) -> Response[Any]:
    try:
        async with db.transaction(viewer.workspace_id) as conn:
            found = await campaign_of(conn, viewer, campaign)
            await experiments.choose(conn, found, letter, by=Decider.PERSON, now=clock.now())
            await note(conn, page, viewer, "winner_chosen", found, after={"variant": letter})
    except (NoTest, AlreadyDecided, VariantStopped):
        return page.leave(f"/campaigns/{campaign}/results?notice=winner_late")
    return page.leave(f"/campaigns/{campaign}/results?notice=winner_chosen")


def _scale(found: Results) -> float:
    """The figure at the right end of the bars: a little more than the longest interval, and never nothing."""

    def longest(line: Line) -> float:
        return max(line.arm.value(found.kind), min(line.within.high, 3 * line.arm.value(found.kind) or 1.0))

    return 1.05 * max(longest(line) for line in found.lines) or 1.0


routes: list[ControllerRouterHandler] = [results_page, ask_winner, choose_winner]
