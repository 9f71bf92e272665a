"""Shapes of campaigns in the API, and how they are made from the values of `model`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from chappe.api.bodies import Input, Name
from chappe.audience.model import SEGMENT_ID
from chappe.campaigns.model import (
    CAMPAIGN_ID,
    Audience,
    Campaign,
    CampaignState,
    Estimate,
    NewCampaign,
    NoAudience,
    Progress,
    UnknownCampaignSender,
)
from chappe.carriers.model import SENDER_ID
from chappe.consent.topics.errors import NotATopic
from chappe.consent.topics.model import TOPIC_ID
from chappe.contacts.model import LIST_ID
from chappe.content.model import LONGEST_BODY
from chappe.gate.rulings import Share
from chappe.kit.ids import parse_public_id, public_id
from chappe.messages.counts import parts_of
from chappe.messages.model import MessageState, Purpose

MOST_LISTS = 200

AudienceId = Annotated[str, Meta(min_length=1, max_length=60)]
Moment = Annotated[datetime, Meta(tz=True, description="With its offset.")]
Rate = Annotated[int, Meta(ge=1, le=100_000)]


class CampaignPurpose(StrEnum):
    MARKETING = "marketing"
    TRANSACTIONAL = "transactional"


class AudienceInput(Input, frozen=True, kw_only=True):
    """Members of any list (`lst_…`) or segment (`seg_…`) of `include` that are in none of `exclude`.
    Segments are read when the campaign starts.
    """

    include: Annotated[list[AudienceId], Meta(max_length=MOST_LISTS)]
    exclude: Annotated[list[AudienceId], Meta(max_length=MOST_LISTS)] = msgspec.field(default_factory=list)


class CampaignInput(Input, frozen=True, kw_only=True):
    """`body` is Liquid: `{{ first_name | default: "friend" }}`. `expires_at`: not after. Without
    `topic_id` a marketing campaign is about the default topic.
    """

    name: Name
    purpose: CampaignPurpose
    audience: AudienceInput
    sender_id: Annotated[str, Meta(min_length=1, max_length=60)]
    body: Annotated[str, Meta(min_length=1, max_length=LONGEST_BODY)]
    topic_id: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    send_at: Moment | None = None
    expires_at: Moment | None = None
    parts_per_second: Rate | None = None


class RateInput(Input, frozen=True, kw_only=True):
    """null: as fast as the links allow."""

    parts_per_second: Rate | None


class ScheduleInput(Input, frozen=True, kw_only=True):
    send_at: Moment


class AudienceView(msgspec.Struct, frozen=True, kw_only=True):
    include: list[str]
    exclude: list[str]


class CountsView(msgspec.Struct, frozen=True, kw_only=True):
    """Messages by state; their sum is `recipients` once the audience is taken. `accepted`: taken into the
    audience and not yet judged. `queued`: to be sent, or being sent.
    """

    accepted: int
    queued: int
    sent: int
    delivered: int
    undelivered: int
    failed: int
    expired: int
    rejected: int
    canceled: int
    skipped: int
    unknown: int


class CampaignView(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign and its run. `topic_id` null: the default topic; of a transactional one, none. `parts`:
    handed to carriers so far; `parts_planned`: of everything planned. `skipped`: why people were left out,
    and how many. `next_due_at`: when the first of the messages that wait for their allowed hours may leave;
    in the demo, by the demo's clock. null when none waits.
    """

    id: str
    name: str
    purpose: CampaignPurpose
    topic_id: str | None
    state: CampaignState
    audience: AudienceView
    sender_id: str | None
    body: str
    send_at: datetime | None
    expires_at: datetime | None
    parts_per_second: int | None
    recipients: int | None
    counts: CountsView
    skipped: dict[str, int]
    parts: int
    parts_planned: int
    next_due_at: datetime | None
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class EncodingView(msgspec.Struct, frozen=True, kw_only=True):
    messages: int
    parts: int


