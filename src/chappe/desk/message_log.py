"""The log of messages: pages of the ledger with the names of what they refer to."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from chappe.campaigns import service as campaigns
from chappe.carriers import service as carriers
from chappe.db.pool import Connection
from chappe.messages import service as messages
from chappe.messages.model import EXCEPTIONAL, MessageState, MessageView, utc_day
from chappe.messages.service import Filters


class LogRow(NamedTuple):
    """A message with the name of its campaign and the address of its sender, where it has them."""

    message: MessageView
    campaign: str | None
    sender: str | None


class Scope(NamedTuple):
    """What the log is asked for. `narrowed`: the day was set here, as such a state is kept by day alone."""

    filters: Filters
    narrowed: bool


def scope_of(
    *, to: int | None, state: MessageState | None, campaign_id: UUID | None, day: date | None, now: datetime
) -> Scope:
    """What people ask for made into what the ledger can answer: "delivered" is sought within a day or a
    campaign, so without either it is today's.
    """
    exceptional = state in EXCEPTIONAL and to is None
    narrowed = state is not None and day is None and campaign_id is None and not exceptional
    if narrowed:
        day = utc_day(now)
    return Scope(Filters(campaign_id=campaign_id, to=to, state=state, day=day), narrowed)


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
