"""REST: /v1/campaigns/{id}/report."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn
from chappe.campaigns import service as campaigns
from chappe.campaigns.display import Reason, tally
from chappe.campaigns.figures import answered_by
from chappe.campaigns.model import CAMPAIGN_ID, Cost, UnknownCampaign
from chappe.campaigns.reports import service
from chappe.campaigns.reports.model import By, Group
from chappe.kit.ids import parse_public_id
from chappe.tracking.conversions.model import Sold


class MoneyView(msgspec.Struct, frozen=True, kw_only=True):
    currency: str
    amount: Annotated[str, Meta(description="A decimal number as text, so that no cent is lost.")]


class ReasonView(msgspec.Struct, frozen=True, kw_only=True):
    """`code`: the carrier's; empty where it gave none."""

    state: str
    code: str
    messages: int


class GroupView(msgspec.Struct, frozen=True, kw_only=True):
    """`key`: a country (ISO 3166), a carrier's name, an hour of the workspace's day (00 to 23), the name of a
    list or segment; empty: not known.
    """

    key: str
    sent: int
    delivered: int
    not_delivered: int
    clicked: int
    replied: int
    opted_out: int
    converted: int
    parts: int


class DelayView(msgspec.Struct, frozen=True, kw_only=True):
    """How many people had clicked, and replied, within so many minutes of their message."""

    within_minutes: int
    clicked: int
    replied: int


class ActsView(msgspec.Struct, frozen=True, kw_only=True):
    """People who first clicked, replied, asked to stop or converted in the ten minutes from `at` on."""

    at: datetime
    clicked: int
    replied: int
    opted_out: int
    converted: int


class LinkView(msgspec.Struct, frozen=True, kw_only=True):
    """`people`: each once; `previews_and_scanners`: asked for by programs."""

    url: str
    people: int
    clicks: int
    previews_and_scanners: int


class SoldView(msgspec.Struct, frozen=True, kw_only=True):
    """What a goal brought in one currency. `people` each once; `refunded` is still in `amount`."""

    goal: str
    conversions: int
    people: int
    currency: str
    amount: str
    refunded: str


class ReportView(msgspec.Struct, frozen=True, kw_only=True):
    """`sent`: handed to a carrier, whatever became of it there. `delivered`: the carrier's receipt says
    that the phone has every part. `clicked`: people who opened a link themselves; `opened_by_programs`:
    messages that only previews or scanners opened. Whether a text was read cannot be known. `converted`:
    messages that a conversion is owed to; `revenue`: what those are worth, less refunds. `cost`: exact
    once nothing is submitted any more; null before. `broken_down_at`: when what stands by country,
    carrier, hour, audience and time was counted; null: not wholly yet. `by_audience`: by the lists and
    segments that it was sent to, segments by their rule as it was; who is in two counts in both.
    """

    recipients: int
    sent: int
    delivered: int
    not_delivered: int
    clicked: int
    opened_by_programs: int
    replies: int
    opt_outs: int
    converted: int
    revenue: list[MoneyView]
    parts: int
    cost: list[MoneyView] | None
    not_delivered_because: list[ReasonView]
    skipped_because: list[ReasonView]
    links: list[LinkView]
    sold: list[SoldView]
    broken_down_at: datetime | None
    by_country: list[GroupView]
    by_carrier: list[GroupView]
    by_hour: list[GroupView]
    by_audience: list[GroupView]
    acted_within: list[DelayView]
    acted_at: list[ActsView]


@get(
    "/campaigns/{campaign_id:str}/report",
    guards=[needs(Scope.CAMPAIGNS_READ)],
    summary="What became of it",
    tags=["Campaigns"],
)
async def read_report(campaign_id: FromPath[str], caller: Asking, conn: Conn) -> ReportView:
    """Figures move with late receipts, clicks and replies, also after the campaign is finished."""
    key = parse_public_id(CAMPAIGN_ID, campaign_id)
    if key is None:
        raise UnknownCampaign("There is no campaign with this id. List them with GET /v1/campaigns.")
    progress = await campaigns.progress(conn, caller.workspace_id, key)
    campaign, counted = progress.campaign, tally(progress)
    answered = await answered_by(conn, campaign)
    clicked = await service.clicked(conn, campaign)
    found = await service.breakdown(conn, campaign)
    sales = await service.sales(conn, campaign)
    return ReportView(
        recipients=counted.total,
        sent=counted.handed,
        delivered=counted.delivered,
        not_delivered=counted.failed,
        clicked=clicked.people,
        opened_by_programs=clicked.anything - clicked.people,
        replies=answered.replies,
        opt_outs=answered.stops,
        converted=sales.messages,
        revenue=[
            MoneyView(currency=currency, amount=str(amount)) for currency, amount in sorted(sales.net.items())
        ],
        parts=counted.parts,
        cost=_money(campaign.cost),
        not_delivered_because=[_reason(one) for one in counted.troubles],
        skipped_because=[_reason(one) for one in counted.skipped],
        links=[
            LinkView(url=one.url, people=one.people, clicks=one.clicks, previews_and_scanners=one.machines)
            for one in await service.links(conn, campaign)
        ],
        sold=[_sold(one) for one in sales.lines],
        broken_down_at=found.at,
        by_country=[_group(one) for one in found.groups[By.COUNTRY]],
        by_carrier=[_group(one) for one in found.groups[By.CARRIER]],
        by_hour=[_group(one) for one in found.groups[By.HOUR]],
        by_audience=[_group(one) for one in found.groups[By.AUDIENCE]],
        acted_within=[
            DelayView(within_minutes=one.minutes, clicked=one.clicked, replied=one.replied)
            for one in found.delays
        ],
        acted_at=[
            ActsView(
                at=one.at,
                clicked=one.clicked,
                replied=one.replied,
                opted_out=one.opted_out,
                converted=one.converted,
            )
            for one in found.acts
        ],
    )


def _money(cost: tuple[Cost, ...] | None) -> list[MoneyView] | None:
    return (
        None if cost is None else [MoneyView(currency=one.currency, amount=str(one.amount)) for one in cost]
    )


def _sold(one: Sold) -> SoldView:
    return SoldView(
        goal=one.goal,
        conversions=one.n,
        people=one.people,
        currency=one.currency,
        amount=str(one.amount),
        refunded=str(one.refunded),
    )


def _reason(one: Reason) -> ReasonView:
    return ReasonView(state=one.state.label, code=one.code, messages=one.n)


def _group(one: Group) -> GroupView:
    return GroupView(
        key=one.key,
        sent=one.handed,
        delivered=one.delivered,
        not_delivered=one.failed,
        clicked=one.clicked,
        replied=one.replied,
        opted_out=one.opted_out,
        converted=one.converted,
        parts=one.parts,
    )


routes: list[ControllerRouterHandler] = [read_report]