class CostView(msgspec.Struct, frozen=True, kw_only=True):
    currency: str
    amount: Annotated[str, Meta(description="A decimal number as text, so that no cent is lost.")]


class DecidedView(msgspec.Struct, frozen=True, kw_only=True):
    """`people` met this decision. `sent` is false for a reason to skip; `rule`, where a rule decided, with
    the `version` of that day and where it can be read.
    """

    code: str
    sent: bool
    rule: str | None
    version: str | None
    source: str | None
    people: int


class DecisionsView(msgspec.Struct, frozen=True, kw_only=True):
    """`recipients` is the audience, known when it is taken; decisions sum to `planned`, in the end to all of
    them.
    """

    recipients: int | None
    planned: int
    decisions: list[DecidedView]


class PlaceView(msgspec.Struct, frozen=True, kw_only=True):
    """Messages to a country (null: of none) by the carrier that takes them first."""

    country: str | None
    carrier_number: int | None
    messages: int
    parts: int
    cost: list[CostView]


class EstimateView(msgspec.Struct, frozen=True, kw_only=True):
    """What the campaign would do if it were sent now. `deferred` of the `sendable` wait for the allowed
    hours; `unpriced` of them go where the carrier has no price. `capped`: by the rule, those of the skipped
    who have had enough (`workspace.cap.week`, `topic.cap.day`, `person.cap.week`, a country's rule).
    `lengths`: messages by how many parts they take. `characters`: what contacts' own values bring that makes
    a text UCS-2, with how many of the first few thousand such texts. Every variant counts; who is held out is
    skipped as `held_out`.
    """

    recipients: int
    sendable: int
    deferred: int
    skipped: dict[str, int]
    parts: int
    encodings: dict[str, EncodingView]
    cost: list[CostView]
    unpriced: int
    capped: dict[str, int]
    lengths: dict[str, int]
    places: list[PlaceView]
    characters: dict[str, int]


def new_campaign(data: CampaignInput) -> NewCampaign:
    """The wish in the model's types. Raises NoAudience, UnknownCampaignSender for ids that are none."""
    sender_id = parse_public_id(SENDER_ID, data.sender_id)
    if sender_id is None:
        raise UnknownCampaignSender(
            "A sender's id looks like snd_… (32 hex digits). List senders with GET /v1/senders.",
            field="sender_id",
        )
    return NewCampaign(
        name=data.name.strip(),
        purpose=Purpose[data.purpose.name],
        audience=_audience_of(data.audience),
        sender_id=sender_id,
        body=data.body,
        send_at=data.send_at,
        expires_at=data.expires_at,
        parts_per_second=data.parts_per_second,
        topic_id=_topic(data.topic_id),
    )


def _topic(text: str | None) -> UUID | None:
    topic_id = None if text is None else parse_public_id(TOPIC_ID, text)
    if topic_id is None and text is not None:
        raise NotATopic(
            "A topic's id looks like top_… (32 hex digits). List topics with GET /v1/topics.",
            field="topic_id",
        )
    return topic_id


def _audience_of(told: AudienceInput) -> Audience:
    lists, segments = _keys(told.include, "audience.include")
    without_lists, without_segments = _keys(told.exclude, "audience.exclude")
    return Audience(lists, without_lists, segments, without_segments)


def _keys(texts: list[str], field: str) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    """Lists and segments, told apart by how their ids begin."""
    found: dict[str, dict[UUID, None]] = {LIST_ID: {}, SEGMENT_ID: {}}
    for position, text in enumerate(texts):
        prefix = SEGMENT_ID if text.startswith(f"{SEGMENT_ID}_") else LIST_ID
        key = parse_public_id(prefix, text)
        if key is None:
            raise NoAudience(
                "A list's id looks like lst_…, a segment's like seg_… (32 hex digits). See them with GET "
                "/v1/lists and GET /v1/segments.",
                field=f"{field}[{position}]",
            )
        found[prefix][key] = None
    return tuple(found[LIST_ID]), tuple(found[SEGMENT_ID])


