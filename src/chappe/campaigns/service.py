"""What people do with campaigns. Every change of state is one guarded statement; nothing here commits.

"Send" is a state in a row: the worker takes it from there. However often it is asked, and by however many,
one asker finds a draft and makes the one run; the others get the campaign as it has become.
"""

from collections.abc import Awaitable, Collection
from datetime import datetime, timedelta
from uuid import UUID

from chappe.campaigns import repo
from chappe.campaigns.model import (
    ALREADY,
    PURPOSES,
    Action,
    Campaign,
    CampaignState,
    ListIsFilling,
    NewCampaign,
    NoAudience,
    NoRoute,
    Progress,
    UnknownCampaign,
    UnknownCampaignSender,
    WrongPurpose,
    WrongTimes,
    refuse,
)
from chappe.contacts import service as contacts
from chappe.content.service import Template, check_variables
from chappe.db.pool import Connection
from chappe.gate import service as gate
from chappe.kit.clock import Clock
from chappe.kit.ids import uuid7
from chappe.messages import counts
from chappe.signup import service as signup

_MOST_YEARS = 5
# A clock that is a little off, or a form that was open for a while, still means "now".
_LATE = timedelta(hours=1)


async def create(conn: Connection, workspace_id: int, new: NewCampaign, clock: Clock) -> Campaign:
    """A draft. Raises what `_check` raises."""
    now = clock.now()
    await _check(conn, workspace_id, new, now)
    campaign_id = uuid7()
    await repo.insert(conn, workspace_id, campaign_id, new, now)
    return await get(conn, workspace_id, campaign_id)


async def change(
    conn: Connection, workspace_id: int, campaign_id: UUID, new: NewCampaign, clock: Clock
) -> Campaign:
    """Rewrite a draft. Raises WrongState, and what `create` raises."""
    await _check(conn, workspace_id, new, clock.now())
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


async def _check(conn: Connection, workspace_id: int, new: NewCampaign, now: datetime) -> None:
    """Raises WrongPurpose, NoAudience, UnknownList, UnknownCampaignSender, WrongTimes, and what a template
    can raise.
    """
    if new.purpose not in PURPOSES:
        words = " or ".join(purpose.label for purpose in PURPOSES)
        raise WrongPurpose(f"A campaign is {words}. Send others with POST /v1/messages.", field="purpose")
    _check_times(new, now)
    template = Template(new.body)
    check_variables(template, await contacts.attribute_names(conn, workspace_id))
    if not new.audience.include:
        raise NoAudience("Name at least one list in audience.include.", field="audience.include")
    await contacts.require_lists(conn, workspace_id, list(new.audience.include), field="audience.include")
    await contacts.require_lists(conn, workspace_id, list(new.audience.exclude), field="audience.exclude")
    if not await gate.sender_facts(conn, workspace_id, [new.sender_id]):
        raise UnknownCampaignSender(
            "There is no such sender in this workspace. List senders with GET /v1/senders.", field="sender_id"
        )


def _check_times(new: NewCampaign, now: datetime) -> None:
    for field, moment in (("send_at", new.send_at), ("expires_at", new.expires_at)):
        if moment is not None:
            _check_moment(field, moment, now)
    _check_not_over(new.send_at, now)
    if new.expires_at is not None and new.expires_at <= max(now, new.send_at or now):
        raise WrongTimes(
            "expires_at must be later than send_at and than now. Move it, or leave it out.",
            field="expires_at",
        )


def _check_moment(field: str, moment: datetime, now: datetime) -> None:
    if moment.tzinfo is None:
        raise WrongTimes(
            "Give the time with its offset, such as 2026-03-10T10:00:00+01:00: without one it is a different "
            "moment in every zone.",
            field=field,
        )
    if moment.year > now.year + _MOST_YEARS:
        raise WrongTimes(f"The year {moment.year} is too far away. Correct the time.", field=field)


def _check_not_over(send_at: datetime | None, now: datetime) -> None:
    """A mistyped year must not send to everyone at once."""
    if send_at is not None and send_at < now - _LATE:
        raise WrongTimes(
            f"send_at, {send_at:%Y-%m-%d %H:%M %Z}, is over. Give a time to come, or leave it out to send "
            "at once.",
            field="send_at",
        )


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


async def _with_counts(conn: Connection, workspace_id: int, campaigns: list[Campaign]) -> list[Progress]:
    runs = [campaign.run_id for campaign in campaigns if campaign.run_id is not None]
    found = await counts.of_runs(conn, workspace_id, runs) if runs else {}
    return [Progress(campaign, found.get(campaign.run_id or 0, [])) for campaign in campaigns]


async def send(
    conn: Connection, workspace_id: int, campaign_id: UUID, *, clock: Clock, gate_clock: Clock
) -> Campaign:
    """Send now, or at `send_at` when that is to come; asked again, the same run.

    Raises WrongState, NoRoute, ListIsFilling.
    """
    campaign = await get(conn, workspace_id, campaign_id)
    await _require_route(conn, campaign)
    if campaign.state is CampaignState.DRAFT and (campaign.send_at or gate_clock.now()) <= gate_clock.now():
        await _require_whole_lists(conn, campaign)
    moved = repo.send(conn, workspace_id, campaign_id, gate_clock.now(), clock.now())
    return await _moved(conn, campaign, Action.SEND, moved)


async def schedule(
    conn: Connection, workspace_id: int, campaign_id: UUID, send_at: datetime, *, clock: Clock
) -> Campaign:
    """Send at this time. Raises WrongState, WrongTimes, NoRoute."""
    campaign = await get(conn, workspace_id, campaign_id)
    _check_moment("send_at", send_at, clock.now())
    _check_not_over(send_at, clock.now())
    if campaign.expires_at is not None and campaign.expires_at <= send_at:
        raise WrongTimes("send_at must be before the campaign's expires_at.", field="send_at")
    await _require_route(conn, campaign)
    moved = repo.schedule(conn, workspace_id, campaign_id, send_at)
    return await _moved(conn, campaign, Action.SCHEDULE, moved)


async def _require_whole_lists(conn: Connection, campaign: Campaign) -> None:
    """The audience is fixed at this moment: half of a list that is meant whole must not be it, nor must those
    be missed that a list leaves out.
    """
    lists = [*campaign.audience.include, *campaign.audience.exclude]
    for under_way in await signup.filling(conn, campaign.workspace_id, lists):
        known = await contacts.get_list(conn, campaign.workspace_id, under_way.list_id)
        raise ListIsFilling(
            f"“{under_way.filename}” is being imported into the list “{known.name}” ({under_way.rows_read:,} "
            "rows so far). Send when the import has finished, or schedule the campaign for later."
        )


async def _require_route(conn: Connection, campaign: Campaign) -> None:
    facts = await gate.sender_facts(conn, campaign.workspace_id, [campaign.sender_id])
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
