"""What people do with the test of a campaign. Nothing here commits."""

from datetime import datetime
from uuid import UUID

from chappe.campaigns import repo as campaigns
from chappe.campaigns.experiments import repo
from chappe.campaigns.experiments.model import (
    AlreadyDecided,
    Decider,
    Experiment,
    ExperimentState,
    NoTest,
    RunOf,
    Settings,
    VariantStopped,
    check,
)
from chappe.campaigns.holding import hold_draft
from chappe.campaigns.model import Campaign
from chappe.campaigns.variants import service as variants
from chappe.db.pool import Connection


async def experiment_of(conn: Connection, campaign: Campaign) -> Experiment | None:
    """None: everybody gets the campaign's own text."""
    return await repo.experiment(conn, campaign.workspace_id, campaign.id)


async def save(conn: Connection, campaign: Campaign, chosen: Settings) -> Experiment:
    """Raises WrongShares, WrongState."""
    check(chosen)
    await hold_draft(conn, campaign)
    await repo.save(conn, campaign.workspace_id, campaign.id, chosen)
    found = await experiment_of(conn, campaign)
    assert found is not None, "it was just written"
    return found


async def remove(conn: Connection, campaign: Campaign) -> None:
    """Everybody gets the campaign's own text; its variants stay written. Raises WrongState, NoTest."""
    await hold_draft(conn, campaign)
    if not await repo.remove(conn, campaign.workspace_id, campaign.id):
        raise _nothing()


async def runs_of(conn: Connection, campaign: Campaign) -> list[RunOf]:
    """The runs of a campaign, in their order: the arms of a test, then its rest."""
    return await repo.runs(conn, campaign.workspace_id, campaign.id)


async def held_out(conn: Connection, campaign: Campaign) -> int:
    """How many of its audience get nothing."""
    return await repo.held_out(conn, campaign.workspace_id, campaign.id)


async def choose(
    conn: Connection, campaign: Campaign, letter: str, *, by: Decider, now: datetime
) -> Experiment:
    """A variant wins and goes to the rest; asked again, the same. Raises NoTest, UnknownVariant,
    VariantStopped, AlreadyDecided.
    """
    known = await experiment_of(conn, campaign)
    if known is None:
        raise _nothing()
    variant = await variants.variant_of(conn, campaign, letter)
    if letter in known.stopped:
        raise VariantStopped(f"Variant {letter} was stopped: choose one that was not.", field="variant")
    chosen = await repo.choose(
        conn, campaign.workspace_id, campaign.id, letter, now, by, variant.body, variant.sender_id
    )
    decided = await experiment_of(conn, campaign)
    assert decided is not None, "tests of campaigns that were sent are kept"
    if chosen:
        await campaigns.notify(conn, campaign.id)
    elif decided.state is ExperimentState.DRAFT:
        raise _nothing()
    elif decided.winner != letter:
        raise AlreadyDecided(f"Variant {decided.winner} won already, and the rest goes with it.")
    return decided


async def stop(conn: Connection, campaign: Campaign, letter: str, now: datetime) -> Experiment:
    """What of a variant has not left will not; asked again, the same. Raises NoTest, UnknownVariant."""
    await variants.variant_of(conn, campaign, letter)
    if await repo.stop(conn, campaign.workspace_id, campaign.id, letter, now):
        await campaigns.notify(conn, campaign.id)
    known = await experiment_of(conn, campaign)
    if known is None or letter not in known.stopped:
        raise _nothing()
    return known


async def copy(conn: Connection, campaign: Campaign, other: UUID) -> None:
    """How a campaign is tested, for another of the same workspace."""
    await repo.copy(conn, campaign.workspace_id, campaign.id, other)


def _nothing() -> NoTest:
    return NoTest("The campaign is not testing variants: it has none, or is not being sent, or is decided.")
