"""What topics look like outside."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from chappe.api.bodies import Input
from chappe.consent.topics.model import (
    LONGEST_DESCRIPTION,
    LONGEST_FREQUENCY,
    LONGEST_NAME,
    LONGEST_TITLE,
    TOPIC_ID,
    Topic,
    TopicEntry,
    TopicPurpose,
    TopicWords,
)
from chappe.kit.ids import public_id

TopicName = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME, pattern=r"[^\x00-\x20\xa0]")]


class WordsInput(Input, frozen=True, kw_only=True):
    """What people read of the topic in one language. `frequency` is a promise: "at most twice a month"."""

    title: Annotated[str, Meta(max_length=LONGEST_TITLE)] = ""
    description: Annotated[str, Meta(max_length=LONGEST_DESCRIPTION)] = ""
    frequency: Annotated[str, Meta(max_length=LONGEST_FREQUENCY)] = ""


class WordsInputs(Input, frozen=True, kw_only=True):
    """By language."""

    en: WordsInput | None = None
    fr: WordsInput | None = None


class TopicInput(Input, frozen=True, kw_only=True):
    """A `transactional` topic goes to everybody whom it concerns, until they leave it. `double_opt_in`: who
    subscribes is asked by text to confirm.
    """

    name: TopicName
    purpose: TopicPurpose = TopicPurpose.MARKETING
    words: WordsInputs = WordsInputs()
    double_opt_in: bool = False


class TopicChange(Input, frozen=True, kw_only=True):
    """What is given is changed; `words` as a whole. The purpose of a topic stays."""

    name: TopicName | None = None
    words: WordsInputs | None = None
    double_opt_in: bool | None = None
    archived: bool | None = None


class WordsView(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    description: str
    frequency: str


class TopicView(msgspec.Struct, frozen=True, kw_only=True):
    """`default`: the topic that everybody begins with, to which imports give consent."""

    id: str
    name: str
    purpose: TopicPurpose
    words: dict[str, WordsView]
    double_opt_in: bool
    default: bool
    archived: bool
    created_at: datetime


class TopicsView(msgspec.Struct, frozen=True, kw_only=True):
    """All of them: a workspace has some dozens at most."""

    data: list[TopicView]


def entry_of(data: TopicInput) -> TopicEntry:
    return TopicEntry(
        name=data.name.strip(),
        purpose=data.purpose,
        words=_words(data.words),
        double_opt_in=data.double_opt_in,
    )


def changed_entry(known: Topic, data: TopicChange) -> TopicEntry:
    """The topic as it is to be."""
    return TopicEntry(
        name=known.name if data.name is None else data.name.strip(),
        purpose=known.purpose,
        words=known.words if data.words is None else _words(data.words),
        double_opt_in=known.double_opt_in if data.double_opt_in is None else data.double_opt_in,
    )


def _words(given: WordsInputs) -> dict[str, TopicWords]:
    return {
        language: TopicWords(
            title=each.title.strip(), description=each.description.strip(), frequency=each.frequency.strip()
        )
        for language, each in (("en", given.en), ("fr", given.fr))
        if each is not None
    }


def topic_view(topic: Topic) -> TopicView:
    return TopicView(
        id=public_id(TOPIC_ID, topic.id),
        name=topic.name,
        purpose=topic.purpose,
        words={
            language: WordsView(title=each.title, description=each.description, frequency=each.frequency)
            for language, each in topic.words.items()
        },
        double_opt_in=topic.double_opt_in,
        default=topic.is_default,
        archived=topic.archived_at is not None,
        created_at=topic.created_at,
    )
