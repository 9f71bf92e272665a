"""The statements on exports. Every function works in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.persons.model import By, Export, NewExport, export_of

SQL = load_statements("chappe.persons")


async def add_export(conn: Connection, workspace_id: int, key: UUID, new: NewExport, by: By) -> Export:
    which = msgspec.to_builtins(new.which)
    row = await conn.fetchrow(
        SQL.add_export, workspace_id, key, new.kind, new.format, which, by.person_id, by.key_id, by.name
    )
    return export_of(row)


async def export(conn: Connection, workspace_id: int, key: UUID) -> Export | None:
    row = await conn.fetchrow(SQL.export, workspace_id, key)
    return None if row is None else export_of(row)


async def exports(conn: Connection, workspace_id: int, below: UUID | None, limit: int) -> list[Export]:
    return [export_of(row) for row in await conn.fetch(SQL.exports, workspace_id, below, limit)]


async def exports_upwards(
    conn: Connection, workspace_id: int, above: UUID | None, limit: int
) -> list[Export]:
    return [export_of(row) for row in await conn.fetch(SQL.exports_upwards, workspace_id, above, limit)]


async def next_export(conn: Connection) -> Export | None:
    row = await conn.fetchrow(SQL.next_export)
    return None if row is None else export_of(row)


async def advance(conn: Connection, now: Export) -> Export:
    """As `now` says, of the same export."""
    row = await conn.fetchrow(
        SQL.advance_export,
        now.workspace_id, now.id, now.state, now.position, now.bytes, now.done, now.total, now.finished_at,
        now.expires_at,
    )  # fmt: skip
    return export_of(row)


async def fail(conn: Connection, one: Export, error: str, at: datetime) -> None:
    await conn.execute(SQL.fail_export, one.workspace_id, one.id, error, at)


async def expire(conn: Connection, now: datetime) -> None:
    await conn.execute(SQL.expire_exports, now)


async def live(conn: Connection, keys: Sequence[UUID]) -> set[UUID]:
    return {row["id"] for row in await conn.fetch(SQL.live_exports, list(keys))}


async def add_erasure(
    conn: Connection,
    key: UUID,
    workspace_id: int,
    contact_ids: Sequence[int],
    phones: Sequence[int],
    keep_hash: bool,
    at: datetime,
) -> None:
    await conn.execute(SQL.add_erasure, key, workspace_id, contact_ids, phones, keep_hash, at)


async def stop_sending(conn: Connection, workspace_id: int, phones: Sequence[int]) -> None:
    await conn.execute(SQL.stop_sending, workspace_id, phones)


async def erasures(conn: Connection) -> list[Record]:
    return await conn.fetch(SQL.erasures)


async def end_erasure(conn: Connection, workspace_id: int, key: UUID, at: datetime) -> None:
    await conn.execute(SQL.end_erasure, workspace_id, key, at)


async def expire_of(conn: Connection, workspace_id: int) -> None:
    await conn.execute(SQL.expire_of, workspace_id)


async def forget_requests(
    conn: Connection, workspace_id: int, contact_ids: Sequence[int], phones: Sequence[int]
) -> None:
    await conn.execute(SQL.forget_requests, workspace_id, contact_ids, phones)


async def numbers_here(conn: Connection, workspace_id: int) -> list[int]:
    return [row["phone"] for row in await conn.fetch(SQL.numbers_here, workspace_id)]


async def contacts_here(conn: Connection, workspace_id: int, keys: Sequence[int]) -> list[int]:
    return [row["id"] for row in await conn.fetch(SQL.contacts_here, workspace_id, keys)]


async def workspace(conn: Connection, workspace_id: int) -> tuple[str, str]:
    """Its name and zone."""
    row = await conn.fetchrow(SQL.workspace, workspace_id)
    assert row is not None, "a workspace is never deleted"
    return row["name"], row["zone"]
