"""Who got a campaign and who did not: pages of its messages by what became of them, and of what came back."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from chappe.campaigns import repo, service
from chappe.campaigns.model import Campaign
from chappe.campaigns.reports import service as reports
from chappe.contacts.names import called
from chappe.db.pool import Connection, Database
from chappe.messages import answers, ranges
from chappe.messages.answers import Answer
from chappe.messages.model import MessageState, MessageView
from chappe.messages.ranges import Span


class Which(StrEnum):
    """The tabs of a report."""

    DELIVERED = "delivered"
    FAILED = "failed"
    SKIPPED = "skipped"
    CLICKED = "clicked"
    CONVERTED = "converted"
    REPLIED = "replied"
    STOPPED = "stopped"


_S = MessageState
STATES: Final[dict[Which, tuple[MessageState, ...]]] = {
    Which.DELIVERED: (_S.DELIVERED,),
    Which.FAILED: (_S.UNDELIVERED, _S.FAILED, _S.EXPIRED, _S.REJECTED, _S.UNKNOWN),
    Which.SKIPPED: (_S.SKIPPED, _S.CANCELED),
}
_EXPORTED: Final = 1_000


class Recipient(NamedTuple):
    """One line: the message or the text that answers one. `name` is empty when none is known; `place` is what
    a page goes on from.
    """

    message_id: int
    phone: int | None
    contact_id: int | None
    name: str
    message: MessageView | None
    answer: Answer | None
    place: tuple[int, int]
    acted_at: datetime | None = None


class Found(NamedTuple):
    """A page. `reached`: such messages are rare, and were looked for up to here."""

    rows: list[Recipient]
    reached: int | None


async def page(
    conn: Connection,
    campaign: Campaign,
    which: Which,
    *,
    after: tuple[int, int] | None,
    limit: int,
    gate_now: datetime,
    reason: str | None = None,
) -> Found:
    """The newest messages first; after the place of the last one seen. `reason`: of states, why."""
    ids = await service.message_ids(conn, campaign)
    if which in STATES:
        return await _messages(conn, campaign, STATES[which], ids, after, limit, gate_now, reason)
    if which in (Which.CLICKED, Which.CONVERTED):
        asked = reports.clickers if which is Which.CLICKED else reports.converters
        acted = await asked(conn, campaign, below=after[0] if after else None, limit=limit)
        return await _acted(conn, campaign, acted, gate_now)
    stops = which is Which.STOPPED
    found = await answers.page(conn, campaign.workspace_id, ids, stops=stops, after=after, limit=limit)
    named = await _names(conn, campaign.workspace_id, [one.contact_id for one in found])
    rows = [
        Recipient(
            one.message_id, one.phone, one.contact_id, named.get(one.contact_id or 0, ""), None, one,
            (one.message_id, one.id),
        )
        for one in found
    ]  # fmt: skip
    return Found(rows, None)


async def _messages(
    conn: Connection,
    campaign: Campaign,
    states: Sequence[MessageState],
    ids: Sequence[Span],
    after: tuple[int, int] | None,
    limit: int,
    gate_now: datetime,
    reason: str | None,
) -> Found:
    stretch = await ranges.newest(
        conn,
        campaign.workspace_id,
        ids,
        states,
        below=after[0] if after else None,
        limit=limit,
        gate_now=gate_now,
        reason=reason,
    )
    named = await _names(conn, campaign.workspace_id, [one.contact_id for one in stretch.messages])
    rows = [
        Recipient(
            one.id, one.phone, one.contact_id, named.get(one.contact_id or 0, ""), one, None, (one.id, 0)
        )
        for one in stretch.messages
    ]
    return Found(rows, stretch.reached)


async def _acted(
    conn: Connection, campaign: Campaign, acted: Mapping[int, datetime], gate_now: datetime
) -> Found:
    views = await ranges.by_ids(conn, campaign.workspace_id, list(acted), gate_now)
    named = await _names(conn, campaign.workspace_id, [one.contact_id for one in views])
    rows = [
        Recipient(
            one.id, one.phone, one.contact_id, named.get(one.contact_id or 0, ""), one, None, (one.id, 0), at
        )
        for one in views
        for at in [acted[one.id]]
    ]
    return Found(rows, None)


async def _names(conn: Connection, workspace_id: int, keys: Sequence[int | None]) -> dict[int, str]:
    wanted = [key for key in keys if key is not None]
    found = await repo.attributes_of(conn, workspace_id, wanted) if wanted else {}
    return {key: name.whole for key, values in found.items() if (name := called(values)) is not None}


async def every(
    db: Database, campaign: Campaign, which: Which, gate_now: datetime, reason: str | None = None
) -> AsyncIterator[list[Recipient]]:
    """All of them, a page at a time, each in a transaction of its own: an export holds no snapshot open."""
    after: tuple[int, int] | None = None
    while True:
        async with db.transaction(campaign.workspace_id) as conn:
            found = await page(
                conn, campaign, which, after=after, limit=_EXPORTED, gate_now=gate_now, reason=reason
            )
        if found.rows:
            yield found.rows
            after = found.rows[-1].place
        if found.reached is not None:
            after = (found.reached, 0)
        elif len(found.rows) < _EXPORTED:
            return
