"""What the handlers of campaigns share: ids in addresses, the objects they are given, the audit trail."""

from typing import Any
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from chappe.accounts import acts
from chappe.accounts.permissions import Permission, permissions_of
from chappe.accounts.team import service as team
from chappe.audience.model import SEGMENT_ID
from chappe.campaigns import service
from chappe.campaigns.drafts import Clocks
from chappe.campaigns.estimator import Estimator
from chappe.campaigns.live import Feed
from chappe.campaigns.model import (
    CAMPAIGN_ID,
    Action,
    Audience,
    Campaign,
    CampaignState,
    UnknownCampaign,
    refuse,
)
from chappe.carriers.model import SENDER_ID
from chappe.contacts.model import LIST_ID
from chappe.db.pool import Connection, Database
from chappe.kit.ids import parse_public_id, public_id
from chappe.web.page import Page
from chappe.web.streams import Closing
from chappe.web.viewer import Viewer

_MOST_ASKABLE = 3

GivenFeed = NamedDependency[SkipValidation[Feed]]
GivenClosing = NamedDependency[SkipValidation[Closing]]
GivenEstimator = NamedDependency[SkipValidation[Estimator]]
GivenClocks = NamedDependency[SkipValidation[Clocks]]


def campaign_id(text: str) -> UUID:
    """Raises UnknownCampaign for what is no campaign's id."""
    found = parse_public_id(CAMPAIGN_ID, text)
    if found is None:
        raise UnknownCampaign("There is no campaign at this address.")
    return found


def shown_id(campaign: Campaign) -> str:
    return public_id(CAMPAIGN_ID, campaign.id)


def list_id(key: UUID) -> str:
    return public_id(LIST_ID, key)


def segment_id(key: UUID) -> str:
    return public_id(SEGMENT_ID, key)


def included_ids(audience: Audience) -> list[str]:
    """As the form and the API name them."""
    return [*map(list_id, audience.include), *map(segment_id, audience.include_segments)]


def excluded_ids(audience: Audience) -> list[str]:
    return [*map(list_id, audience.exclude), *map(segment_id, audience.exclude_segments)]


def sender_id(key: UUID | None) -> str:
    return "" if key is None else public_id(SENDER_ID, key)


async def campaign_of(conn: Connection, viewer: Viewer, text: str) -> Campaign:
    """Raises UnknownCampaign."""
    return await service.get(conn, viewer.workspace_id, campaign_id(text))


async def askable(db: Database, viewer: Viewer, clocks: Clocks) -> list[str]:
    """Names of those who may send, for somebody who writes and may not. People have no workspace of their
    own: the engine's role reads them.
    """
    if viewer.may(Permission.CAMPAIGNS_SEND):
        return []
    async with db.engine_transaction() as conn:
        found = await team.members(conn, clocks.wall, viewer.workspace_id)
    sending = (
        one for one in found if Permission.CAMPAIGNS_SEND in permissions_of(one.role, may_send=one.may_send)
    )
    return [one.name or one.email for one in sending][:_MOST_ASKABLE]


async def note(
    conn: Connection,
    page: Page,
    viewer: Viewer,
    action: str,
    campaign: Campaign,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Record what this person did to the campaign, in the transaction that does it."""
    await acts.record_here(
        conn,
        page,
        viewer,
        f"campaign.{action}",
        target=shown_id(campaign),
        before=before,
        after=after,
    )


async def draft_of(conn: Connection, viewer: Viewer, campaign: str) -> Campaign:
    """Raises UnknownCampaign, WrongState."""
    draft = await campaign_of(conn, viewer, campaign)
    if draft.state is not CampaignState.DRAFT:
        raise refuse(Action.CHANGE, draft.state)
    return draft
