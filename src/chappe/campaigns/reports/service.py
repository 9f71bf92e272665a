"""What a report tells besides sums. Nothing here writes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import accumulate

from chappe.campaigns.model import Campaign
from chappe.campaigns.reports import repo
from chappe.campaigns.reports.model import WITHIN, Acts, Breakdown, By, Clicked, Delay, Group, Link, Sales
from chappe.contacts import service as contacts
from chappe.db.pool import Connection
from chappe.tracking.conversions import service as conversions
from chappe.tracking.conversions.model import Sold


async def breakdown(conn: Connection, campaign: Campaign) -> Breakdown:
    """By country, carrier, hour and part of the audience, when and how soon people acted; as the worker
    counted it last.
    """
    found: dict[str, list[Group]] = {}
    for kind, *row in await repo.breakdown(conn, campaign.workspace_id, campaign.runs):
        found.setdefault(kind, []).append(Group._make(row))
    names = await repo.carriers(conn, campaign.workspace_id)
    groups = {by: tuple(found.get(by, ())) for by in By}
    groups[By.CARRIER] = tuple(one._replace(key=names.get(one.key, one.key)) for one in groups[By.CARRIER])
    called = await _called(conn, campaign)
    groups[By.AUDIENCE] = tuple(one._replace(key=called.get(one.key, "")) for one in groups[By.AUDIENCE])
    groups[By.HOUR] = tuple(sorted(groups[By.HOUR]))
    at = await repo.reported_at(conn, campaign.workspace_id, campaign.runs) if campaign.runs else None
    return Breakdown(at, groups, _delays(found), _acts(found))


async def clicked(conn: Connection, campaign: Campaign) -> Clicked:
    return await repo.clicked(conn, campaign.workspace_id, campaign.runs)


async def sales(conn: Connection, campaign: Campaign) -> Sales:
    """What is owed to its messages, by goal and currency."""
    if not campaign.runs:
        return Sales(0, ())
    lines = _together(await conversions.sold(conn, campaign.workspace_id, campaign.runs))
    messages = await repo.converted(conn, campaign.workspace_id, campaign.runs) if lines else 0
    return Sales(messages, lines)


def _together(found: Sequence[Sold]) -> tuple[Sold, ...]:
    """Of all runs, the most first; its `run_id` is one of them."""
    sums: dict[tuple[str, str], Sold] = {}
    for one in found:
        key = one.goal, one.currency
        so_far = sums.get(key, one._replace(n=0, people=0, amount=Decimal(0), refunded=Decimal(0)))
        sums[key] = so_far._replace(
            n=so_far.n + one.n,
            people=so_far.people + one.people,
            amount=so_far.amount + one.amount,
            refunded=so_far.refunded + one.refunded,
        )
    return tuple(sorted(sums.values(), key=lambda one: (-one.n, one.goal, one.currency)))


async def converters(
    conn: Connection, campaign: Campaign, *, below: int | None, limit: int
) -> dict[int, datetime]:
    """Messages that a conversion is owed to, the newest first, with the first time; those below an id."""
    return await repo.converters(conn, campaign.workspace_id, campaign.runs, below, limit)


async def _called(conn: Connection, campaign: Campaign) -> dict[str, str]:
    """The names of its lists and segments by key, segments as they were called when it was sent."""
    lists = await contacts.lists_by_id(conn, campaign.workspace_id, list(campaign.audience.include))
    segments = campaign.segments or ()
    return {str(one.id): one.name for one in lists} | {str(one.id): one.name for one in segments}


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


def _acts(found: dict[str, list[Group]]) -> tuple[Acts, ...]:
    """In the order of time."""
    return tuple(
        sorted(
            Acts(
                datetime.fromtimestamp(int(one.key), UTC),
                one.clicked,
                one.replied,
                one.opted_out,
                one.converted,
            )
            for one in found.get("acted_at", ())
        )
    )
