"""The statements on exports. Every function works in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

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
