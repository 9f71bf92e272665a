"""Use cases on topics. Nothing here commits."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from chappe.consent.topics import repo
from chappe.consent.topics.errors import (
    DefaultTopicStays,
    NotATopic,
    TooManyTopics,
    TopicNameTaken,
    UnknownTopic,
)
from chappe.consent.topics.model import MOST_TOPICS, TOPIC_ID, Topic, TopicEntry, TopicPurpose
from chappe.db.pool import Connection
from chappe.kit.ids import public_id, uuid7

_NONE: Final = "There is no such topic. See the topics with GET /v1/topics."


async def topics(conn: Connection, workspace_id: int, *, archived: bool = False) -> list[Topic]:
    """Those that people can subscribe to, the default one first; with `archived` the others after them."""
    return await repo.topics(conn, workspace_id, archived=archived)


async def counted(conn: Connection, workspace_id: int) -> list[Topic]:
    """All topics with how many hold each; the default one is not counted: it may be a million."""
    held = await repo.subscribers(conn, workspace_id)
    return [
        each if each.is_default else msgspec.structs.replace(each, subscribers=held.get(each.word, 0))
        for each in await repo.topics(conn, workspace_id, archived=True)
    ]


async def default_topic(conn: Connection, workspace_id: int) -> Topic:
    """The one that everybody begins with, whose consent imports give."""
    return await repo.default(conn, workspace_id)


async def topic(conn: Connection, workspace_id: int, topic_id: UUID | None) -> Topic:
    """Raises UnknownTopic, also for None (an id that is not one of ours)."""
    found = None if topic_id is None else await repo.topic(conn, workspace_id, topic_id)
    if found is None:
        raise UnknownTopic(_NONE)
    return found


async def require(
    conn: Connection,
    workspace_id: int,
    topic_ids: Sequence[UUID | None],
    *,
    field: str | None = None,
    archived: bool = False,
) -> list[Topic]:
    """These topics in this order, each once; the default one of an empty list. Raises NotATopic for one that
    does not exist, or is archived: with `archived` it may be, for who leaves it.
    """
    if not topic_ids:
        return [await repo.default(conn, workspace_id)]
    known = {each.id: each for each in await repo.topics(conn, workspace_id, archived=archived)}
    for topic_id in topic_ids:
        if topic_id not in known:
            named = "This" if topic_id is None else public_id(TOPIC_ID, topic_id)
            raise NotATopic(f"{named} is no topic that people can subscribe to. {_NONE}", field=field)
    return [known[topic_id] for topic_id in dict.fromkeys(topic_ids) if topic_id is not None]


async def create(conn: Connection, workspace_id: int, entry: TopicEntry) -> Topic:
    """Raises TopicNameTaken, TooManyTopics."""
    if len(await repo.topics(conn, workspace_id, archived=False)) >= MOST_TOPICS:
        raise TooManyTopics(f"There are {MOST_TOPICS} topics, more than people read. Archive one first.")
    made = await repo.add(conn, workspace_id, uuid7(), entry)
    if made is None:
        raise _taken(entry.name)
    return made


async def change(conn: Connection, workspace_id: int, topic_id: UUID | None, entry: TopicEntry) -> Topic:
    """The topic as it is now. Raises UnknownTopic, TopicNameTaken."""
    known = await topic(conn, workspace_id, topic_id)
    changed = await repo.change(conn, workspace_id, known.id, entry)
    if changed is None:
        raise _taken(entry.name)
    return changed


async def archive(conn: Connection, workspace_id: int, topic_id: UUID | None) -> Topic:
    """Nobody is asked for it any more and no campaign chooses it. Raises UnknownTopic, DefaultTopicStays."""
    known = await topic(conn, workspace_id, topic_id)
    if known.is_default:
        raise DefaultTopicStays("Imports and old consents belong to it. Give it another name instead.")
    await repo.archive(conn, workspace_id, known.id)
    return known


async def restore(conn: Connection, workspace_id: int, topic_id: UUID | None) -> Topic:
    """Offer an archived topic again. Raises UnknownTopic, TopicNameTaken."""
    known = await topic(conn, workspace_id, topic_id)
    if known.archived_at is not None and not await repo.restore(conn, workspace_id, known.id):
        raise _taken(known.name)
    return known


def marketing_words(chosen: Sequence[Topic]) -> list[str]:
    """The words of those that need a consent."""
    return [each.word for each in chosen if each.purpose is TopicPurpose.MARKETING]


def _taken(name: str) -> TopicNameTaken:
    return TopicNameTaken(f"A topic is called “{name}” already. Choose another name.", field="name")
