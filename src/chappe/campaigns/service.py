"""What people do with campaigns. Every change of state is one guarded statement; nothing here commits.

"Send" is a state in a row: the worker takes it from there. However often it is asked, and by however many,
one asker finds a draft and makes the one run; the others get the campaign as it has become.
"""

from collections.abc import Awaitable, Collection
from datetime import datetime
from uuid import UUID

import msgspec

from chappe.campaigns import repo
from chappe.campaigns.approvals import service as approvals
from chappe.campaigns.approvals.model import NotApproved
from chappe.campaigns.checks import (
    check_audience,
    check_body,
    check_moment,
    check_not_over,
    check_purpose,
    check_sender,
    check_times,
    check_topic,
)
from chappe.campaigns.contents import check_contents
from chappe.campaigns.drawing import drawn
from chappe.campaigns.holding import hold
from chappe.campaigns.marks import mark_of
from chappe.campaigns.model import (
    ALREADY,
    Action,
    Campaign,
    CampaignState,
    ChangedSince,
    ListIsFilling,
    NewCampaign,
    NoRoute,
    Progress,
    UnknownCampaign,
    Wanted,
    WrongTimes,
    refuse,
)
from chappe.campaigns.offers import service as offers
from chappe.campaigns.variants import service as variants
from chappe.contacts import service as contacts
from chappe.db.pool import Connection
from chappe.gate import service as gate
from chappe.kit.clock import Clock
from chappe.kit.ids import uuid7
from chappe.messages import counts
from chappe.messages.ranges import Span, joined
from chappe.signup import service as signup


async def create(conn: Connection, workspace_id: int, new: NewCampaign, clock: Clock) -> Campaign:
    """A draft. Raises what checks.py raises."""
    now = clock.now()
    new = await _checked(conn, workspace_id, new, now)
    campaign_id = uuid7()
    await repo.insert(conn, workspace_id, campaign_id, new, now)
    return await get(conn, workspace_id, campaign_id)


async def change(
    conn: Connection, workspace_id: int, campaign_id: UUID, new: NewCampaign, clock: Clock
) -> Campaign:
    """Rewrite a draft. Raises WrongState, and what `create` raises."""
    new = await _checked(conn, workspace_id, new, clock.now())
    if not await repo.change_draft(conn, workspace_id, campaign_id, new):
        raise refuse(Action.CHANGE, (await get(conn, workspace_id, campaign_id)).state)
    return await get(conn, workspace_id, campaign_id)


async def change_rate(
    conn: Connection, workspace_id: int, campaign_id: UUID, parts_per_second: int | None
) -> Campaign:
    """Another rate limit, also while sending or paused: what is planned stays planned. Raises WrongState."""
    if not await repo.change_rate(conn, workspace_id, campaign_id, parts_per_second):
        raise refuse(Action.CHANGE, (await get(conn, workspace_id, campaign_id)).state)
    await repo.notify(conn, campaign_id)
    return await get(conn, workspace_id, campaign_id)


async def _checked(conn: Connection, workspace_id: int, new: NewCampaign, now: datetime) -> NewCampaign:
    """The campaign as it is kept. Raises what checks.py raises."""
    check_purpose(new.purpose)
    check_times(new.send_at, new.expires_at, now)
    await check_body(conn, workspace_id, new.body)
    await check_audience(conn, workspace_id, new.audience)
    topic_id = await check_topic(conn, workspace_id, new.purpose, new.topic_id)
    await check_sender(conn, workspace_id, new.sender_id)
    return msgspec.structs.replace(new, topic_id=topic_id)


async def get(conn: Connection, workspace_id: int, campaign_id: UUID) -> Campaign:
    """Raises UnknownCampaign."""
    campaign = await repo.one(conn, workspace_id, campaign_id)
    if campaign is None:
        raise UnknownCampaign("There is no campaign with this id. List them with GET /v1/campaigns.")
    return campaign


async def progress(conn: Connection, workspace_id: int, campaign_id: UUID) -> Progress:
    """A campaign with its counts. Raises UnknownCampaign."""
    return (await _with_counts(conn, workspace_id, [await get(conn, workspace_id, campaign_id)]))[0]


