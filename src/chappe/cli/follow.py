"""A campaign followed to its last receipt, and what is told of it."""

import asyncio
import time
from uuid import UUID

import typer

from chappe.campaigns import service as campaigns
from chappe.campaigns.model import CampaignState, Progress
from chappe.carriers import service as carriers
from chappe.carriers.model import LinkState
from chappe.cli.progress import bar
from chappe.db.pool import Database
from chappe.kit.errors import Problem
from chappe.messages.model import DERIVED, MessageState, Purpose

_LOOK_SECONDS = 0.5
# After the last submit, for receipts that are on their way.
_RECEIPTS_WITHIN = 30.0
# Nothing has moved for so long: say what it may be.
_STILL = 15.0


class Unsent(Problem):
    code = "unsent"
    status = 409
    title = "The campaign did not go out"


async def follow(database: Database, workspace: int, campaign_id: UUID) -> Progress:
    """To the last receipt, or until no more come. Unsent when the audience could not be taken."""
    seen: dict[MessageState, int] = {}
    moved_at, warned = time.monotonic(), False
    with bar("sent", None) as advance:
        while True:
            async with database.engine_transaction() as conn:
                progress = await campaigns.progress(conn, workspace, campaign_id)
            if progress.campaign.error:
                raise Unsent(progress.campaign.error)
            counts = by_state(progress)
            total = sum(counts.values())
            advance(total - sum(counts.get(state, 0) for state in DERIVED), total or None)
            if counts != seen:
                seen, moved_at = counts, time.monotonic()
            still_for = time.monotonic() - moved_at
            if _is_over(progress, counts, still_for):
                return progress
            if still_for > _STILL and not warned:
                warned = True
                typer.echo(await _why_still(database, progress), err=True)
            await asyncio.sleep(_LOOK_SECONDS)


def _is_over(progress: Progress, counts: dict[MessageState, int], still_for: float) -> bool:
    state = progress.campaign.state
    if state is CampaignState.FINISHED:
        return not counts.get(MessageState.SENT) or still_for > _RECEIPTS_WITHIN
    return state is CampaignState.CANCELED


async def _why_still(database: Database, progress: Progress) -> str:
    """What a person looks at first when nothing moves."""
    campaign = progress.campaign
    if campaign.state is CampaignState.PAUSED:
        return "The campaign is paused."
    if campaign.state is CampaignState.FINISHED:
        return "Everything has left; waiting for the last receipts."
    async with database.engine_transaction() as conn:
        links = await carriers.link_statuses(conn)
    if not any(link.state is LinkState.BOUND for link in links):
        told = ", ".join(f"{link.name} is {link.state}" for link in links)
        return f"No carrier is bound ({told}): `chappe check` says what to do. Waiting."
    if campaign.purpose is Purpose.MARKETING:
        return (
            "Marketing waits for the hours that are allowed where its recipients live: 8:00 to 20:00, Monday "
            "to Saturday. Leave with Ctrl-C: `chappe serve` sends it then."
        )
    return "Nothing has moved for a while: `chappe check` looks at the carriers. Waiting."


def by_state(progress: Progress) -> dict[MessageState, int]:
    counts: dict[MessageState, int] = {}
    for count in progress.counts:
        counts[count.state] = counts.get(count.state, 0) + count.n
    return {state: n for state, n in counts.items() if n}


def told(progress: Progress) -> str:
    """The outcome, one state a line."""
    lines = [f"Campaign {progress.campaign.state}."]
    lines += [f"  {state.label:12}{n:>10,}" for state, n in sorted(by_state(progress).items())]
    lines += [
        f"    skipped, {count.reason}: {count.n:,}"
        for count in progress.counts
        if count.state is MessageState.SKIPPED and count.n
    ]
    return "\n".join(lines)
