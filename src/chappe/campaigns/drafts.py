"""A campaign that is being written: its steps, each saved by itself, and what each still lacks.

A step that is not right yet is saved all the same when the person leaves it: nothing is lost. It is held up
only by "continue", and by sending.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from chappe.campaigns import checks, repo, service
from chappe.campaigns.budgets import service as budgets
from chappe.campaigns.contents import check_contents, lacking
from chappe.campaigns.experiments import service as experiments
from chappe.campaigns.goals import service as goals
from chappe.campaigns.links import service as links
from chappe.campaigns.model import Action, Audience, Campaign, NewCampaign, refuse
from chappe.campaigns.offers import service as offers
from chappe.campaigns.timing import service as timing
from chappe.campaigns.variants import service as variants
from chappe.db.pool import Connection
from chappe.kit.clock import Clock
from chappe.kit.errors import Problem
from chappe.kit.ids import uuid7
from chappe.messages.model import Purpose


class Step(StrEnum):
    AUDIENCE = "audience"
    MESSAGE = "message"
    SCHEDULE = "schedule"
    REVIEW = "review"


STEPS: Final = tuple(Step)


class AudienceStep(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    purpose: Purpose
    audience: Audience
    topic_id: UUID | None = None


class MessageStep(msgspec.Struct, frozen=True, kw_only=True):
    sender_id: UUID | None
    body: str


class ScheduleStep(msgspec.Struct, frozen=True, kw_only=True):
    """`send_at` is a time of the gate's clock, `expires_at` of the real one, as in the campaign."""

    send_at: datetime | None
    expires_at: datetime | None
    parts_per_second: int | None


Written = AudienceStep | MessageStep | ScheduleStep


class Clocks(msgspec.Struct, frozen=True):
    """The two clocks, which differ in the demo alone."""

    wall: Clock
    gate: Clock

    def ahead(self) -> timedelta:
        """How far the gate's clock is ahead of the wall's."""
        return self.gate.now() - self.wall.now()


async def begin(conn: Connection, workspace_id: int, written: AudienceStep, clock: Clock) -> Campaign:
    """A new draft with its first step."""
    campaign_id = uuid7()
    new = NewCampaign(
        name=written.name,
        purpose=written.purpose,
        audience=written.audience,
        sender_id=None,
        body="",
        topic_id=written.topic_id,
    )
    await repo.insert(conn, workspace_id, campaign_id, new, clock.now())
    return await service.get(conn, workspace_id, campaign_id)


async def save(conn: Connection, campaign: Campaign, written: Written) -> Campaign:
    """The step as it is, right or not. Raises WrongState when it is no draft any more."""
    workspace_id, key = campaign.workspace_id, campaign.id
    match written:
        case AudienceStep(name=name, purpose=purpose, audience=audience, topic_id=topic_id):
            saved = await repo.save_audience(conn, workspace_id, key, name, purpose, audience, topic_id)
        case MessageStep(sender_id=sender_id, body=body):
            saved = await repo.save_message(conn, workspace_id, key, sender_id, body)
        case ScheduleStep(send_at=send_at, expires_at=expires_at, parts_per_second=rate):
            saved = await repo.save_schedule(conn, workspace_id, key, send_at, expires_at, rate)
    now = await service.get(conn, workspace_id, key)
    if not saved:
        raise refuse(Action.CHANGE, now.state)
    return now


async def duplicate(conn: Connection, campaign: Campaign, name: str, clock: Clock) -> Campaign:
    """A draft with the same audience, words and sender. Its times are its own: none yet."""
    new = NewCampaign(
        name=name[: checks.LONGEST_NAME],
        purpose=campaign.purpose,
        audience=campaign.audience,
        sender_id=campaign.sender_id,
        body=campaign.body,
        parts_per_second=campaign.parts_per_second,
        topic_id=campaign.topic_id,
    )
    campaign_id = uuid7()
    await repo.insert(conn, campaign.workspace_id, campaign_id, new, clock.now())
    await variants.copy(conn, campaign, campaign_id)
    await experiments.copy(conn, campaign, campaign_id)
    await links.copy(conn, campaign, campaign_id)
    await budgets.copy(conn, campaign, campaign_id)
    await timing.copy(conn, campaign, campaign_id)
    await goals.copy(conn, campaign, campaign_id)
    await offers.copy(conn, campaign, campaign_id)
    return await service.get(conn, campaign.workspace_id, campaign_id)


def with_step(campaign: Campaign, written: Written) -> Campaign:
    """The campaign as it would be with this step."""
    return msgspec.structs.replace(campaign, **msgspec.structs.asdict(written))


async def faults(conn: Connection, campaign: Campaign, step: Step, clocks: Clocks) -> list[Problem]:
    """What the step lacks, of the campaign as it is handed in: one problem a field."""
    match step:
        case Step.AUDIENCE:
            return await checks.faults(_name(campaign), _audience(conn, campaign))
        case Step.MESSAGE:
            return await checks.faults(_sender(conn, campaign), _body(conn, campaign))
        case Step.SCHEDULE:
            return await checks.faults(_times(campaign, clocks))
        case Step.REVIEW:
            every = [await faults(conn, campaign, each, clocks) for each in STEPS[:-1]]
            found = [problem for problems in every for problem in problems]
            return found or await checks.faults(
                check_contents(conn, campaign, _leaves(campaign, clocks)),
                offers.check(conn, campaign, clocks.wall.now()),
            )


async def completion(conn: Connection, campaign: Campaign, clocks: Clocks) -> MessageStep:
    """The message with what the law demands of its text, as far as that can be known."""
    found = await lacking(conn, campaign, _leaves(campaign, clocks))
    body = campaign.body if found is None or found.completed is None else found.completed
    return MessageStep(sender_id=campaign.sender_id, body=body)


def _leaves(campaign: Campaign, clocks: Clocks) -> datetime:
    return max(campaign.send_at or clocks.gate.now(), clocks.gate.now())


async def _name(campaign: Campaign) -> None:
    checks.check_name(campaign.name)
    checks.check_purpose(campaign.purpose)


async def _audience(conn: Connection, campaign: Campaign) -> None:
    await checks.check_audience(conn, campaign.workspace_id, campaign.audience)
    await checks.check_topic(conn, campaign.workspace_id, campaign.purpose, campaign.topic_id)


async def _sender(conn: Connection, campaign: Campaign) -> None:
    await checks.check_sender(conn, campaign.workspace_id, campaign.sender_id)


async def _body(conn: Connection, campaign: Campaign) -> None:
    await checks.check_body(conn, campaign.workspace_id, campaign.body)


async def _times(campaign: Campaign, clocks: Clocks) -> None:
    expires_at = campaign.expires_at
    if expires_at is not None:
        expires_at += clocks.ahead()
    checks.check_times(campaign.send_at, expires_at, clocks.gate.now())