async def names(conn: Connection, workspace_id: int, ids: Collection[UUID]) -> dict[UUID, str]:
    """Names of those of `ids` that the workspace has."""
    return await repo.names(conn, workspace_id, ids)


async def page(
    conn: Connection, workspace_id: int, *, after: UUID | None, state: CampaignState | None, limit: int
) -> list[Progress]:
    """Campaigns with their counts, newest first."""
    return await _with_counts(conn, workspace_id, await repo.page(conn, workspace_id, after, state, limit))


async def listed(
    conn: Connection,
    workspace_id: int,
    wanted: Wanted,
    *,
    earliest_first: bool = False,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[Progress]:
    """Campaigns by their moment, with their counts. `after`: moment and key of the last one seen."""
    rows = await repo.listed(
        conn, workspace_id, wanted, earliest_first=earliest_first, after=after, limit=limit
    )
    return await _with_counts(conn, workspace_id, rows)


async def message_ids(conn: Connection, campaign: Campaign) -> list[Span]:
    """The campaign's messages are the ids lo ≤ id < hi of these spans; none before its audience is taken."""
    return joined(await repo.message_ids(conn, campaign)) if campaign.runs else []


async def before(conn: Connection, campaign: Campaign) -> Progress | None:
    """The finished campaign that was sent before this one."""
    found = await repo.before(conn, campaign)
    return None if found is None else (await _with_counts(conn, campaign.workspace_id, [found]))[0]


async def _with_counts(conn: Connection, workspace_id: int, campaigns: list[Campaign]) -> list[Progress]:
    runs = [run for campaign in campaigns for run in campaign.runs]
    found = await counts.of_runs(conn, workspace_id, runs) if runs else {}
    return [
        Progress(campaign, counts.together(each for run in campaign.runs for each in found.get(run, ())))
        for campaign in campaigns
    ]


async def send(
    conn: Connection,
    workspace_id: int,
    campaign_id: UUID,
    *,
    clock: Clock,
    gate_clock: Clock,
    seen: str | None = None,
) -> Campaign:
    """Send now, or at `send_at` when that is to come; asked again, the same run. `seen`: the mark of the
    draft that whoever sends it looked at.

    Raises WrongState, NoRoute, ListIsFilling, TextLacks, NotApproved, ChangedSince, WrongTimes where a time
    of the draft has gone by, and for what it lacks what `create` raises.
    """
    campaign = await _held(conn, workspace_id, campaign_id)
    if campaign.state is CampaignState.DRAFT:
        await check_seen(conn, campaign, seen)
        _check_not_late(campaign, clock, gate_clock)
        await _check_whole(conn, campaign)
        await check_contents(conn, campaign, gate_clock.now())
        await approvals.check(conn, campaign)
        await offers.check(conn, campaign, clock.now())
    await _require_route(conn, campaign)
    if campaign.state is CampaignState.DRAFT and (campaign.send_at or gate_clock.now()) <= gate_clock.now():
        await _require_whole_lists(conn, campaign, clock.now())
    moved = repo.send(conn, workspace_id, campaign_id, gate_clock.now(), clock.now())
    return await _moved(conn, campaign, Action.SEND, moved)


async def schedule(
    conn: Connection, workspace_id: int, campaign_id: UUID, send_at: datetime, *, clock: Clock
) -> Campaign:
    """Send at this time. Raises WrongState, WrongTimes, NoRoute, TextLacks, NotApproved."""
    campaign = await _held(conn, workspace_id, campaign_id)
    check_moment("send_at", send_at, clock.now())
    check_not_over(send_at, clock.now())
    if campaign.state is CampaignState.DRAFT:
        await _check_whole(conn, campaign)
        await check_contents(conn, campaign, send_at)
        await approvals.check(conn, msgspec.structs.replace(campaign, send_at=send_at))
        await offers.check(conn, campaign, clock.now())
    elif send_at != campaign.send_at and await approvals.is_required(conn, workspace_id):
        raise NotApproved("It was approved for its hour. Cancel it, and have a copy approved for another.")
    if campaign.expires_at is not None and campaign.expires_at <= send_at:
        raise WrongTimes("send_at must be before the campaign's expires_at.", field="send_at")
    await _require_route(conn, campaign)
    moved = repo.schedule(conn, workspace_id, campaign_id, send_at)
    return await _moved(conn, campaign, Action.SCHEDULE, moved)


def _check_not_late(draft: Campaign, clock: Clock, gate_clock: Clock) -> None:
    """A time that has gone by while the draft lay there must not mean "now". Raises WrongTimes."""
    now = gate_clock.now()
    # Its end is of the wall's clock.
    over = None if draft.expires_at is None else draft.expires_at + (now - clock.now())
    check_times(draft.send_at, over, now)


async def check_seen(conn: Connection, draft: Campaign, seen: str | None) -> None:
    """Whether a draft is still what somebody looked at; None: nobody did. Raises ChangedSince."""
    if seen is not None and seen != await mark_of(conn, draft):
        raise ChangedSince("Somebody changed it while you looked at it. Read it again, then send it.")


async def _held(conn: Connection, workspace_id: int, campaign_id: UUID) -> Campaign:
    """As nobody else changes it until this transaction ends. Raises UnknownCampaign."""
    await hold(conn, await get(conn, workspace_id, campaign_id))
    return await get(conn, workspace_id, campaign_id)


async def _check_whole(conn: Connection, campaign: Campaign) -> None:
    """A draft is written in steps, and lists and senders may have gone since."""
    await check_body(conn, campaign.workspace_id, campaign.body)
    await check_audience(conn, campaign.workspace_id, campaign.audience)
    await check_sender(conn, campaign.workspace_id, campaign.sender_id)
    await variants.check(conn, campaign)


async def _require_whole_lists(conn: Connection, campaign: Campaign, now: datetime) -> None:
    """The audience is fixed at this moment: half of a list that is meant whole must not be it, nor must those
    be missed that a list leaves out.
    """
    lists = (await drawn(conn, campaign.workspace_id, campaign.audience, now)).lists()
    for under_way in await signup.filling(conn, campaign.workspace_id, lists):
        known = await contacts.get_list(conn, campaign.workspace_id, under_way.list_id)
        raise ListIsFilling(
            f"“{under_way.filename}” is being imported into the list “{known.name}” ({under_way.rows_read:,} "
            "rows so far). Send when the import has finished, or schedule the campaign for later."
        )


async def _require_route(conn: Connection, campaign: Campaign) -> None:
    senders = [campaign.sender_id] if campaign.sender_id is not None else []
    facts = await gate.sender_facts(conn, campaign.workspace_id, senders)
    if all(sender.route_id is None for sender in facts.values()):
        raise NoRoute(
            "The campaign's sender has no route with an enabled carrier. Add a carrier with "
            "POST /v1/carriers, or give the sender a route."
        )


async def pause(conn: Connection, workspace_id: int, campaign_id: UUID) -> Campaign:
    """Stop until resumed; what is in the carrier's hands stays there. Raises WrongState."""
    campaign = await get(conn, workspace_id, campaign_id)
    return await _moved(conn, campaign, Action.PAUSE, repo.pause(conn, workspace_id, campaign_id))


async def resume(conn: Connection, workspace_id: int, campaign_id: UUID) -> Campaign:
    """Go on with those who have not been sent to. Raises WrongState."""
    campaign = await get(conn, workspace_id, campaign_id)
    return await _moved(conn, campaign, Action.RESUME, repo.resume(conn, workspace_id, campaign_id))


async def cancel(conn: Connection, workspace_id: int, campaign_id: UUID, clock: Clock) -> Campaign:
    """Stop for good: the messages that have not left are canceled. Raises WrongState."""
    campaign = await get(conn, workspace_id, campaign_id)
    moved = repo.cancel(conn, workspace_id, campaign_id, clock.now())
    return await _moved(conn, campaign, Action.CANCEL, moved)


async def _moved(
    conn: Connection, campaign: Campaign, action: Action, moving: Awaitable[str | None]
) -> Campaign:
    """The campaign after a guarded statement; when that found another state, the answer to that."""
    moved = await moving
    now = await get(conn, campaign.workspace_id, campaign.id)
    if moved is not None:
        await repo.notify(conn, campaign.id)
    elif now.state not in ALREADY[action]:
        raise refuse(action, now.state)
    return now
