"""The log of messages: pages of the ledger with the names of what they refer to."""

from datetime import date, datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

from chappe.campaigns import service as campaigns
from chappe.carriers import service as carriers
from chappe.db.pool import Connection
from chappe.desk import repo
from chappe.kit.phone import PhoneFault, try_parse
from chappe.messages import service as messages
from chappe.messages.model import EXCEPTIONAL, MessageState, MessageView, utc_day
from chappe.messages.service import Filters

# Of a list to choose from.
_CAMPAIGNS = 30
Choice: TypeAlias = tuple[str, str]


class LogRow(NamedTuple):
    """A message with the name of its campaign and the address of its sender, where it has them."""

    message: MessageView
    campaign: str | None
    sender: str | None


class Wish(NamedTuple):
    """What the log is asked for. `narrowed`: the day was set here, as such a state is kept by day alone.
    `unreadable`: what was written for a number is none, so nothing can match.
    """

    filters: Filters
    narrowed: bool
    unreadable: bool


def wish_of(
    *,
    number: str,
    country: str | None,
    state: MessageState | None,
    campaign_id: UUID | None,
    day: str,
    now: datetime,
) -> Wish:
    """What people ask for made into what the ledger can answer: "delivered" is sought within a day or a
    campaign, so without either it is today's. `number` in any spelling of `country`, `day` in ISO 8601;
    empty: not asked.
    """
    phone = try_parse(number, country) if number else None
    unreadable = isinstance(phone, PhoneFault)
    to = None if isinstance(phone, PhoneFault) else phone
    scoped = bool(day) or campaign_id is not None
    over_all = state in EXCEPTIONAL and to is None
    narrowed = state is not None and not scoped and not over_all
    on = utc_day(now) if narrowed else date.fromisoformat(day) if day else None
    return Wish(Filters(campaign_id=campaign_id, to=to, state=state, day=on), narrowed, unreadable)


async def page(
    conn: Connection,
    workspace_id: int,
    filters: Filters,
    *,
    after: int | None,
    limit: int,
    gate_now: datetime,
) -> list[LogRow]:
    """Newest first. Raises UnknownCampaignFilter."""
    found = await messages.list_page(conn, workspace_id, filters, after=after, limit=limit, gate_now=gate_now)
    campaign_ids = {one.campaign_id for one in found if one.campaign_id is not None}
    sender_ids = {one.sender_id for one in found if one.sender_id is not None}
    names = await campaigns.names(conn, workspace_id, campaign_ids) if campaign_ids else {}
    senders = await carriers.senders_by_id(conn, workspace_id, sender_ids) if sender_ids else {}
    return [
        LogRow(
            one,
            names.get(one.campaign_id) if one.campaign_id else None,
            senders[one.sender_id].address if one.sender_id in senders else None,
        )
        for one in found
    ]


async def campaigns_to_choose(
    conn: Connection, workspace_id: int, asked: UUID | None
) -> list[tuple[UUID, str]]:
    """The latest campaigns by name, newest first, and the one that is asked for."""
    latest = await campaigns.page(conn, workspace_id, after=None, state=None, limit=_CAMPAIGNS)
    found = {each.campaign.id: each.campaign.name for each in latest}
    if asked is not None and asked not in found:
        found |= await campaigns.names(conn, workspace_id, {asked})
    return list(found.items())


async def country_of(conn: Connection, workspace_id: int) -> str | None:
    """The country in whose way the workspace writes its numbers (ISO code)."""
    return await repo.default_country(conn, workspace_id)
