"""The statements on contacts and lists. Every function works in the caller's transaction."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
from asyncpg import Record

from chappe.contacts.model import (
    Contact,
    ContactFilter,
    ContactList,
    ContactState,
    IncomingContact,
    Merged,
)
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
    told = [_encode(row.attributes).decode() for row in rows]
    known = {
        found["phone"]: found
        for found in await conn.fetch(
            SQL.known,
            workspace_id,
            [row.phone for row in rows],
            [row.country for row in rows],
            [row.language for row in rows],
            told,
        )
    }
    answers = await _add(conn, workspace_id, rows, told, known)
    await _change(conn, workspace_id, rows, told, known)
    answers |= {
        phone: Merged(found["id"], created=False, changed=not found["same"]) for phone, found in known.items()
    }
    return [answers[row.phone] for row in rows]


async def _add(
    conn: Connection,
    workspace_id: int,
    rows: Sequence[IncomingContact],
    told: Sequence[str],
    known: Mapping[int, Record],
) -> dict[int, Merged]:
    """What became of those that were not known, by number."""
    fresh = [(row, text) for row, text in zip(rows, told, strict=True) if row.phone not in known]
    if not fresh:
        return {}
    added = await conn.fetch(
        SQL.add,
        workspace_id,
        [row.phone for row, _ in fresh],
        [row.zones for row, _ in fresh],
        [row.country or country_of(row.phone) for row, _ in fresh],
        [row.language for row, _ in fresh],
        [text for _, text in fresh],
    )
    answers = {row["phone"]: Merged(row["id"], created=row["created"], changed=True) for row in added}
    if len(answers) < len(fresh):
        # Someone else added them a moment ago, with nothing less than what is told here.
        late = [row.phone for row, _ in fresh if row.phone not in answers]
        found = await ids_by_phone(conn, workspace_id, late)
        answers |= {phone: Merged(key, created=False, changed=False) for phone, key in found.items()}
    return answers


async def _change(
    conn: Connection,
    workspace_id: int,
    rows: Sequence[IncomingContact],
    told: Sequence[str],
    known: Mapping[int, Record],
) -> None:
    changed = [
        (known[row.phone]["id"], row, text)
        for row, text in zip(rows, told, strict=True)
        if row.phone in known and not known[row.phone]["same"]
    ]
    if changed:
        await conn.execute(
            SQL.change,
            workspace_id,
            [contact_id for contact_id, _, _ in changed],
            [row.country for _, row, _ in changed],
            [row.language for _, row, _ in changed],
            [text for _, _, text in changed],
        )


async def by_phone(conn: Connection, workspace_id: int, phones: Sequence[int]) -> list[Contact]:
    return [_contact(row) for row in await conn.fetch(SQL.by_phone, workspace_id, phones)]


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
    return [_contact(row) for row in rows]


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


async def leave_list(conn: Connection, workspace_id: int, list_id: UUID, contact_ids: Sequence[int]) -> int:
    """How many were on it."""
    return _count(await conn.execute(SQL.leave_list, workspace_id, list_id, contact_ids))


def _count(tag: str) -> int:
    """The number at the end of a command tag, `INSERT 0 42`."""
    return int(tag.rpartition(" ")[2])


def _contact(row: Record) -> Contact:
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
