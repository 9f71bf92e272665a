"""A topic, and what a person holds of it."""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from chappe.consent.model import ConsentState

TOPIC_ID: Final = "top"  # the prefix of ids outside
LANGUAGES: Final = ("en", "fr")
"""Those in which people read of a topic."""
MOST_TOPICS: Final = 50
LONGEST_NAME, LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_FREQUENCY = 60, 60, 300, 80


class TopicPurpose(StrEnum):
    """MARKETING needs a consent. TRANSACTIONAL is what a purchase brings with it: it goes to everybody it
    concerns but those who left the topic.
    """

    MARKETING = "marketing"
    TRANSACTIONAL = "transactional"


class TopicWords(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What people read of a topic in one language. `title` where it is not the topic's name; `frequency` is a
    promise: “at most twice a month”.
    """

    title: str = ""
    description: str = ""
    frequency: str = ""


NO_WORDS: Final = TopicWords()


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """`word` is what `consent.purpose` holds. `subscribers` is None where nobody counted them."""

    id: UUID
    name: str
    purpose: TopicPurpose
    words: dict[str, TopicWords]
    double_opt_in: bool
    is_default: bool
    word: str
    archived_at: datetime | None
    created_at: datetime
    subscribers: int | None = None

    def in_language(self, language: str) -> TopicWords:
        """The words in this language, else in the other, with a title in any case."""
        other = next((each for each in LANGUAGES if each != language), language)
        own, second = self.words.get(language, NO_WORDS), self.words.get(other, NO_WORDS)
        return TopicWords(
            title=own.title or self.name,
            description=own.description or second.description,
            frequency=own.frequency or second.frequency,
        )


class TopicEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What a topic is to be. The purpose of one that exists stays as it was."""

    name: str
    purpose: TopicPurpose = TopicPurpose.MARKETING
    words: dict[str, TopicWords] = {}
    double_opt_in: bool = False


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """What one person holds of one topic, with how it came. `since` is None where nothing was ever said."""

    topic: Topic
    state: ConsentState
    since: datetime | None = None
    basis: str | None = None
    source: str | None = None
    wording: str | None = None
