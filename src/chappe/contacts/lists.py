"""Lists as their page shows them: sizes, growth, members that come and go.

Sizes are sums of what each statement noted (list_delta): counting a million members takes longer than a page
may. The worker folds the notes of a day into one row.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from chappe.contacts import events
from chappe.contacts.errors import ListNameTaken, UnknownList
from chappe.contacts.events import By, Deed
from chappe.contacts.model import LIST_ID, ContactList
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.kit.folding import sort_key
from chappe.kit.ids import public_id

SQL = load_statements("chappe.contacts")

GROWTH_DAYS = 30


class ListFigures(NamedTuple):
    """A list, how many are on it, and who came and went in the last GROWTH_DAYS."""

    id: UUID
    name: str
    created_at: datetime
    contacts: int
    joined: int
    gone: int


class Day(NamedTuple):
    day: date
    joined: int
    gone: int


async def figures(conn: Connection, workspace_id: int, today: date) -> list[ListFigures]:
    """Every list of the workspace: some dozens, so they are sorted and paged where they are shown."""
    since = today - timedelta(days=GROWTH_DAYS)
    return [ListFigures(*row) for row in await conn.fetch(SQL.list_figures, workspace_id, since)]


async def growth(
    conn: Connection, workspace_id: int, list_id: UUID, since: date, today: date
) -> list[tuple[date, int]]:
    """How many were on it at the end of each day."""
    rows = await conn.fetch(SQL.list_days, workspace_id, list_id)
    days = [Day(*row) for row in rows]
    size = sum(day.joined - day.gone for day in days if day.day < since)
    moved = {day.day: day.joined - day.gone for day in days}
    line = []
    for number in range((today - since).days + 1):
        at = since + timedelta(days=number)
        size += moved.get(at, 0)
        line.append((at, size))
    return line


async def of_id(
    conn: Connection, workspace_id: int, list_id: UUID | None, *, deleted: bool = False
) -> ContactList:
    """Raises UnknownList; with `deleted` one that was deleted is known still."""
    row = None if list_id is None else await conn.fetchrow(SQL.any_list, workspace_id, list_id, deleted)
    if row is None:
        raise UnknownList("There is no such list. See the lists with GET /v1/lists.", field="list_id")
    return ContactList(id=row["id"], name=row["name"], created_at=row["created_at"])


async def size(conn: Connection, workspace_id: int, list_id: UUID) -> int:
    return int(await conn.fetchval(SQL.size_of_list, workspace_id, list_id))


async def sizes(conn: Connection, workspace_id: int, list_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many are on each of these lists; 0 is left out."""
    rows = await conn.fetch(SQL.sizes_of_lists, workspace_id, list_ids)
    return {row["list_id"]: int(row["contacts"]) for row in rows}


async def rename(conn: Connection, workspace_id: int, list_id: UUID, name: str) -> ContactList:
    """Raises UnknownList, ListNameTaken."""
    known = await of_id(conn, workspace_id, list_id)
    if await conn.fetchval(SQL.rename_list, workspace_id, list_id, name.strip()) is None:
        raise ListNameTaken(
            f"A list is called “{name.strip()}” already. Choose another name.",
            field="name",
            name=name.strip(),
        )
    return known


async def delete(conn: Connection, workspace_id: int, list_id: UUID) -> ContactList:
    """Gone from every page at once; a bulk action takes the members off it. Raises UnknownList."""
    known = await of_id(conn, workspace_id, list_id)
    await conn.execute(SQL.delete_list, workspace_id, list_id)
    return known


async def join(
    conn: Connection, workspace_id: int, list_id: UUID, contact_ids: Sequence[int], by: By
) -> list[int]:
    """Put contacts on a list; the keys of those that were not on it."""
    rows = await conn.fetch(SQL.join_list_who, workspace_id, list_id, contact_ids)
    joined = [row["contact_id"] for row in rows]
    await events.note(conn, workspace_id, joined, Deed.JOINED, {"list": public_id(LIST_ID, list_id)}, by)
    return joined


async def leave(
    conn: Connection, workspace_id: int, list_id: UUID, contact_ids: Sequence[int], by: By
) -> list[int]:
    """Take contacts off a list; the keys of those that were on it."""
    rows = await conn.fetch(SQL.leave_list_who, workspace_id, list_id, contact_ids)
    left = [row["contact_id"] for row in rows]
    await events.note(conn, workspace_id, left, Deed.LEFT, {"list": public_id(LIST_ID, list_id)}, by)
    return left


async def member_ids(conn: Connection, workspace_id: int, list_id: UUID, after: int, limit: int) -> list[int]:
    """Keys of its members in order, behind a key."""
    rows = await conn.fetch(SQL.member_ids, workspace_id, list_id, after, limit)
    return [row["contact_id"] for row in rows]


class Membership(NamedTuple):
    """That a contact is on a list."""

    list_id: UUID
    name: str
    added_at: datetime


async def of_contact(conn: Connection, workspace_id: int, contact_id: int) -> list[Membership]:
    """The lists that they are on, by name."""
    return [Membership(*row) for row in await conn.fetch(SQL.lists_of_contact, workspace_id, contact_id)]


async def names(conn: Connection, workspace_id: int, list_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Also of lists that were deleted: a history names them."""
    return {row["id"]: row["name"] for row in await conn.fetch(SQL.list_names, workspace_id, list_ids)}


async def all_names(conn: Connection, workspace_id: int) -> list[tuple[UUID, str]]:
    """Every list, sorted as names are."""
    rows = await conn.fetch(SQL.all_list_names, workspace_id)
    return sorted(((row["id"], row["name"]) for row in rows), key=lambda pair: sort_key(pair[1]))


async def fold(conn: Connection) -> int:
    """Fold what was noted of days that are over; how many notes there were."""
    return int(await conn.fetchval(SQL.fold_list_deltas))
