"""REST: /v1/campaigns/{id}/audience: whom it is for, with the rules as they read when it started."""

from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import FromPath, HeaderParameter
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn
from chappe.audience import service as audiences
from chappe.audience.clauses import Names
from chappe.audience.model import SEGMENT_ID
from chappe.audience.reading import read
from chappe.audience.sentence import told
from chappe.campaigns import service
from chappe.campaigns.drawing import frozen
from chappe.campaigns.model import CAMPAIGN_ID, Campaign, Frozen, UnknownCampaign
from chappe.contacts import service as contacts
from chappe.contacts.model import LIST_ID
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id
from chappe.web.language import choose

Accepted = Annotated[
    str | None, HeaderParameter(name="accept-language", description="Of the sentences: en or fr.")
]


class NamedList(msgspec.Struct, frozen=True, kw_only=True):
    """Who was on a list when the audience was taken is kept by message, not by list."""

    id: str
    name: str
    excluded: bool


class FrozenSegment(msgspec.Struct, frozen=True, kw_only=True):
    """`sentence`: the rule in words, in the language asked for (`Accept-Language`), else in English. `named`
    by the audience; else a rule of those speaks of it.
    """

    id: str
    name: str
    rule: dict[str, Any]
    sentence: str
    excluded: bool
    named: bool


class TakenAudience(msgspec.Struct, frozen=True, kw_only=True):
    """`frozen`: the campaign has started, and its segments are shown as they read then, whatever was changed
    since; before, as they read now. `recipients` is known once the audience is taken.
    """

    frozen: bool
    recipients: int | None
    lists: list[NamedList]
    segments: list[FrozenSegment]


@get(
    "/campaigns/{campaign_id:str}/audience",
    guards=[needs(Scope.CAMPAIGNS_READ)],
    summary="Whom it is for, with the rules as they read when it started",
    tags=["Campaigns"],
)
async def read_audience(
    campaign_id: FromPath[str], caller: Asking, conn: Conn, accepted: Accepted = None
) -> TakenAudience:
    """Answers years later why somebody was in the audience of a campaign."""
    key = parse_public_id(CAMPAIGN_ID, campaign_id)
    if key is None:
        raise UnknownCampaign("There is no campaign with this id. List them with GET /v1/campaigns.")
    campaign = await service.get(conn, caller.workspace_id, key)
    segments = campaign.segments
    if segments is None:
        segments = await frozen(conn, caller.workspace_id, campaign.audience)
    names = await audiences.named(conn, caller.workspace_id)
    return TakenAudience(
        frozen=campaign.total is not None,
        recipients=campaign.total,
        lists=await _lists(conn, campaign),
        segments=[_segment(one, choose((), accepted), names) for one in segments],
    )


async def _lists(conn: Connection, campaign: Campaign) -> list[NamedList]:
    whom = campaign.audience
    found = await contacts.lists_by_id(conn, campaign.workspace_id, [*whom.include, *whom.exclude])
    return [
        NamedList(id=public_id(LIST_ID, one.id), name=one.name, excluded=one.id in whom.exclude)
        for one in found
    ]


def _segment(one: Frozen, language: str, names: Names) -> FrozenSegment:
    return FrozenSegment(
        id=public_id(SEGMENT_ID, one.id),
        name=one.name,
        rule=one.rule,
        sentence=told(read(one.rule), language, names),
        excluded=one.left_out,
        named=one.named,
    )


routes: list[ControllerRouterHandler] = [read_audience]
