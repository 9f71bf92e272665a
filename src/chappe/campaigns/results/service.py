"""The results of a test, as they are at a moment. Nothing here writes.

Everybody's acts are counted over the same time after their own message: as long as has passed since the last
message of the test left. So a variant that left a minute earlier is not ahead by that minute, and the
sequential test's odds are those of the arms (`chappe.statistics.evidence`). While messages are still leaving,
nothing is compared.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from chappe.campaigns.display import HANDED
from chappe.campaigns.experiments import service as experiments
from chappe.campaigns.experiments.model import Experiment, ExperimentState, Metric
from chappe.campaigns.model import Campaign
from chappe.campaigns.results import repo
from chappe.campaigns.results.model import Line, Results, kind_of
from chappe.campaigns.results.repo import Did, Tried
from chappe.campaigns.variants import service as variants
from chappe.campaigns.variants.model import Variant
from chappe.db.pool import Connection
from chappe.messages import counts
from chappe.statistics import chances, evidence, intervals
from chappe.statistics.arms import Arm, Kind
from chappe.statistics.evidence import ERROR, Span
from chappe.statistics.verdict import Verdict, decide

_MINUTE: Final = timedelta(minutes=1)


class Counted(NamedTuple):
    """The arms of a test. `over`: how long after each message; None: messages are still leaving, and what is
    counted is all that came so far. `currency`: of the money; empty where none is compared.
    """

    arms: tuple[Arm, ...]
    over: timedelta | None
    currency: str = ""


async def arms(conn: Connection, campaign: Campaign, experiment: Experiment, now: datetime) -> Counted:
    """What `decide` reads; `now` is the wall clock's, as the moments of messages are."""
    runs = await repo.tried(conn, campaign.workspace_id, campaign.id)
    handed, last = [], None
    for run in runs:
        n, latest = await handed_of(conn, campaign.workspace_id, run.id)
        handed.append(n)
        last = max(filter(None, (last, latest)), default=None)
    whole = bool(runs) and last is not None and all(run.left_whole for run in runs)
    over = max(now - last, timedelta()) if whole and last is not None else None
    within = over if over is not None else now - (campaign.started_at or campaign.moment)
    money = experiment.settings.metric is Metric.REVENUE
    currency = await repo.currency(conn, campaign.workspace_id, [run.id for run in runs]) if money else ""
    made = [
        await _arm(conn, campaign, experiment.settings.metric, run, n, within, currency)
        for run, n in zip(runs, handed, strict=True)
    ]
    return Counted(tuple(made), over, currency)


async def verdict(
    conn: Connection, campaign: Campaign, experiment: Experiment, now: datetime
) -> Verdict | None:
    """Whether a variant has won by now, and which ones too many people leave; None while messages of the test
    are still leaving.
    """
    counted = await arms(conn, campaign, experiment, now)
    return None if counted.over is None else _decided(experiment, counted.arms)


async def results(conn: Connection, campaign: Campaign, now: datetime) -> Results | None:
    """None where nothing was or is tested, or no message has its variant yet."""
    experiment = await experiments.experiment_of(conn, campaign)
    if experiment is None or experiment.state is ExperimentState.DRAFT:
        return None
    counted = await arms(conn, campaign, experiment, now)
    if not counted.arms:
        return None
    told = {one.letter: one for one in await variants.variants_of(conn, campaign)}
    audiences = {run.letter: run.total for run in await repo.tried(conn, campaign.workspace_id, campaign.id)}
    verdict = None if counted.over is None else _decided(experiment, counted.arms)
    return Results(
        experiment=experiment,
        lines=_lines(experiment, counted.arms, told, audiences, verdict),
        verdict=verdict,
        counted=counted.over,
        currency=counted.currency,
        waiting=await repo.still_held(conn, campaign.workspace_id, campaign.id),
        held_out=await experiments.held_out(conn, campaign),
    )


def _decided(experiment: Experiment, found: Sequence[Arm]) -> Verdict:
    settings = experiment.settings
    return decide(
        found, kind_of(settings.metric), most_left=settings.most_optouts, stopped=experiment.stopped
    )


def _lines(
    experiment: Experiment,
    found: Sequence[Arm],
    told: dict[str, Variant],
    audiences: dict[str, int],
    verdict: Verdict | None,
) -> tuple[Line, ...]:
    kind = kind_of(experiment.settings.metric)
    stopped = {*experiment.stopped, *(verdict.stopped if verdict else ())}
    first = found[0]
    error = ERROR / max(1, len(found) - 1)
    return tuple(
        Line(
            arm=arm,
            name=told[arm.letter].name if arm.letter in told else "",
            body=told[arm.letter].body if arm.letter in told else "",
            audience=audiences[arm.letter],
            within=_within(arm, kind),
            chance=chance,
            lift=None if arm is first else _lift(arm, first, kind, error),
            leaving=intervals.share(arm.left, arm.people),
            stopped=arm.letter in stopped,
        )
        for arm, chance in zip(found, chances.best(found, kind), strict=True)
    )


def _within(arm: Arm, kind: Kind) -> Span:
    if kind is Kind.SHARE:
        return intervals.share(arm.acted, arm.people)
    return intervals.gain(arm, Arm("", 1, 0))


def _lift(arm: Arm, first: Arm, kind: Kind, error: float) -> Span | None:
    return evidence.lift(arm, first, error) if kind is Kind.SHARE else evidence.gain(arm, first, error)


async def handed_of(conn: Connection, workspace_id: int, run_id: int) -> tuple[int, datetime | None]:
    """How many messages carriers were given, and the end of the minute in which the last of them was."""
    n, by_minute = 0, dict[datetime, int]()
    for minute in await counts.by_minute(conn, workspace_id, [run_id]):
        if minute.state in HANDED:
            n += minute.n
            by_minute[minute.at] = by_minute.get(minute.at, 0) + minute.n
    last = max((at for at, more in by_minute.items() if more > 0), default=None)
    return n, None if last is None else last + _MINUTE


async def _arm(
    conn: Connection,
    campaign: Campaign,
    metric: Metric,
    run: Tried,
    people: int,
    within: timedelta,
    currency: str,
) -> Arm:
    workspace_id = campaign.workspace_id
    left = await repo.opted_out(conn, workspace_id, run)
    did = Did()
    match metric:
        case Metric.REPLIES:
            acted = await repo.replied(conn, workspace_id, run, within)
        case Metric.CLICKS:
            acted = await repo.clicked(conn, workspace_id, run, within)
        case Metric.CONVERSIONS | Metric.REVENUE:
            did = await repo.sold(conn, workspace_id, run, within, currency)
            acted = did.people
    # A message in doubt may have arrived: who acts on one counts as written to.
    people = max(people, acted, left)
    return Arm(run.letter, people, acted, left, did.worth, did.squares)