def campaign_view(progress: Progress, next_due: Mapping[int, datetime]) -> CampaignView:
    """The campaign as the API shows it. `next_due`: by run, for those of which something waits."""
    campaign = progress.campaign
    counts, skipped = _counts(progress)
    parts = parts_of(progress.counts)
    return CampaignView(
        id=public_id(CAMPAIGN_ID, campaign.id),
        name=campaign.name,
        purpose=CampaignPurpose(campaign.purpose.label),
        topic_id=None if campaign.topic_id is None else public_id(TOPIC_ID, campaign.topic_id),
        state=campaign.state,
        audience=_audience(campaign),
        sender_id=None if campaign.sender_id is None else public_id(SENDER_ID, campaign.sender_id),
        body=campaign.body,
        send_at=campaign.send_at,
        expires_at=campaign.expires_at,
        parts_per_second=campaign.parts_per_second,
        recipients=campaign.total,
        counts=counts,
        skipped=skipped,
        parts=parts.handed,
        parts_planned=parts.planned,
        next_due_at=min((next_due[run] for run in campaign.runs if run in next_due), default=None),
        error=campaign.error,
        created_at=campaign.created_at,
        started_at=campaign.started_at,
        finished_at=campaign.finished_at,
    )


def decisions_view(campaign: Campaign, shares: Sequence[Share]) -> DecisionsView:
    return DecisionsView(
        recipients=campaign.total,
        planned=sum(share.n for share in shares),
        decisions=[
            DecidedView(
                code=share.ruling.code.reason,
                sent=not share.ruling.code.skips,
                rule=share.ruling.rule,
                version=share.ruling.version,
                source=share.ruling.source,
                people=share.n,
            )
            for share in shares
        ],
    )


def _counts(progress: Progress) -> tuple[CountsView, dict[str, int]]:
    by_state = dict.fromkeys(CountsView.__struct_fields__, 0)
    skipped: dict[str, int] = {}
    for count in progress.counts:
        if count.n:
            by_state[count.state.label] += count.n
            if count.state is MessageState.SKIPPED:
                skipped[count.reason] = count.n
    by_state["accepted"] = (progress.campaign.total or 0) - sum(by_state.values())
    return CountsView(**by_state), dict(sorted(skipped.items()))


def _audience(campaign: Campaign) -> AudienceView:
    return AudienceView(
        include=[
            *(public_id(LIST_ID, each) for each in campaign.audience.include),
            *(public_id(SEGMENT_ID, each) for each in campaign.audience.include_segments),
        ],
        exclude=[
            *(public_id(LIST_ID, each) for each in campaign.audience.exclude),
            *(public_id(SEGMENT_ID, each) for each in campaign.audience.exclude_segments),
        ],
    )


def estimate_view(estimate: Estimate) -> EstimateView:
    return EstimateView(
        recipients=estimate.recipients,
        sendable=estimate.sendable,
        deferred=estimate.deferred,
        skipped=estimate.skipped,
        parts=estimate.parts,
        encodings={
            name: EncodingView(messages=share.messages, parts=share.parts)
            for name, share in estimate.encodings.items()
        },
        cost=[CostView(currency=cost.currency, amount=f"{cost.amount:f}") for cost in estimate.cost],
        unpriced=estimate.unpriced,
        capped=estimate.capped,
        lengths={str(parts): n for parts, n in estimate.lengths.items()},
        places=[
            PlaceView(
                country=place.country or None,
                carrier_number=place.carrier_number,
                messages=place.messages,
                parts=place.parts,
                cost=[CostView(currency=cost.currency, amount=f"{cost.amount:f}") for cost in place.cost],
            )
            for place in estimate.places
        ],
        characters=estimate.characters,
    )
