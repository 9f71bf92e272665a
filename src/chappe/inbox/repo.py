"""The statements on conversations and canned replies, on the caller's connection."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.inbox.model import CannedReply, Conversation, ConversationState, Place

SQL = load_statements("chappe.inbox")


async def hear(
    conn: Connection,
    workspace_id: int,
    phones: Sequence[int],
    senders: Sequence[UUID | None],
    texts: Sequence[str],
    opening: Sequence[int],
    at: datetime,
) -> None:
    """Columns of one length, a number once; `opening`: how many of its texts are for a person."""
    await conn.execute(SQL.hear, workspace_id, phones, senders, texts, opening, at)


async def tell(conn: Connection, workspace_id: int) -> None:
    await conn.execute(SQL.tell, str(workspace_id))


async def one(conn: Connection, workspace_id: int, phone: int) -> Conversation | None:
    row = await conn.fetchrow(SQL.one, workspace_id, phone)
    return None if row is None else _conversation(row)


async def page_in_state(
    conn: Connection, workspace_id: int, state: ConversationState, behind: Place, limit: int
) -> list[Conversation]:
    return _many(await conn.fetch(SQL.page_in_state, workspace_id, state.value, *behind, limit))


async def page_unassigned(
    conn: Connection, workspace_id: int, behind: Place, limit: int
) -> list[Conversation]:
    return _many(await conn.fetch(SQL.page_unassigned, workspace_id, *behind, limit))


async def page_assigned(
    conn: Connection, workspace_id: int, user_id: UUID, behind: Place, limit: int
) -> list[Conversation]:
    return _many(await conn.fetch(SQL.page_assigned, workspace_id, user_id, *behind, limit))


async def unread(conn: Connection, workspace_id: int, user_id: UUID, most: int) -> int:
    count: int = await conn.fetchval(SQL.unread, workspace_id, user_id, most)
    return count


async def seen(conn: Connection, workspace_id: int, phone: int) -> bool:
    return await conn.fetchval(SQL.seen, workspace_id, phone) is not None


async def set_state(conn: Connection, workspace_id: int, phone: int, state: ConversationState) -> bool:
    return await conn.fetchval(SQL.set_state, workspace_id, phone, state.value) is not None


async def close_quiet(conn: Connection, workspace_id: int, before: datetime) -> int:
    """How many were open."""
    tag = await conn.execute(SQL.close_quiet, workspace_id, before)
    return int(tag.rpartition(" ")[2])


async def forget(conn: Connection, workspace_id: int, phones: Sequence[int]) -> bool:
    """Whether there was a conversation with one of these numbers."""
    return not (await conn.execute(SQL.forget_numbers, workspace_id, phones)).endswith(" 0")


async def forget_answers(conn: Connection, workspace_id: int, before: datetime) -> None:
    await conn.execute(SQL.forget_answers, workspace_id, before)


async def assign(conn: Connection, workspace_id: int, phone: int, user_id: UUID | None) -> bool:
    return await conn.fetchval(SQL.assign, workspace_id, phone, user_id) is not None


async def answered(
    conn: Connection,
    workspace_id: int,
    phone: int,
    *,
    sender_id: UUID,
    by: UUID,
    at: datetime,
    text: str,
) -> None:
    await conn.execute(SQL.answered, workspace_id, phone, sender_id, by, at, text)


async def keep_author(
    conn: Connection, workspace_id: int, once: UUID, message_id: int, phone: int, user_id: UUID
) -> bool:
    """False when this form was sent before."""
    row = await conn.fetchval(SQL.keep_author, workspace_id, once, message_id, phone, user_id)
    return row is not None


async def sent_before(conn: Connection, workspace_id: int, once: UUID) -> bool:
    found: bool = await conn.fetchval(SQL.sent_before, workspace_id, once)
    return found


async def authors(
    conn: Connection, workspace_id: int, phone: int, message_ids: Sequence[int]
) -> dict[int, UUID]:
    """Message → person, for those that a person wrote."""
    rows = await conn.fetch(SQL.authors, workspace_id, phone, message_ids)
    return {row["message_id"]: row["user_id"] for row in rows}


async def replies(conn: Connection, workspace_id: int, most: int) -> list[CannedReply]:
    return [_reply(row) for row in await conn.fetch(SQL.replies, workspace_id, most)]


async def reply(conn: Connection, workspace_id: int, reply_id: UUID) -> CannedReply | None:
    row = await conn.fetchrow(SQL.reply, workspace_id, reply_id)
    return None if row is None else _reply(row)


async def add_reply(
    conn: Connection, workspace_id: int, reply_id: UUID, name: str, body: str
) -> CannedReply | None:
    """None when the name is taken."""
    row = await conn.fetchrow(SQL.add_reply, workspace_id, reply_id, name, body)
    return None if row is None else _reply(row)


async def change_reply(
    conn: Connection, workspace_id: int, reply_id: UUID, name: str, body: str
) -> CannedReply | None:
    """None when there is no such reply, or another has the name."""
    row = await conn.fetchrow(SQL.change_reply, workspace_id, reply_id, name, body)
    return None if row is None else _reply(row)


async def drop_reply(conn: Connection, workspace_id: int, reply_id: UUID) -> bool:
    return await conn.fetchval(SQL.drop_reply, workspace_id, reply_id) is not None


def _many(rows: Sequence[Record]) -> list[Conversation]:
    return [_conversation(row) for row in rows]


def _conversation(row: Record) -> Conversation:
    return Conversation(**{**row, "state": ConversationState(row["state"])})


def _reply(row: Record) -> CannedReply:
    return CannedReply(**row)
