"""What one person's topics look like outside."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from chappe.api.bodies import Input
from chappe.consent.model import ConsentState
from chappe.consent.preference_links import LASTS
from chappe.consent.topics.frequency import MOST
from chappe.consent.topics.model import TOPIC_ID, Holding, TopicPurpose
from chappe.kit.ids import public_id
from chappe.signup.forms.shapes import Language, Proof

_TopicId = Annotated[str, Meta(min_length=1, max_length=60)]


class Wanted(StrEnum):
    """What a topic is brought to."""

    GRANTED = "granted"
    WITHDRAWN = "withdrawn"


class TopicWanted(Input, frozen=True, kw_only=True):
    topic_id: _TopicId
    state: Wanted


class TopicsInput(Input, frozen=True, kw_only=True):
    """The topics that are named are brought to their state; the others stay. To grant one takes `basis` (on
    what ground: express, written…), `wording` (the very words that the person agreed to) and `evidence`. To
    withdraw takes nothing; evidence is kept where it is given.
    """

    topics: Annotated[list[TopicWanted], Meta(min_length=1, max_length=50)]
    basis: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    wording: Annotated[str, Meta(min_length=1, max_length=4_000)] | None = None
    evidence: Proof | None = None
    language: Language | None = None


class HeldTopic(msgspec.Struct, frozen=True, kw_only=True):
    """`since`, `basis`, `source` and `wording` say when and how the state came; null where nothing was ever
    said. `pending`: they were asked by text to confirm. A `transactional` topic comes to a person until it is
    `withdrawn`.
    """

    topic_id: str
    name: str
    purpose: TopicPurpose
    state: ConsentState
    since: datetime | None
    basis: str | None
    source: str | None
    wording: str | None
    archived: bool


class HeldTopics(msgspec.Struct, frozen=True, kw_only=True):
    """`stopped`: their number is suppressed, so no marketing reaches them whatever they hold, and nothing is
    granted before their START. `per_week`: how many marketing messages they want in any 7 days, at most; null
    for no limit of their own.
    """

    data: list[HeldTopic]
    stopped: bool
    per_week: int | None


class FrequencyInput(Input, frozen=True, kw_only=True):
    """Marketing messages in any 7 days, over all topics; null: as many as there are."""

    per_week: Annotated[int, Meta(ge=1, le=MOST)] | None


class LinkInput(Input, frozen=True, kw_only=True):
    """For how many days, today's left out."""

    days: Annotated[int, Meta(ge=1, le=LASTS.days)] = LASTS.days


class LinkView(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever holds the `url` may choose for this person: give it to nobody else. `last_day`: the last one,
    in UTC, on which it opens.
    """

    url: str
    last_day: date


def held_topic(held: Holding) -> HeldTopic:
    return HeldTopic(
        topic_id=public_id(TOPIC_ID, held.topic.id),
        name=held.topic.name,
        purpose=held.topic.purpose,
        state=held.state,
        since=held.since,
        basis=held.basis,
        source=held.source,
        wording=held.wording,
        archived=held.topic.archived_at is not None,
    )
