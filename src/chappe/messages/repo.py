"""Statements on the ledger: insertion in sets, and reading by pages of ids."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain
from uuid import UUID

from asyncpg import Record

from chappe.db.binary_copy import copy_packed
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.messages.model import (
    CHUNK_COLUMNS,
    MESSAGE_COLUMNS,
    STATE_COLUMNS,
    InboundView,
    MessageState,
    MessageView,
    NewBlock,
    NewChunk,
    NewMessage,
    NewState,
    Purpose,
)
from chappe.messages.packing import MESSAGE_COLUMNS as PACKED_MESSAGE_COLUMNS
from chappe.messages.packing import STATE_COLUMNS as PACKED_STATE_COLUMNS
from chappe.messages.packing import message_rows, state_rows

SQL = load_statements("chappe.messages")


async def make_today(conn: Connection) -> None:
    """The partitions of today, when they are missing. In the engine's role."""
    await conn.execute(SQL.make_today)


async def allocate_ids(conn: Connection, n: int) -> int:
    """First of n contiguous ids of today; other takers wait until this transaction ends."""
    first: int = await conn.fetchval(SQL.allocate_message_ids, n)
    return first


async def insert(
    conn: Connection, messages: Sequence[NewMessage], states: Sequence[NewState], chunks: Sequence[NewChunk]
) -> None:
    """One statement however many rows, which wakes the senders too; for either role."""
    await conn.execute(
        SQL.insert_accepted,
        *_columns(messages, MESSAGE_COLUMNS),
        *_columns(states, STATE_COLUMNS),
        *_columns(chunks, CHUNK_COLUMNS),
    )


async def copy(
    conn: Connection, messages: Sequence[NewMessage], states: Sequence[NewState], chunks: Sequence[NewChunk]
) -> None:
    """As `insert`, by COPY, for the engine's role: half the cost on a thousand rows."""
    await conn.copy_records_to_table("message", records=messages, columns=MESSAGE_COLUMNS)
    if states:
        await conn.copy_records_to_table("message_state", records=states, columns=STATE_COLUMNS)
    if chunks:
        await conn.copy_records_to_table("chunk", records=chunks, columns=CHUNK_COLUMNS)


async def copy_blocks(
    conn: Connection, blocks: Sequence[NewBlock], chunks: Sequence[NewChunk], now: datetime
) -> None:
    """Messages, the states of those that are skipped, and chunks; by COPY, for the engine's role."""
    rows = chain.from_iterable(map(message_rows, blocks))
    await copy_packed(conn, "message", PACKED_MESSAGE_COLUMNS, rows)
    if any(block.reason is not None for block in blocks):
        await copy_packed(conn, "message_state", PACKED_STATE_COLUMNS, state_rows(blocks, now))
    if chunks:
        await conn.copy_records_to_table("chunk", records=chunks, columns=CHUNK_COLUMNS)


def _columns(
    rows: Sequence[NewMessage] | Sequence[NewState] | Sequence[NewChunk], names: Sequence[str]
) -> list[tuple[object, ...]]:
    return list(zip(*rows, strict=True)) if rows else [()] * len(names)


async def notify(conn: Connection, lane: str) -> None:
    """Wake the senders at commit."""
    await conn.execute(SQL.notify_chunks, lane)


async def one(conn: Connection, workspace_id: int, message_id: int, gate_now: datetime) -> MessageView | None:
    row = await conn.fetchrow(SQL.message_by_id, workspace_id, message_id, gate_now)
    return None if row is None else _view(tuple(row))


async def dispatch(conn: Connection, workspace_id: int, message_id: int) -> Record | None:
    return await conn.fetchrow(SQL.dispatch_of, workspace_id, message_id)


async def many(
    conn: Connection, workspace_id: int, ids: Sequence[int], gate_now: datetime
) -> list[MessageView]:
    """Messages of these ids, newest first."""
    rows = await conn.fetch(SQL.messages_by_id, workspace_id, ids, gate_now)
    return [_view(tuple(row)) for row in rows]


async def next_due(
    conn: Connection, workspace_id: int, run_ids: Sequence[int], gate_now: datetime
) -> dict[int, datetime]:
    rows = await conn.fetch(SQL.next_due, workspace_id, run_ids, gate_now)
    return {row["run_id"]: row["due_at"] for row in rows}


def _view(row: tuple[object, ...]) -> MessageView:
    view = MessageView._make(row)
    return view._replace(purpose=Purpose(view.purpose), state=MessageState(view.state))


async def ids_in_range(conn: Connection, workspace_id: int, lo: int, hi: int, limit: int) -> list[int]:
    return _ids(await conn.fetch(SQL.ids_in_range, workspace_id, lo, hi, limit))


async def ids_of_phone(
    conn: Connection, workspace_id: int, phone: int, lo: int, hi: int, limit: int
) -> list[int]:
    return _ids(await conn.fetch(SQL.ids_of_phone, workspace_id, phone, lo, hi, limit))


async def ids_in_state(
    conn: Connection, workspace_id: int, lo: int, hi: int, state: MessageState, phone: int | None, limit: int
) -> list[int]:
    return _ids(await conn.fetch(SQL.ids_in_state, workspace_id, lo, hi, state, phone, limit))


async def ids_without_state(
    conn: Connection,
    workspace_id: int,
    lo: int,
    hi: int,
    state: MessageState,
    phone: int | None,
    limit: int,
    gate_now: datetime,
) -> list[int]:
    rows = await conn.fetch(SQL.ids_without_state, workspace_id, lo, hi, state, phone, limit, gate_now)
    return _ids(rows)


async def exceptional_ids(
    conn: Connection, workspace_id: int, state: MessageState, hi: int, limit: int
) -> list[int]:
    return _ids(await conn.fetch(SQL.exceptional_ids, workspace_id, state, hi, limit))


def _ids(rows: Sequence[Record]) -> list[int]:
    return [row[0] for row in rows]


async def ids_of_campaign(
    conn: Connection, workspace_id: int, campaign_id: UUID
) -> list[tuple[int, int]] | None:
    """Spans of ids lo ≤ id < hi of a campaign, none before its audience is taken; None when there is none
    such.
    """
    rows = await conn.fetch(SQL.ids_of_campaign, workspace_id, campaign_id)
    return [(row["lo"], row["hi"]) for row in rows if row["lo"] is not None] if rows else None


async def inbound_of_phone(
    conn: Connection, workspace_id: int, phone: int, below: int, limit: int
) -> list[InboundView]:
    rows = await conn.fetch(SQL.inbound_of_phone, workspace_id, phone, below, limit)
    return [InboundView(*row) for row in rows]


async def ids_in_states(
    conn: Connection,
    workspace_id: int,
    lo: int,
    hi: int,
    states: Sequence[MessageState],
    limit: int,
    *,
    reason: str | None,
    upwards: bool,
) -> list[int]:
    statement = SQL.ids_in_states_upwards if upwards else SQL.ids_in_states
    return _ids(await conn.fetch(statement, workspace_id, lo, hi, states, limit, reason))


async def note_topics(conn: Connection, workspace_id: int, words: Mapping[int, str]) -> None:
    await conn.execute(SQL.note_topics, workspace_id, list(words), list(words.values()))


async def topic_word(conn: Connection, workspace_id: int, message_id: int) -> str | None:
    word: str | None = await conn.fetchval(SQL.topic_word, workspace_id, message_id)
    return word
