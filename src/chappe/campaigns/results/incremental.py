"""What a campaign brought against those who were held out of it. Nothing here writes."""

from datetime import datetime, timedelta
from typing import Final

from chappe.campaigns.experiments import service as experiments
from chappe.campaigns.experiments.model import Metric
from chappe.campaigns.model import Campaign
from chappe.campaigns.results import repo
from chappe.campaigns.results.model import Incremental, kind_of
from chappe.campaigns.results.repo import Did
from chappe.campaigns.results.service import handed_of
from chappe.db.pool import Connection
from chappe.statistics.arms import Arm
from chappe.statistics.holdout import brought
from chappe.tracking.conversions import service as conversions

_SHORTEST: Final = timedelta(days=1)


async def incremental(conn: Connection, campaign: Campaign, now: datetime) -> Incremental | None:
    """None where nobody was held out, or nobody was written to yet. Clicks and replies have no holdout (who
    gets nothing cannot click): whatever a test compares, this compares what the workspace counts as sold.
    """
    experiment = await experiments.experiment_of(conn, campaign)
    if experiment is None or campaign.started_at is None:
        return None
    held_out = await experiments.held_out(conn, campaign)
    runs = await repo.written(conn, campaign.workspace_id, campaign.id)
    if not (held_out and runs):
        return None
    ids = [run.id for run in runs]
    moments = [(await handed_of(conn, campaign.workspace_id, run))[1] for run in ids]
    last = max((at for at in moments if at is not None), default=now)
    end = last + await _window(conn, campaign.workspace_id)
    until = min(now, end)
    kind = kind_of(experiment.settings.metric)
    money = experiment.settings.metric is Metric.REVENUE
    currency = await repo.currency(conn, campaign.workspace_id, ids) if money else ""
    written, held = await repo.bought(
        conn, campaign.workspace_id, campaign.id, campaign.started_at, until, currency, runs
    )
    one = _arm(written, sum(run.total for run in runs))
    other = _arm(held, held_out)
    return Incremental(
        one, other, kind, currency, campaign.started_at, until, now >= end, brought(one, other, kind)
    )


async def _window(conn: Connection, workspace_id: int) -> timedelta:
    """How long after a message something can be owed to it."""
    found = await conversions.goals(conn, workspace_id)
    longest = [timedelta(days=goal.click_days) for goal in found]
    longest += [timedelta(hours=goal.delivery_hours) for goal in found]
    return max([_SHORTEST, *longest])


def _arm(did: Did, people: int) -> Arm:
    return Arm("", people, did.people, 0, did.worth, did.squares)
