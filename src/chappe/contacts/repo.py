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
    ZoneOrigin,
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
    if any(row.external_id for row in rows):
        return await _merge_named(conn, workspace_id, rows)
    return await _merge(conn, workspace_id, rows)


async def _merge(conn: Connection, workspace_id: int, rows: Sequence[IncomingContact]) -> list[Merged]:
    if not rows:
        return []
    found = await conn.fetchrow(SQL.known, workspace_id, numbers([row.phone for row in rows]))
    known = _by_number(found)
    answers = await _add(conn, workspace_id, [row for row in rows if row.phone not in known])
    changed = await _change(conn, workspace_id, [row for row in rows if row.phone in known], known)
    answers |= {phone: Merged(key, created=False, changed=key in changed) for phone, key in known.items()}
    return [answers[row.phone] for row in rows]


async def _merge_named(conn: Connection, workspace_id: int, rows: Sequence[IncomingContact]) -> list[Merged]:
    """With external ids: a row whose id and number are of two contacts is not written."""
    for last in (False, False, True):
        clashes = await _clashes(conn, workspace_id, rows)
        kept = [row for row in rows if row.phone not in clashes]
        try:
            async with conn.transaction():
                merged = await _merge(conn, workspace_id, kept)
        except UniqueViolationError:
            # Somebody else gave one of these ids to another number since we looked.
            if last:
                raise
            continue
        answers = dict(zip([row.phone for row in kept], merged, strict=True))
        for phone, clash in clashes.items():
            key = clash if clash > 0 else answers[-clash].id
            answers[phone] = Merged(key, created=False, changed=False, clash=True)
        return [answers[row.phone] for row in rows]
    raise AssertionError("the last try returns or raises")


async def _clashes(conn: Connection, workspace_id: int, rows: Sequence[IncomingContact]) -> dict[int, int]:
    """Number → the contact that has its external id, or that has its number under another one; below zero,
    the number in these very rows that came with the id first.
    """
    named = [(row.phone, row.external_id) for row in rows if row.external_id]
    found = await conn.fetch(
        SQL.external_ids, workspace_id, [key for _, key in named], [phone for phone, _ in named]
    )
    by_key = {row["external_id"]: row for row in found if row["external_id"]}
    by_phone = {row["phone"]: row for row in found}
    first: dict[str, int] = {}
    clashes = {}
    for phone, key in named:
        owner, holder = by_key.get(key), by_phone.get(phone)
        if owner is not None and owner["phone"] != phone and (holder is None or holder["id"] != owner["id"]):
            clashes[phone] = owner["id"]
        elif owner is None and holder is not None and holder["external_id"] is not None:
            clashes[phone] = holder["id"]
        elif first.setdefault(key, phone) != phone:
            clashes[phone] = -first[key]
    return clashes


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
        column([row.external_id for row in rows]),
        column([_origin(row) for row in rows]),
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
        column([row.external_id for row in rows]),
        column([row.zones if row.zone_origin is not ZoneOrigin.PREFIX else None for row in rows]),
        column([_origin(row) for row in rows]),
    )
    return {row["id"] for row in changed}


def _origin(row: IncomingContact) -> str | None:
    return None if row.zone_origin is ZoneOrigin.PREFIX else row.zone_origin.value


def _attributes(row: IncomingContact) -> str:
    return _encode(row.attributes).decode()


def _by_number(found: Record | None) -> dict[int, int]:
    """Number → key, of a row of two arrays, which are null when there is nothing."""
    assert found is not None, "an aggregate has one row"
    return dict(zip(found["phones"] or (), found["ids"] or (), strict=True))


async def by_phone(conn: Connection, workspace_id: int, phones: Sequence[int]) -> dict[int, Contact]:
    """By the number that was asked for, which a merged contact had."""
    rows = await conn.fetch(SQL.by_phone, workspace_id, phones)
    return {row["asked"]: contact_of(row) for row in rows}


async def by_external_id(conn: Connection, workspace_id: int, external_ids: Sequence[str]) -> dict[str, int]:
    """External id → key, of those that are somebody's."""
    rows = await conn.fetch(SQL.external_ids, workspace_id, external_ids, [])
    return {row["external_id"]: row["id"] for row in rows}


async def by_id(conn: Connection, workspace_id: int, contact_ids: Sequence[int]) -> list[Contact]:
    """Those of them that exist, in order of key."""
    return [contact_of(row) for row in await conn.fetch(SQL.by_id, workspace_id, contact_ids)]


async def ids_by_phone(conn: Connection, workspace_id: int, phones: Sequence[int]) -> dict[int, int]:
    """Number → key, of those that are contacts."""
    return {row["phone"]: row["id"] for row in await conn.fetch(SQL.ids_by_phone, workspace_id, phones)}


async def same_person(conn: Connection, workspace_id: int, contact_ids: Sequence[int]) -> list[int]:
    return [row["id"] for row in await conn.fetch(SQL.same_person, workspace_id, contact_ids)]


async def page(
    conn: Connection, workspace_id: int, which: ContactFilter, after: int | None, limit: int
) -> list[Contact]:
    beyond = after or 0
    if which.phone is not None or which.contact_id is not None or which.external_id is not None:
        rows = await conn.fetch(
            SQL.named,
            workspace_id,
            which.phone,
            which.contact_id,
            beyond,
            which.list_id,
            which.external_id,
        )
    elif which.list_id is not None:
        rows = await conn.fetch(SQL.page_of_list, workspace_id, beyond, limit, which.list_id)
    else:
        rows = await conn.fetch(SQL.page, workspace_id, beyond, limit)
    return [contact_of(row) for row in rows]


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
        external_id=row["external_id"],
        zone_origin=ZoneOrigin(row["zone_origin"]),
        merged_into=row["merged_into"],
    )


def _list(row: Record) -> ContactList:
    return ContactList(id=row["id"], name=row["name"], created_at=row["created_at"])
