"""What a report tells besides sums. Nothing here writes."""

from datetime import datetime
from itertools import accumulate

from chappe.campaigns.model import Campaign
from chappe.campaigns.reports import repo
from chappe.campaigns.reports.model import WITHIN, Breakdown, By, Clicked, Delay, Group, Link
from chappe.db.pool import Connection


async def breakdown(conn: Connection, campaign: Campaign) -> Breakdown:
    """By country, carrier and hour, and how soon people acted; as the worker counted it last."""
    found: dict[str, list[Group]] = {}
    for kind, *row in await repo.breakdown(conn, campaign.workspace_id, campaign.runs):
        found.setdefault(kind, []).append(Group._make(row))
    names = await repo.carriers(conn, campaign.workspace_id)
    groups = {by: tuple(found.get(by, ())) for by in By}
    groups[By.CARRIER] = tuple(one._replace(key=names.get(one.key, one.key)) for one in groups[By.CARRIER])
    groups[By.HOUR] = tuple(sorted(groups[By.HOUR]))
    at = await repo.reported_at(conn, campaign.workspace_id, campaign.runs) if campaign.runs else None
    return Breakdown(at, groups, _delays(found))


async def clicked(conn: Connection, campaign: Campaign) -> Clicked:
    return await repo.clicked(conn, campaign.workspace_id, campaign.runs)


async def links(conn: Connection, campaign: Campaign) -> list[Link]:
    """Its short links, those of all variants, in the order of the text."""
    return await repo.links(conn, campaign.workspace_id, campaign.runs)


async def clickers(
    conn: Connection, campaign: Campaign, *, below: int | None, limit: int
) -> dict[int, datetime]:
    """Messages that a person clicked, the newest first, with the first time; those whose id is below."""
    return await repo.clickers(conn, campaign.workspace_id, campaign.runs, below, limit)


def _delays(found: dict[str, list[Group]]) -> tuple[Delay, ...]:
    """Added up: a curve only rises. Empty where nobody acted."""
    clicks = {int(one.key): one.clicked for one in found.get("click_within", ())}
    replies = {int(one.key): one.replied for one in found.get("reply_within", ())}
    if not (clicks or replies):
        return ()
    clicked = accumulate(clicks.get(minutes, 0) for minutes in WITHIN)
    replied = accumulate(replies.get(minutes, 0) for minutes in WITHIN)
    return tuple(Delay(*each) for each in zip(WITHIN, clicked, replied, strict=True))
