"""REST: /v1/campaigns/{id}/experiment/results and /incremental."""

from datetime import datetime
from math import isfinite

import msgspec
from litestar import get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import Caller, needs
from chappe.api.given import Asking, Conn, WallClock
from chappe.campaigns import service as campaigns
from chappe.campaigns.experiments.model import ExperimentState, Metric, NoTest
from chappe.campaigns.model import CAMPAIGN_ID, Campaign, UnknownCampaign
from chappe.campaigns.results import service
from chappe.campaigns.results.incremental import incremental
from chappe.campaigns.results.model import Line, Results
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id
from chappe.statistics.arms import Arm
from chappe.statistics.evidence import Span
from chappe.statistics.verdict import Why


class IntervalView(msgspec.Struct, frozen=True, kw_only=True):
    """Both ends included; null: no end is known on that side."""

    low: float | None
    high: float | None


class VariantResultView(msgspec.Struct, frozen=True, kw_only=True):
    """`people`: whose message was handed to a carrier. `acted`: who of them did what the test compares,
    each once. `value`: the share of them; of revenue, what a person brought. `interval`: of `value`, of 95
    % for one look. `win_probability`: that it is the best, from what is known now; it decides nothing.
    `lift`: over variant A (0.2: a fifth more; of revenue, by how much a person brings more), right at
    every look at once in 95 % of tests; null for A, and while nobody acted.
    """

    variant: str
    name: str
    people: int
    acted: int
    value: float
    interval: IntervalView
    win_probability: float
    lift: IntervalView | None
    opted_out: int
    stopped: bool


class ExperimentResultsView(msgspec.Struct, frozen=True, kw_only=True):
    """`sure_winner`: the variant that is better than every other; in at most 5 % of tests is one ever
    named that is not, however often one asks. null: not sure, `why` says so: `sending` (messages are still
    leaving, nothing is compared), `quiet` (nobody acted yet), `more` (about `needed` more people, if all
    goes on as it does), `alike` (hardly to be told apart), `stopped` (every variant was). `sure` and
    `alone` (the others were stopped) name one. `winner`: the variant that was chosen, by a person or the
    rule. `counted_for_seconds`: acts count for so long after each person's own message, the same in every
    variant.
    """

    state: ExperimentState
    metric: Metric
    currency: str | None
    why: str
    sure_winner: str | None
    leader: str | None
    needed: int | None
    winner: str | None
    decided_at: datetime | None
    counted_for_seconds: int | None
    waiting: int
    held_out: int
    variants: list[VariantResultView]


@get(
    "/campaigns/{campaign_id:str}/experiment/results",
    guards=[needs(Scope.CAMPAIGNS_READ)],
    summary="How the variants of its test compare",
    tags=["Campaigns"],
)
async def read_results(
    campaign_id: FromPath[str], caller: Asking, conn: Conn, clock: WallClock
) -> ExperimentResultsView:
    """Ask as often as you like: a winner holds at every look. 409 where nothing is tested."""
    campaign = await _campaign(conn, caller, campaign_id)
    found = await service.results(conn, campaign, clock.now())
    if found is None:
        raise NoTest("The campaign has no test that has begun: it has no variants, or was not sent.")
    return _view(found)


class PartView(msgspec.Struct, frozen=True, kw_only=True):
    """`people`: of the audience. `bought`: who of them did what the workspace counts, each once. `worth`:
    what that brought, in the currency.
    """

    people: int
    bought: int
    worth: float


class IncrementalView(msgspec.Struct, frozen=True, kw_only=True):
    """`extra`: people who would not have bought otherwise, or money where the test compares revenue, in
    `currency`; `interval` of 95 %, to be read once `over`. `lift`: as a share of what those held out did;
    null for money, or where none of them bought. `sure`: the interval leaves out 0.
    """

    since: datetime
    until: datetime
    over: bool
    currency: str | None
    written: PartView
    held_out: PartView
    extra: float
    interval: IntervalView
    lift: IntervalView | None
    sure: bool


@get(
    "/campaigns/{campaign_id:str}/experiment/incremental",
    guards=[needs(Scope.CAMPAIGNS_READ)],
    summary="What it brought against those held out",
    tags=["Campaigns"],
)
async def read_incremental(
    campaign_id: FromPath[str], caller: Asking, conn: Conn, clock: WallClock
) -> IncrementalView:
    """Purchases of both parts from its start on, whatever message they are owed to. 409 where nobody was held
    out, or it was not sent.
    """
    gained = await incremental(conn, await _campaign(conn, caller, campaign_id), clock.now())
    if gained is None or gained.found is None:
        raise NoTest("Nobody was held out of the campaign, or nobody was written to yet.")
    found = gained.found
    return IncrementalView(
        since=gained.since,
        until=gained.until,
        over=gained.over,
        currency=gained.currency or None,
        written=_part(gained.written),
        held_out=_part(gained.held),
        extra=found.extra,
        interval=_interval(found.extra_within),
        lift=None if found.lift is None else _interval(found.lift),
        sure=found.sure,
    )


def _part(arm: Arm) -> PartView:
    return PartView(people=arm.people, bought=arm.acted, worth=round(arm.worth, 4))


async def _campaign(conn: Connection, caller: Caller, text: str) -> Campaign:
    key = parse_public_id(CAMPAIGN_ID, text)
    if key is None:
        raise UnknownCampaign("There is no campaign with this id. List them with GET /v1/campaigns.")
    return await campaigns.get(conn, caller.workspace_id, key)


def _view(found: Results) -> ExperimentResultsView:
    verdict, experiment = found.verdict, found.experiment
    return ExperimentResultsView(
        state=experiment.state,
        metric=experiment.settings.metric,
        currency=found.currency or None,
        why="sending" if verdict is None else verdict.why.value,
        sure_winner=verdict.winner if verdict else None,
        leader=verdict.leader if verdict else None,
        needed=verdict.needed if verdict and verdict.why is Why.MORE else None,
        winner=experiment.winner,
        decided_at=experiment.decided_at,
        counted_for_seconds=None if found.counted is None else int(found.counted.total_seconds()),
        waiting=found.waiting,
        held_out=found.held_out,
        variants=[_variant(line, found) for line in found.lines],
    )


def _variant(line: Line, found: Results) -> VariantResultView:
    return VariantResultView(
        variant=line.arm.letter,
        name=line.name,
        people=line.arm.people,
        acted=line.arm.acted,
        value=line.arm.value(found.kind),
        interval=_interval(line.within),
        win_probability=round(line.chance, 6),
        lift=None if line.lift is None else _interval(line.lift),
        opted_out=line.arm.left,
        stopped=line.stopped,
    )


def _interval(span: Span) -> IntervalView:
    low, high = (end if isfinite(end) else None for end in span)
    return IntervalView(low=low, high=high)


routes: list[ControllerRouterHandler] = [read_results, read_incremental]
