"""What the statements of leases and dispatch do, on tables in memory: `queries.sql`, line by line."""

from collections.abc import Sequence
from uuid import UUID

from tests.simulation.tables import ROUTE, WORKSPACE, Chunk, Tables

from chappe.engine.model import (
    LEASE_SECONDS,
    CampaignState,
    ClaimedChunk,
    ClaimRequest,
    Grant,
    LinkReport,
    LinkSession,
    Outgoing,
    RouteShare,
)
from chappe.engine.store import LeaseLost
from chappe.messages.model import NewMessage, Purpose

READY, LEASED, CANCELING = 0, 1, 2
SOURCE = "36180"


def owned(tables: Tables, link: LinkSession) -> bool:
    """The fence: no later session has taken the link."""
    return tables.links[link.carrier].token == link.token


def lost(link: LinkSession) -> LeaseLost:
    return LeaseLost(f"Link {link.carrier} has another owner.")


def lease_link(tables: Tables, now: float, carrier: int, workspace: int, owner: str) -> Grant | None:
    row = tables.links[carrier]
    if row.owner not in (None, owner) and row.lease_until is not None and row.lease_until >= now:
        return None
    before = row.owner
    row.owner, row.token, row.lease_until = owner, row.token + 1, now + LEASE_SECONDS
    row.state, row.heartbeat = "connecting", now
    return Grant(LinkSession(carrier, workspace, row.token), before)


def renew_link(tables: Tables, now: float, link: LinkSession, report: LinkReport) -> bool:
    if not owned(tables, link):
        return False
    row = tables.links[link.carrier]
    row.lease_until, row.heartbeat, row.state = now + LEASE_SECONDS, now, report.state
    return True


def release_link(tables: Tables, now: float, link: LinkSession) -> None:
    if owned(tables, link):
        row = tables.links[link.carrier]
        row.owner, row.lease_until, row.state = None, None, "down"


def live_links(tables: Tables, now: float) -> set[int]:
    return {
        number for number, row in tables.links.items() if row.state == "bound" and row.heartbeat > now - 5.0
    }


def held(tables: Tables, now: float) -> bool:
    return tables.held


def claim(tables: Tables, now: float, link: LinkSession, request: ClaimRequest) -> list[ClaimedChunk]:
    row = tables.links[link.carrier]
    if not owned(tables, link) or row.lease_until is None or row.lease_until <= now or tables.held:
        return []
    wanted = [
        chunk
        for chunk in tables.chunks.values()
        if chunk.state == READY
        and chunk.lane in request.lanes
        and chunk.due_at <= request.due
        and any(_shares(share, chunk, link.carrier) for share in request.shares)
        and _sending(tables, chunk)
    ]
    wanted.sort(key=lambda chunk: (chunk.lane, chunk.due_at, chunk.id))
    for chunk in wanted[: request.most]:
        chunk.state, chunk.carrier, chunk.token = LEASED, link.carrier, link.token
    return [claimed(tables, chunk) for chunk in wanted[: request.most]]


def _shares(share: RouteShare, chunk: Chunk, carrier: int) -> bool:
    if share.other is None:
        return share.alone or chunk.not_carrier != carrier
    return chunk.not_carrier == share.other


def _sending(tables: Tables, chunk: Chunk) -> bool:
    campaign = tables.campaign_of(chunk)
    return campaign is None or campaign.state == "sending"


def claimed(tables: Tables, chunk: Chunk) -> ClaimedChunk:
    campaign = tables.campaign_of(chunk)
    return ClaimedChunk(
        chunk.id, WORKSPACE, chunk.run_id, ROUTE, SOURCE, chunk.lane, chunk.lo, chunk.hi, chunk.due_at,
        chunk.window_end, chunk.zones, chunk.expires_at, chunk.attempt, chunk.not_carrier, chunk.token,
        *((campaign.id, campaign.lo, campaign.total, campaign.rate) if campaign else ()),
    )  # fmt: skip


def outgoing(tables: Tables, now: float, chunks: Sequence[ClaimedChunk]) -> list[Outgoing]:
    return [_outgoing(tables, tables.without_state(chunk.lo, chunk.hi)) for chunk in chunks]


def _outgoing(tables: Tables, messages: Sequence[NewMessage]) -> Outgoing:
    return Outgoing(
        [one.id for one in messages],
        [one.phone for one in messages],
        [one.body or "" for one in messages],
        {one.id: one.parts for one in messages if one.parts != 1},
        {one.id: one.expires_at for one in messages if one.expires_at is not None},
        frozenset(one.id for one in messages if _suppressed(tables, one.phone, one.purpose)),
    )


def _suppressed(tables: Tables, phone: int, purpose: int) -> bool:
    found = tables.suppressions.get(phone)
    if found is None or purpose == Purpose.SERVICE:
        return False
    return found.scope == "all" or purpose == Purpose.MARKETING


def leased_chunks(tables: Tables, now: float, link: LinkSession) -> list[ClaimedChunk]:
    return [
        claimed(tables, chunk)
        for chunk in tables.chunks.values()
        if chunk.carrier == link.carrier and chunk.state in (LEASED, CANCELING)
    ]


def adopt(tables: Tables, now: float, link: LinkSession) -> None:
    if not owned(tables, link):
        raise lost(link)
    for chunk in tables.chunks.values():
        if chunk.carrier == link.carrier and chunk.state in (LEASED, CANCELING):
            chunk.token = link.token


def suppressed(tables: Tables, now: float, workspace: int, phones: Sequence[int]) -> dict[int, str]:
    return {phone: tables.suppressions[phone].scope for phone in phones if phone in tables.suppressions}


def campaign_states(tables: Tables, now: float, campaigns: Sequence[UUID]) -> dict[UUID, CampaignState]:
    found = [tables.campaigns[one] for one in campaigns if one in tables.campaigns]
    return {one.id: CampaignState(one.state == "sending", one.rate) for one in found}
