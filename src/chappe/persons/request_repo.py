"""The statements on requests of persons. Every function works in the caller's transaction."""

from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from chappe.db.pool import Connection
from chappe.persons.model import By
from chappe.persons.repo import SQL
from chappe.persons.request_model import (
    NewRequest,
    PersonRequest,
    RequestState,
    Step,
    StepTaken,
    request_of,
)


async def add(conn: Connection, workspace_id: int, key: UUID, new: NewRequest, due: date) -> PersonRequest:
    row = await conn.fetchrow(
        SQL.add_request, workspace_id, key, new.kind, new.contact_id, new.phone, new.channel, new.received_on,
        due, new.identity,
    )  # fmt: skip
    return request_of(row)


async def get(conn: Connection, workspace_id: int, key: UUID) -> PersonRequest | None:
    return _maybe(await conn.fetchrow(SQL.request, workspace_id, key))


async def page(
    conn: Connection,
    workspace_id: int,
    kinds: list[str] | None,
    states: list[str] | None,
    after: tuple[date, UUID] | None,
    newest: bool,
    limit: int,
) -> list[PersonRequest]:
    statement = SQL.requests_latest if newest else SQL.requests
    day, key = after or (None, None)
    rows = await conn.fetch(statement, workspace_id, kinds, states, day, key, limit)
    return [request_of(row) for row in rows]


async def latest(conn: Connection, workspace_id: int, below: UUID | None, limit: int) -> list[PersonRequest]:
    return [request_of(row) for row in await conn.fetch(SQL.requests_recorded, workspace_id, below, limit)]


async def open_count(conn: Connection, workspace_id: int, today: date) -> tuple[int, int]:
    row = await conn.fetchrow(SQL.open_requests, workspace_id, today)
    assert row is not None, "an aggregate has one row"
    return row["n"], row["overdue"]


async def identify(conn: Connection, one: PersonRequest, how: str) -> PersonRequest | None:
    return _maybe(await conn.fetchrow(SQL.identify_request, one.workspace_id, one.id, how))


async def prolong(conn: Connection, one: PersonRequest, due: date) -> PersonRequest | None:
    return _maybe(await conn.fetchrow(SQL.prolong_request, one.workspace_id, one.id, due))


async def attach(conn: Connection, one: PersonRequest, export_id: UUID) -> PersonRequest | None:
    return _maybe(await conn.fetchrow(SQL.attach_archive, one.workspace_id, one.id, export_id))


async def close(
    conn: Connection, one: PersonRequest, state: RequestState, at: datetime
) -> PersonRequest | None:
    return _maybe(await conn.fetchrow(SQL.close_request, one.workspace_id, one.id, state, at))


async def add_step(conn: Connection, one: PersonRequest, what: Step, note: str, by: By) -> None:
    await conn.execute(SQL.add_step, one.workspace_id, one.id, what, note, by.person_id, by.key_id, by.name)


async def steps(conn: Connection, workspace_id: int, key: UUID) -> list[StepTaken]:
    rows = await conn.fetch(SQL.steps, workspace_id, key)
    return [StepTaken(Step(row["what"]), row["note"], row["person"], row["at"]) for row in rows]


def _maybe(row: Record | None) -> PersonRequest | None:
    return None if row is None else request_of(row)
