"""What rules decide about tests: a variant that too many people leave is stopped, and the winner goes to the
rest. The test is one that may be looked at any time, so it is looked at all the time.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import structlog

from chappe.accounts import audit
from chappe.campaigns import service as campaigns
from chappe.campaigns.experiments import service as experiments
from chappe.campaigns.experiments.model import Decider, Decision, Experiment, ExperimentState, VariantStopped
from chappe.campaigns.model import CAMPAIGN_ID, Campaign
from chappe.campaigns.results import repo, service
from chappe.campaigns.results.repo import Ruled
from chappe.db.errors import ServerGone
from chappe.db.pool import Connection, Database
from chappe.kit.clock import Clock
from chappe.kit.ids import public_id
from chappe.statistics.verdict import too_many_left

log = structlog.get_logger()

_SECONDS: Final = 5.0


async def decide_tests(db: Database, clock: Clock) -> None:
    """For ever; cancel to stop, at any point."""
    while True:
        try:
            await apply_rules(db, clock.now())
        except ServerGone as error:
            log.warning("job_waits", job="tests", error=str(error))
        await asyncio.sleep(_SECONDS)


async def apply_rules(db: Database, now: datetime) -> None:
    """Every test that has rules, each in a transaction of its own, by one worker at a time."""
    async with db.engine_transaction() as conn:
        found = await repo.ruled(conn, now)
    for each in found:
        async with db.engine_transaction() as conn:
            if await repo.lock(conn, each.campaign_id):
                await _apply(conn, each, now)


async def _apply(conn: Connection, each: Ruled, now: datetime) -> None:
    campaign = await campaigns.get(conn, each.workspace_id, each.campaign_id)
    experiment = await experiments.experiment_of(conn, campaign)
    if experiment is None or experiment.state is not ExperimentState.TESTING:
        return
    counted = await service.arms(conn, campaign, experiment, now)
    most = experiment.settings.most_optouts
    for arm in counted.arms:
        # Also while messages are leaving: that is when stopping helps.
        if arm.letter not in experiment.stopped and too_many_left(arm, most, len(counted.arms)):
            experiment = await experiments.stop(conn, campaign, arm.letter, now)
            await _note(conn, campaign, "variant_stopped", arm.letter)
    if experiment.settings.decision is Decision.RULE and counted.over is not None:
        found = await service.verdict(conn, campaign, experiment, now)
        letter = found and (found.winner or (found.leader if _is_late(experiment, now) else None))
        if letter is None and _is_late(experiment, now):
            letter = next((arm.letter for arm in counted.arms if arm.letter not in experiment.stopped), None)
        if letter:
            await _choose(conn, campaign, letter, now)


def _is_late(experiment: Experiment, now: datetime) -> bool:
    """Whether the best shall go though nothing is sure."""
    minutes, since = experiment.settings.decide_within, experiment.started_at
    return minutes is not None and since is not None and now >= since + timedelta(minutes=minutes)


async def _choose(conn: Connection, campaign: Campaign, letter: str, now: datetime) -> None:
    try:
        await experiments.choose(conn, campaign, letter, by=Decider.RULE, now=now)
    except VariantStopped:
        return
    await _note(conn, campaign, "winner_chosen", letter)


async def _note(conn: Connection, campaign: Campaign, action: str, letter: str) -> None:
    shown = public_id(CAMPAIGN_ID, campaign.id)
    await audit.record(
        conn,
        workspace_id=campaign.workspace_id,
        actor=audit.System("test"),
        action=f"campaign.{action}",
        target=shown,
        after={"variant": letter},
    )
    log.info(action, campaign=shown, variant=letter)
