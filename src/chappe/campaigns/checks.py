"""What a campaign must be, each rule once: the API, the steps of the editor and the moment of sending ask
these functions. They raise a Problem that names its field.
"""

from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from chappe.audience import service as audiences
from chappe.campaigns.model import (
    PURPOSES,
    Audience,
    NameTooLong,
    NoAudience,
    NoName,
    UnknownCampaignSender,
    WrongPurpose,
    WrongTimes,
    WrongTopic,
)
from chappe.consent.topics import service as topics
from chappe.contacts import service as contacts
from chappe.content.service import Template, check_variables
from chappe.db.pool import Connection
from chappe.gate import service as gate
from chappe.kit.errors import Problem
from chappe.messages.model import Purpose
from chappe.offers.coding import check_place, with_sample

LONGEST_NAME = 200
_MOST_YEARS = 5
# A clock that is a little off, or a form that was open for a while, still means "now".
_LATE = timedelta(hours=1)


def check_name(name: str) -> None:
    """Raises NoName, NameTooLong."""
    if not name.strip():
        raise NoName("Give the campaign a name. Only your team sees it.", field="name")
    if len(name) > LONGEST_NAME:
        raise NameTooLong(f"A name has at most {LONGEST_NAME} characters. Shorten it.", field="name")


def check_purpose(purpose: Purpose) -> None:
    """Raises WrongPurpose."""
    if purpose not in PURPOSES:
        words = " or ".join(known.label for known in PURPOSES)
        raise WrongPurpose(f"A campaign is {words}. Send others with POST /v1/messages.", field="purpose")


async def check_audience(conn: Connection, workspace_id: int, audience: Audience) -> None:
    """Raises NoAudience, UnknownList, UnknownSegment."""
    if not audience.chosen:
        raise NoAudience("Name at least one list or segment in audience.include.", field="audience.include")
    await contacts.require_lists(conn, workspace_id, list(audience.include), field="audience.include")
    await contacts.require_lists(conn, workspace_id, list(audience.exclude), field="audience.exclude")
    for key in audience.include_segments:
        await audiences.get(conn, workspace_id, key, field="audience.include")
    for key in audience.exclude_segments:
        await audiences.get(conn, workspace_id, key, field="audience.exclude")


async def check_topic(
    conn: Connection, workspace_id: int, purpose: Purpose, topic_id: UUID | None
) -> UUID | None:
    """The topic as it is kept: None for the default one. Raises NotATopic, WrongTopic."""
    if topic_id is None:
        return None
    [topic] = await topics.require(conn, workspace_id, [topic_id], field="topic_id")
    if topic.purpose != purpose.label:
        raise WrongTopic(
            f"“{topic.name}” is a {topic.purpose} topic and the campaign is {purpose.label}. "
            "Choose another topic.",
            field="topic_id",
        )
    return None if topic.is_default else topic.id


async def check_body(conn: Connection, workspace_id: int, body: str) -> None:
    """Raises what a template can raise: EmptyBody, BodyTooLong, BadTemplate, UnknownVariable."""
    template = Template(with_sample(body))
    check_place(template.variables)
    check_variables(template, await contacts.attribute_names(conn, workspace_id))


async def check_sender(conn: Connection, workspace_id: int, sender_id: UUID | None) -> None:
    """Raises UnknownCampaignSender."""
    if sender_id is None or not await gate.sender_facts(conn, workspace_id, [sender_id]):
        raise UnknownCampaignSender(
            "There is no such sender in this workspace. List senders with GET /v1/senders.", field="sender_id"
        )


def check_times(send_at: datetime | None, expires_at: datetime | None, now: datetime) -> None:
    """All three of one clock. Raises WrongTimes."""
    for field, moment in (("send_at", send_at), ("expires_at", expires_at)):
        if moment is not None:
            check_moment(field, moment, now)
    check_not_over(send_at, now)
    if expires_at is not None and expires_at <= max(now, send_at or now):
        raise WrongTimes(
            "expires_at must be later than send_at and than now. Move it, or leave it out.",
            field="expires_at",
            why="expires_first",
        )


def check_moment(field: str, moment: datetime, now: datetime) -> None:
    """Raises WrongTimes for a time without its offset, or years away."""
    if moment.tzinfo is None:
        raise WrongTimes(
            "Give the time with its offset, such as 2026-03-10T10:00:00+01:00: without one it is a different "
            "moment in every zone.",
            field=field,
            why="no_offset",
        )
    if moment.year > now.year + _MOST_YEARS:
        raise WrongTimes(
            f"The year {moment.year} is too far away. Correct the time.", field=field, why="too_far"
        )


def check_not_over(send_at: datetime | None, now: datetime) -> None:
    """A mistyped year must not send to everyone at once. Raises WrongTimes."""
    if send_at is not None and send_at < now - _LATE:
        raise WrongTimes(
            f"send_at, {send_at:%Y-%m-%d %H:%M %Z}, is over. Give a time to come, or leave it out to send "
            "at once.",
            field="send_at",
            why="over",
        )


async def faults(*checks: Awaitable[None]) -> list[Problem]:
    """What is wrong, one problem a check: a form shows all of them at once."""
    found: list[Problem] = []
    for check in checks:
        try:
            await check
        except Problem as problem:
            found.append(problem)
    return found


def fields(problems: Sequence[Problem]) -> dict[str, Problem]:
    """The first problem of each field."""
    found: dict[str, Problem] = {}
    for problem in problems:
        found.setdefault(problem.field or "", problem)
    return found
