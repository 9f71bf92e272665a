"""The topics that single messages are about, as the gate asks for consent to them."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from chappe.consent.topics import service as topics
from chappe.db.pool import Connection
from chappe.gate.model import OFFERS, Subject
from chappe.kit.errors import Problem
from chappe.messages.model import Purpose


class WrongTopic(Problem):
    """Its purpose is not that of the message."""

    code = "wrong_topic"
    status = 422
    title = "The message cannot be about this topic"


class About(Protocol):
    @property
    def purpose(self) -> Purpose: ...

    @property
    def topic_id(self) -> UUID | None: ...


async def subjects_of(conn: Connection, workspace_id: int, asked: Sequence[About]) -> list[Subject]:
    """One for each, in order. Topics are read when one is named. Raises NotATopic, WrongTopic."""
    named = list(dict.fromkeys(each.topic_id for each in asked if each.topic_id is not None))
    if not named:
        return [OFFERS] * len(asked)
    known = {topic.id: topic for topic in await topics.require(conn, workspace_id, named, field="topic_id")}
    found = []
    for each in asked:
        if each.topic_id is None:
            found.append(OFFERS)
            continue
        topic = known[each.topic_id]
        if topic.purpose != each.purpose.label:
            raise WrongTopic(
                f"“{topic.name}” is a {topic.purpose} topic and the message is {each.purpose.label}.",
                field="topic_id",
            )
        found.append(Subject(topic.word, each.purpose is not Purpose.MARKETING))
    return found
