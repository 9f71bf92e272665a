"""The figures of campaigns as lists and reports show them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from chappe.audience import service as audiences
from chappe.campaigns import service
from chappe.campaigns.display import Tally, tally
from chappe.campaigns.model import Campaign, Progress, Wanted
from chappe.carriers import routing
from chappe.carriers import service as carriers
from chappe.carriers.model import Price, Sender
from chappe.contacts import service as contacts
from chappe.db.pool import Connection
from chappe.messages import answers
from chappe.messages.answers import Answered


class Range(NamedTuple):
    """What parts cost: exact when both ends are the same."""

    currency: str
    least: Decimal
    most: Decimal


class Row(NamedTuple):
    """A campaign with its figures. `lists`: the names of its audience. `cost` is empty when no price is
    known.
    """

    campaign: Campaign
    tally: Tally
    lists: tuple[str, ...]
    answered: Answered
    cost: tuple[Range, ...]


async def rows(
    conn: Connection,
    workspace_id: int,
    wanted: Wanted,
    *,
    earliest_first: bool,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Row]:
    """A page of the list."""
    found = await service.listed(
        conn, workspace_id, wanted, earliest_first=earliest_first, after=after, limit=limit
    )
    return await of(conn, workspace_id, found)


async def of(conn: Connection, workspace_id: int, found: Sequence[Progress]) -> list[Row]:
    """These campaigns, in their order."""
    named = await _names(conn, workspace_id, found)
    prices = await _prices(conn, workspace_id, found)
    made = []
    for progress in found:
        campaign, counted = progress.campaign, tally(progress)
        lists = tuple(named[each] for each in campaign.audience.included if each in named)
        answered = await answered_by(conn, campaign) if counted.handed else Answered(0, 0)
        made.append(Row(campaign, counted, lists, answered, _cost(campaign, counted, prices)))
    return made


async def answered_by(conn: Connection, campaign: Campaign) -> Answered:
    """Texts that answer its messages."""
    return await answers.count(conn, campaign.workspace_id, await service.message_ids(conn, campaign))


async def _names(conn: Connection, workspace_id: int, found: Sequence[Progress]) -> dict[UUID, str]:
    wanted = {each for progress in found for each in progress.campaign.audience.include}
    segments = {each for progress in found for each in progress.campaign.audience.include_segments}
    return {
        **{one.id: one.name for one in await contacts.lists_by_id(conn, workspace_id, list(wanted))},
        **{one.id: one.name for one in await audiences.by_ids(conn, workspace_id, list(segments))},
    }


async def _prices(
    conn: Connection, workspace_id: int, found: Sequence[Progress]
) -> dict[UUID, tuple[Price, ...]]:
    """By sender: the prices of its route's first carrier."""
    wanted = {one.campaign.sender_id for one in found if one.campaign.sender_id and one.campaign.cost is None}
    senders = await carriers.senders_by_id(conn, workspace_id, wanted) if wanted else {}
    routes: dict[UUID, tuple[Price, ...]] = {}
    return {key: await _of_route(conn, sender, routes) for key, sender in senders.items()}


async def _of_route(
    conn: Connection, sender: Sender, known: dict[UUID, tuple[Price, ...]]
) -> tuple[Price, ...]:
    if sender.route_id is None:
        return ()
    if sender.route_id not in known:
        route = await routing.route(conn, sender.workspace_id, sender.route_id)
        first = [await carriers.carrier(conn, sender.workspace_id, each) for each in route.carriers[:1]]
        known[sender.route_id] = first[0].prices if first else ()
    return known[sender.route_id]


def _cost(campaign: Campaign, counted: Tally, prices: dict[UUID, tuple[Price, ...]]) -> tuple[Range, ...]:
    if campaign.cost is not None:
        return tuple(Range(one.currency, one.amount, one.amount) for one in campaign.cost)
    return estimated(counted.parts, prices.get(campaign.sender_id, ()) if campaign.sender_id else ())


def estimated(parts: int, prices: Sequence[Price]) -> tuple[Range, ...]:
    """What the parts cost by the cheapest and the dearest price, of the currency that most prices have."""
    if not prices or not parts:
        return ()
    currency = prices[0].currency
    amounts = [price.price for price in prices if price.currency == currency]
    return (Range(currency, parts * min(amounts), parts * max(amounts)),)
