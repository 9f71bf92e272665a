"""What people ask and answer. Nothing here commits."""

from datetime import datetime
from typing import Final
from uuid import UUID

from chappe.campaigns.approvals.model import Approval, ApprovalState, NotApproved, NotAsked, OwnRequest
from chappe.campaigns.marks import mark_of, rules_mark
from chappe.campaigns.model import Action, Audience, Campaign, refuse
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.campaigns.approvals")
LONGEST: Final = 500


async def is_required(conn: Connection, workspace_id: int) -> bool:
    """Whether no campaign of the workspace leaves before a second person has approved it."""
    required: bool = await conn.fetchval(SQL.required, workspace_id)
    return required


async def require(conn: Connection, workspace_id: int, *, wanted: bool) -> None:
    await conn.execute(SQL.require if wanted else SQL.release, workspace_id)


async def approval_of(conn: Connection, campaign: Campaign) -> Approval | None:
    """None: nobody was asked."""
    row = await conn.fetchrow(SQL.approval, campaign.workspace_id, campaign.id)
    if row is None:
        return None
    return Approval(
        state=ApprovalState(row["state"]),
        asked_by=row["asked_by"],
        asked_at=row["asked_at"],
        answered_by=row["answered_by"],
        answered_at=row["answered_at"],
        words=row["words"],
        holds=row["mark"] == await mark_of(conn, campaign),
    )


async def ask(conn: Connection, campaign: Campaign, user_id: UUID, now: datetime) -> None:
    """About the draft as it is. Raises WrongState."""
    marks = await mark_of(conn, campaign), await rules_mark(conn, campaign.workspace_id, campaign.audience)
    if await conn.fetchval(SQL.ask, campaign.workspace_id, campaign.id, *marks, user_id, now) is None:
        raise refuse(Action.CHANGE, campaign.state)


async def answer(
    conn: Connection,
    campaign: Campaign,
    user_id: UUID,
    now: datetime,
    *,
    approved: bool,
    words: str,
    seen: str | None = None,
) -> None:
    """`seen`: the mark of what they read; it may have changed and been asked about anew. Raises OwnRequest,
    NotAsked.
    """
    state = ApprovalState.APPROVED if approved else ApprovalState.REFUSED
    mark = await mark_of(conn, campaign)
    values = (mark, state, user_id, now, words[:LONGEST])
    if seen in (None, mark) and await conn.fetchval(SQL.answer, campaign.workspace_id, campaign.id, *values):
        return
    known = await approval_of(conn, campaign)
    if known is not None and known.state is ApprovalState.ASKED and known.asked_by == user_id:
        raise OwnRequest("You asked for this approval: somebody else gives it.")
    raise NotAsked("It was answered already, or changed since it was asked about. Ask again.")


async def check(conn: Connection, campaign: Campaign) -> None:
    """Whether a draft may leave. Raises NotApproved."""
    if not await is_required(conn, campaign.workspace_id):
        return
    known = await approval_of(conn, campaign)
    if known is None or not known.given:
        raise NotApproved("A second person must approve it as it is now: ask on the review page.")


async def check_segments(conn: Connection, workspace_id: int, campaign_id: UUID, audience: Audience) -> None:
    """Whether the segments of a campaign that is to take its audience are still the approved ones. Raises
    NotApproved.
    """
    if not audience.segments:
        return
    approved = await conn.fetchval(SQL.approved_segments, workspace_id, campaign_id)
    if approved is not None and approved != await rules_mark(conn, workspace_id, audience):
        raise NotApproved("A segment of its audience was changed after it was approved.")
