"""Rows of the trail."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from chappe.accounts.audit.chain import Head, Link
from chappe.accounts.audit.model import ActorKind, Event, Payload
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.accounts.audit")


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """None leaves a filter out. `things` are first words of actions; `until` is exclusive."""

    actors: Sequence[str] | None = None
    things: Sequence[str] | None = None
    target: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class New(NamedTuple):
    """A row to come, in the order of its statement. The database says when."""

    id: UUID
    workspace_id: int
    actor_kind: str
    actor: str
    action: str
    target: str | None
    payload: str
    salt: bytes
    commitment: bytes


async def add(conn: Connection, row: New) -> None:
    await conn.execute(SQL.event_add, *row)


async def events(
    conn: Connection,
    workspace_id: int,
    filters: Filters,
    after: tuple[datetime, UUID] | None,
    limit: int,
    *,
    newest_first: bool,
) -> list[Event]:
    at, event_id = after or (None, None)
    rows = await conn.fetch(
        SQL.events_newest if newest_first else SQL.events_oldest,
        workspace_id,
        at,
        event_id,
        filters.actors,
        filters.things,
        filters.target,
        filters.since,
        filters.until,
        limit,
    )
    return [_event(row) for row in rows]


async def event(conn: Connection, workspace_id: int, event_id: UUID) -> Event | None:
    row = await conn.fetchrow(SQL.event_get, workspace_id, event_id)
    return None if row is None else _event(row)


async def actor_names(conn: Connection, workspace_id: int, ids: Sequence[UUID]) -> Mapping[str, str]:
    return {row["actor"]: row["name"] for row in await conn.fetch(SQL.actor_names, workspace_id, ids)}


async def actors(conn: Connection, workspace_id: int) -> list[tuple[str, str]]:
    return [(row["actor"], row["name"]) for row in await conn.fetch(SQL.actors, workspace_id)]


async def workspaces(conn: Connection) -> list[tuple[int, str]]:
    return [(row["id"], row["name"]) for row in await conn.fetch(SQL.workspaces)]


async def unsealed_workspaces(conn: Connection) -> list[int]:
    return [row["workspace_id"] for row in await conn.fetch(SQL.unsealed_workspaces)]


async def unsealed(conn: Connection, workspace_id: int, limit: int) -> list[Link]:
    return [Link(**row) for row in await conn.fetch(SQL.unsealed, workspace_id, limit)]


async def unsealed_count(conn: Connection, workspace_id: int) -> int:
    count: int = await conn.fetchval(SQL.unsealed_count, workspace_id)
    return count


async def sealed_after(conn: Connection, workspace_id: int, seq: int, limit: int) -> list[Link]:
    return [Link(**row) for row in await conn.fetch(SQL.sealed_after, workspace_id, seq, limit)]


async def head(conn: Connection, workspace_id: int) -> Head | None:
    return _head(await conn.fetchrow(SQL.head_get, workspace_id))


async def lock_head(conn: Connection, workspace_id: int, start: Head) -> Head:
    """The end of the chain, held until the transaction ends; `start` when there is no chain yet."""
    await conn.execute(SQL.head_make, workspace_id, start.hash, start.seal)
    found = _head(await conn.fetchrow(SQL.head_lock, workspace_id))
    assert found is not None
    return found


async def move_head(conn: Connection, workspace_id: int, end: Head) -> None:
    await conn.execute(SQL.head_move, workspace_id, end.seq, end.hash, end.seal)


async def seal(conn: Connection, workspace_id: int, rows: Sequence[tuple[UUID, int, bytes]]) -> None:
    """Ids with their places and hashes."""
    ids, places, hashes = zip(*rows, strict=True)
    await conn.execute(SQL.events_seal, workspace_id, ids, places, hashes)


async def about(
    conn: Connection, workspace_id: int, targets: Sequence[str], words: Sequence[str]
) -> list[UUID]:
    rows = await conn.fetch(SQL.events_about, workspace_id, targets, [f"%{word}%" for word in words])
    return [row["id"] for row in rows]


async def erase(conn: Connection, workspace_id: int, ids: Sequence[UUID]) -> None:
    await conn.execute(SQL.event_erase, workspace_id, ids)


def _event(row: asyncpg.Record) -> Event:
    payload = row["payload"]
    return Event(
        id=row["id"],
        at=row["at"],
        actor_kind=ActorKind(row["actor_kind"]),
        actor=row["actor"],
        action=row["action"],
        target=row["target"],
        payload=None if payload is None else msgspec.json.decode(payload, type=Payload),
        seq=row["seq"],
    )


def _head(row: asyncpg.Record | None) -> Head | None:
    return None if row is None else Head(row["seq"], row["hash"], row["seal"])
