"""The statements on contacts and lists. Every function works in the caller's transaction."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
from asyncpg import Record, UniqueViolationError

from chappe.contacts.model import (
    Contact,
    ContactFilter,
    ContactList,
    ContactState,
    IncomingContact,
    Merged,
)
from chappe.db.columns import column, numbers
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.kit.phone import country_of

SQL = load_statements("chappe.contacts")
_encode = msgspec.json.Encoder(order="deterministic").encode


async def merge(conn: Connection, workspace_id: int, rows: Sequence[IncomingContact]) -> list[Merged]:
    """Add or complete contacts, numbers distinct; the answers are in the order of `rows`.

    Three plain statements, each joined to one array: a single one with several CTEs would leave the planner
    to guess the sizes of arrays, and a wrong guess is a nested loop over ten thousand by ten thousand.
    """
    found = await conn.fetchrow(SQL.known, workspace_id, numbers([row.phone for row in rows]))
    known = _by_number(found)
    answers = await _add(conn, workspace_id, [row for row in rows if row.phone not in known])
    changed = await _change(conn, workspace_id, [row for row in rows if row.phone in known], known)
    answers |= {phone: Merged(key, created=False, changed=key in changed) for phone, key in known.items()}
    return [answers[row.phone] for row in rows]


async def _add(conn: Connection, workspace_id: int, rows: Sequence[IncomingContact]) -> dict[int, Merged]:
    """What became of those that were not known, by number."""
    if not rows:
        return {}
    added = await _insert(
        conn,
        workspace_id,
        numbers([row.phone for row in rows]),
        column([row.zones for row in rows]),
        column([row.country or country_of(row.phone) for row in rows]),
        column([row.language for row in rows]),
        column([_attributes(row) for row in rows]),
    )
    found = zip(added["phones"] or (), added["ids"] or (), added["created"] or (), strict=True)
    answers = {phone: Merged(key, created=created, changed=True) for phone, key, created in found}
    if len(answers) < len(rows):
        # Someone else added them a moment ago, with nothing less than what is told here.
        late = await ids_by_phone(conn, workspace_id, [row.phone for row in rows if row.phone not in answers])
        answers |= {phone: Merged(key, created=False, changed=False) for phone, key in late.items()}
    return answers


async def _insert(conn: Connection, workspace_id: int, *columns: str) -> Record:
    try:
        async with conn.transaction():
            added = await conn.fetchrow(SQL.add_new, workspace_id, *columns)
    except UniqueViolationError:
        added = await conn.fetchrow(SQL.add, workspace_id, *columns)
    assert added is not None, "an aggregate has one row"
    return added


async def _change(
    conn: Connection, workspace_id: int, rows: Sequence[IncomingContact], known: Mapping[int, int]
) -> set[int]:
    """The keys of those that something new was said of."""
    if not rows:
        return set()
    changed = await conn.fetch(
        SQL.change,
        workspace_id,
        numbers([known[row.phone] for row in rows]),
        column([row.country for row in rows]),
        column([row.language for row in rows]),
        column([_attributes(row) for row in rows]),
    )
    return {row["id"] for row in changed}


def _attributes(row: IncomingContact) -> str:
    return _encode(row.attributes).decode()


def _by_number(found: Record | None) -> dict[int, int]:
    """Number → key, of a row of two arrays, which are null when there is nothing."""
    assert found is not None, "an aggregate has one row"
    return dict(zip(found["phones"] or (), found["ids"] or (), strict=True))


async def by_phone(conn: Connection, workspace_id: int, phones: Sequence[int]) -> list[Contact]:
    return [contact_of(row) for row in await conn.fetch(SQL.by_phone, workspace_id, phones)]


async def by_id(conn: Connection, workspace_id: int, contact_ids: Sequence[int]) -> list[Contact]:
    """Those of them that exist, in order of key."""
    return [contact_of(row) for row in await conn.fetch(SQL.by_id, workspace_id, contact_ids)]


async def ids_by_phone(conn: Connection, workspace_id: int, phones: Sequence[int]) -> dict[int, int]:
    """Number → key, of those that are contacts."""
    return {row["phone"]: row["id"] for row in await conn.fetch(SQL.ids_by_phone, workspace_id, phones)}


async def page(
    conn: Connection, workspace_id: int, which: ContactFilter, after: int | None, limit: int
) -> list[Contact]:
    beyond = after or 0
    if which.phone is not None or which.contact_id is not None:
        rows = await conn.fetch(SQL.named, workspace_id, which.phone, which.contact_id, beyond, which.list_id)
    elif which.list_id is not None:
        rows = await conn.fetch(SQL.page_of_list, workspace_id, beyond, limit, which.list_id)
    else:
        rows = await conn.fetch(SQL.page, workspace_id, beyond, limit)
    return [contact_of(row) for row in rows]


async def name_attributes(conn: Connection, workspace_id: int, labels: Mapping[str, str]) -> None:
    """`labels`: name → the words a person knows it by."""
    await conn.execute(SQL.name_attributes, workspace_id, list(labels), list(labels.values()))


async def attributes(conn: Connection, workspace_id: int) -> dict[str, str | None]:
    """Name → label."""
    return {row["name"]: row["label"] for row in await conn.fetch(SQL.attributes, workspace_id)}


async def add_list(conn: Connection, workspace_id: int, list_id: UUID, name: str) -> ContactList | None:
    """None when the name is taken."""
    row = await conn.fetchrow(SQL.add_list, workspace_id, list_id, name)
    return None if row is None else _list(row)


async def list_by_name(conn: Connection, workspace_id: int, name: str) -> ContactList | None:
    row = await conn.fetchrow(SQL.list_by_name, workspace_id, name)
    return None if row is None else _list(row)


async def lists_by_id(conn: Connection, workspace_id: int, list_ids: Sequence[UUID]) -> list[ContactList]:
    return [_list(row) for row in await conn.fetch(SQL.lists_by_id, workspace_id, list_ids)]


async def page_lists(
    conn: Connection, workspace_id: int, after: UUID | None, limit: int
) -> list[ContactList]:
    return [_list(row) for row in await conn.fetch(SQL.page_lists, workspace_id, after, limit)]


async def size_of_list(conn: Connection, workspace_id: int, list_id: UUID) -> int:
    return int(await conn.fetchval(SQL.size_of_list, workspace_id, list_id))


async def join_list(conn: Connection, workspace_id: int, list_id: UUID, contact_ids: Sequence[int]) -> int:
    """How many were not on it."""
    return _count(await conn.execute(SQL.join_list, workspace_id, list_id, contact_ids))


async def enlist(conn: Connection, workspace_id: int, list_id: UUID, contact_ids: Sequence[int]) -> None:
    await conn.execute(SQL.enlist, workspace_id, list_id, numbers(contact_ids))


async def leave_list(conn: Connection, workspace_id: int, list_id: UUID, contact_ids: Sequence[int]) -> int:
    """How many were on it."""
    return _count(await conn.execute(SQL.leave_list, workspace_id, list_id, contact_ids))


def _count(tag: str) -> int:
    """The number at the end of a command tag, `INSERT 0 42`."""
    return int(tag.rpartition(" ")[2])


def contact_of(row: Record) -> Contact:
    """Of a row that has every column of a contact."""
    return Contact(
        id=row["id"],
        phone=row["phone"],
        state=ContactState(row["state"]),
        country=row["country"],
        language=row["language"],
        zones=row["zones"],
        attributes=row["attributes"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _list(row: Record) -> ContactList:
    return ContactList(id=row["id"], name=row["name"], created_at=row["created_at"])
