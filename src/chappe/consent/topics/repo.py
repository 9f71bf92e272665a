"""The statements on topics. Every function works in the caller's transaction."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record

from chappe.consent.topics.model import Topic, TopicEntry, TopicPurpose, TopicWords
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.consent.topics")


async def topics(conn: Connection, workspace_id: int, *, archived: bool) -> list[Topic]:
    return [_topic(row) for row in await conn.fetch(SQL.topics, workspace_id, archived)]


async def topic(conn: Connection, workspace_id: int, topic_id: UUID) -> Topic | None:
    row = await conn.fetchrow(SQL.topic, workspace_id, topic_id)
    return None if row is None else _topic(row)


async def default(conn: Connection, workspace_id: int) -> Topic:
    row = await conn.fetchrow(SQL.default_topic, workspace_id)
    assert row is not None, f"workspace {workspace_id} has no default topic"
    return _topic(row)


async def add(conn: Connection, workspace_id: int, topic_id: UUID, entry: TopicEntry) -> Topic | None:
    """None when the name is taken."""
    row = await conn.fetchrow(
        SQL.add_topic, workspace_id, topic_id, entry.name, entry.purpose.value, _plain(entry.words),
        entry.double_opt_in,
    )  # fmt: skip
    return None if row is None else _topic(row)


async def change(conn: Connection, workspace_id: int, topic_id: UUID, entry: TopicEntry) -> Topic | None:
    """None when there is none, or the name is another's."""
    row = await conn.fetchrow(
        SQL.change_topic, workspace_id, topic_id, entry.name, _plain(entry.words), entry.double_opt_in
    )
    return None if row is None else _topic(row)


async def archive(conn: Connection, workspace_id: int, topic_id: UUID) -> bool:
    return await conn.fetchval(SQL.archive_topic, workspace_id, topic_id) is not None


async def restore(conn: Connection, workspace_id: int, topic_id: UUID) -> bool:
    return await conn.fetchval(SQL.restore_topic, workspace_id, topic_id) is not None


async def subscribers(conn: Connection, workspace_id: int) -> dict[str, int]:
    """By the topic's word, offers left out."""
    return {row["purpose"]: row["n"] for row in await conn.fetch(SQL.subscribers, workspace_id)}


async def holdings(conn: Connection, workspace_id: int, contact_id: int) -> Sequence[Record]:
    return await conn.fetch(SQL.holdings, workspace_id, contact_id)


def _plain(words: Mapping[str, TopicWords]) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(words)
    return plain


def _topic(row: Record) -> Topic:
    words = msgspec.convert(row["words"], dict[str, TopicWords])
    return Topic(**{**row, "purpose": TopicPurpose(row["purpose"]), "words": words})
