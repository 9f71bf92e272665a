"""The statements on events. Every function works in the caller's transaction."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import msgspec
from asyncpg import Record

from chappe.contacts.names import called
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.events.model import Event, IncomingEvent, Seen, Wanted, worth

SQL = load_statements("chappe.events")
_encode = msgspec.json.encode
_LAST = (1 << 63) - 1
_FIRST, _END = datetime(1990, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


async def take_keys(conn: Connection, workspace_id: int, keys: Sequence[str]) -> set[str]:
    """Those that were not taken before."""
    return {row["key"] for row in await conn.fetch(SQL.take_keys, workspace_id, keys)}


async def add(
    conn: Connection, workspace_id: int, events: Sequence[IncomingEvent], contacts: Sequence[int]
) -> list[int]:
    """Their keys, in this order; `contacts` are the persons, one for each event."""
    rows = await conn.fetch(
        SQL.add,
        workspace_id,
        contacts,
        [event.name for event in events],
        [event.at for event in events],
        [worth(event.properties) for event in events],
        [_encode(event.properties).decode() for event in events],
    )
    return sorted(row["id"] for row in rows)


async def known_contacts(conn: Connection, workspace_id: int, keys: Sequence[int]) -> dict[int, int]:
    """Key → key of the contact that stands for it, which is itself unless it was merged."""
    rows = await conn.fetch(SQL.known_contacts, workspace_id, keys)
    return {row["id"]: row["stands"] for row in rows}


async def move(
    conn: Connection, workspace_id: int, from_id: int, to_id: int, ids: Sequence[int] | None
) -> list[int]:
    return [row["id"] for row in await conn.fetch(SQL.move, workspace_id, from_id, to_id, ids)]


async def ensure_month(conn: Connection, day: date) -> None:
    await conn.execute(SQL.ensure_month, day)


async def of_contact(
    conn: Connection, workspace_id: int, contact_id: int, before: int | None, limit: int
) -> list[Event]:
    beyond = before or _LAST
    return [_event(row) for row in await conn.fetch(SQL.of_contact, workspace_id, contact_id, beyond, limit)]


async def latest(conn: Connection, workspace_id: int, since: datetime, limit: int) -> list[Event]:
    return [_event(row) for row in await conn.fetch(SQL.latest, workspace_id, since, limit)]


async def shown(
    conn: Connection,
    workspace_id: int,
    wanted: Wanted,
    *,
    earliest_first: bool,
    after: tuple[datetime, int] | None,
    limit: int,
) -> list[Seen]:
    at, key = after or ((_FIRST, -1) if earliest_first else (_END, _LAST))
    values = (workspace_id, wanted.names, wanted.since or _FIRST, at, key, limit)
    if wanted.contact_id is not None:
        statement = SQL.shown_earliest_of if earliest_first else SQL.shown_latest_of
        rows = await conn.fetch(statement, *values, wanted.contact_id)
    else:
        rows = await conn.fetch(SQL.shown_earliest if earliest_first else SQL.shown_latest, *values)
    return [_seen(row) for row in rows]


async def done_before(
    conn: Connection, workspace_id: int, contact_id: int, before: tuple[datetime, int] | None, limit: int
) -> list[Event]:
    at, key = before or (_END, _LAST)
    return [
        _event(row) for row in await conn.fetch(SQL.done_before, workspace_id, contact_id, at, key, limit)
    ]


async def names(conn: Connection, workspace_id: int, limit: int) -> list[str]:
    return [row["name"] for row in await conn.fetch(SQL.names_told, workspace_id, limit)]


async def drop_month_before(conn: Connection, day: date) -> bool:
    """Whether one was dropped."""
    name = await conn.fetchval(SQL.old_months, day)
    if name is None:
        return False
    await conn.execute(await conn.fetchval(SQL.drop_month, name))
    return True


async def forget_keys(conn: Connection, before: datetime) -> None:
    await conn.execute(SQL.forget_keys, before)


def _event(row: Record) -> Event:
    return Event(
        id=row["id"],
        contact_id=row["contact_id"],
        name=row["name"],
        at=row["at"],
        properties=row["properties"],
    )


def _seen(row: Record) -> Seen:
    known = called(row["attributes"])
    return Seen(event=_event(row), phone=row["phone"], name=known.whole if known else "")


async def forget_before(conn: Connection, workspace_id: int, before: datetime, most: int) -> int:
    done = await conn.execute(SQL.erase_events, workspace_id, before, most)
    return int(done.rpartition(" ")[2])
