"""What can go wrong with topics."""

from typing import ClassVar

from chappe.kit.errors import Problem


class UnknownTopic(Problem):
    code: ClassVar[str] = "unknown_topic"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such topic"


class NotATopic(Problem):
    """Named in a body, where the address itself is right."""

    code: ClassVar[str] = "not_a_topic"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "No such topic"


class TopicNameTaken(Problem):
    code: ClassVar[str] = "topic_name_taken"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "A topic has this name already"


class TooManyTopics(Problem):
    code: ClassVar[str] = "too_many_topics"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "Too many topics"


class DefaultTopicStays(Problem):
    code: ClassVar[str] = "default_topic_stays"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The first topic cannot be archived"
