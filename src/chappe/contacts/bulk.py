"""One action on many contacts: at once for those a person has checked, by the worker for all that match."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec
from asyncpg import Record

from chappe.contacts import events, lists
from chappe.contacts.errors import NothingToUndo, UnknownBulk
from chappe.contacts.events import OPPOSITE, TURNS, By, Deed
from chappe.contacts.search import finding
from chappe.contacts.search.finding import Narrowed
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.kit.clock import Clock
from chappe.kit.ids import uuid7

SQL = load_statements("chappe.contacts")

BULK_ID: Final = "blk"
_BATCH: Final = 2_000
_UNCOUNTED: Final = 100_000_000


class BulkState(StrEnum):
    """queued → running → finished or failed."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class Whom(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that a filter matches, or only `contact_ids`; with `members` all that are on the action's list,
    archived ones too. `country`: where numbers of the search are at home.
    """

    which: Narrowed = Narrowed()
    contact_ids: tuple[int, ...] | None = None
    members: bool = False
    country: str | None = None


class Bulk(msgspec.Struct, frozen=True, kw_only=True):
    """`done` of `total` contacts were looked at, `changed` were changed; `total` is None until it begins.
    `undoes`: the action whose contacts it takes back.
    """

    id: UUID
    workspace_id: int
    kind: Deed
    state: BulkState
    list_id: UUID | None
    whom: Whom
    undoes: UUID | None
    person_id: UUID | None
    person: str
    cursor: int
    total: int | None
    done: int
    changed: int
    error: str | None
    created_at: datetime
    finished_at: datetime | None

    @property
    def can_be_undone(self) -> bool:
        return self.kind in OPPOSITE and self.state is BulkState.FINISHED and self.changed > 0


async def start(
    conn: Connection,
    workspace_id: int,
    kind: Deed,
    whom: Whom,
    by: By,
    *,
    list_id: UUID | None = None,
    undoes: UUID | None = None,
) -> Bulk:
    """Note what is to be done; `step` does it. Raises UnknownList."""
    if list_id is not None:
        await lists.of_id(conn, workspace_id, list_id, deleted=kind is Deed.LEFT)
    row = await conn.fetchrow(
        SQL.add_bulk, workspace_id, uuid7(), kind, list_id, msgspec.to_builtins(whom), undoes, *by[:2]
    )
    return _bulk(row)


async def undo(conn: Connection, workspace_id: int, bulk_id: UUID, by: By) -> Bulk:
    """Note that what it changed is to be taken back. Raises UnknownBulk, NothingToUndo."""
    done = await of_id(conn, workspace_id, bulk_id)
    if not done.can_be_undone:
        raise NothingToUndo("This cannot be taken back any more.")
    opposite = OPPOSITE[done.kind]
    return await start(conn, workspace_id, opposite, Whom(), by, list_id=done.list_id, undoes=done.id)


async def of_id(conn: Connection, workspace_id: int, bulk_id: UUID | None) -> Bulk:
    """Raises UnknownBulk, also for None."""
    row = None if bulk_id is None else await conn.fetchrow(SQL.bulk, workspace_id, bulk_id)
    if row is None:
        raise UnknownBulk("There is no such action.")
    return _bulk(row)


async def recent(conn: Connection, workspace_id: int, limit: int) -> list[Bulk]:
    """The newest first."""
    return [_bulk(row) for row in await conn.fetch(SQL.recent_bulks, workspace_id, limit)]


async def next_waiting(conn: Connection) -> Bulk | None:
    """The oldest that has work left, of any workspace, locked until the end of the transaction."""
    row = await conn.fetchrow(SQL.next_bulk)
    return None if row is None else _bulk(row)


async def finish(conn: Connection, bulk: Bulk, clock: Clock) -> Bulk:
    """Do the whole of it, in the caller's transaction: for as many as a page shows."""
    while bulk.state in (BulkState.QUEUED, BulkState.RUNNING):
        bulk = await step(conn, bulk, clock)
    return bulk


async def step(conn: Connection, bulk: Bulk, clock: Clock) -> Bulk:
    """Do the next batch, and move the cursor in the same transaction: a killed worker's successor goes on
    where it was.
    """
    ids, total = await _next(conn, bulk)
    changed = await _do(conn, bulk, ids) if ids else 0
    last = len(ids) < _BATCH
    row = await conn.fetchrow(
        SQL.advance_bulk,
        bulk.workspace_id,
        bulk.id,
        ids[-1] if ids else bulk.cursor,
        total,
        len(ids),
        changed,
        BulkState.FINISHED if last else BulkState.RUNNING,
        clock.now() if last else None,
    )
    return _bulk(row)


async def fail(conn: Connection, bulk: Bulk, error: str, clock: Clock) -> None:
    """Give it up; what was done stays done, and can be seen in `changed`."""
    await conn.execute(SQL.fail_bulk, bulk.workspace_id, bulk.id, error, clock.now())


async def _next(conn: Connection, bulk: Bulk) -> tuple[list[int], int | None]:
    """Keys of the next batch, and how many there are in all when that is known or asked for first."""
    here, whom = bulk.workspace_id, bulk.whom
    if bulk.undoes is not None:
        undone = await of_id(conn, here, bulk.undoes)
        return await events.ids_of_bulk(conn, here, undone.id, bulk.cursor, _BATCH), undone.changed
    if whom.members and bulk.list_id is not None:
        total = bulk.total or await lists.size(conn, here, bulk.list_id)
        return await lists.member_ids(conn, here, bulk.list_id, bulk.cursor, _BATCH), total
    if whom.contact_ids is not None:
        chosen = sorted(key for key in whom.contact_ids if key > bulk.cursor)
        return chosen[:_BATCH], len(whom.contact_ids)
    search = await finding.prepare(conn, here, whom.which, whom.country)
    counted = bulk.total
    if counted is None:
        counted = await finding.count(conn, here, search, most=_UNCOUNTED)
    return await finding.ids_behind(conn, here, search, bulk.cursor, _BATCH), counted


async def _do(conn: Connection, bulk: Bulk, ids: Sequence[int]) -> int:
    """How many it changed."""
    by = By(bulk.person_id, bulk.person, bulk.id)
    if bulk.kind in TURNS:
        return len(await events.turn(conn, bulk.workspace_id, ids, bulk.kind, by))
    assert bulk.list_id is not None, "the other deeds are on a list"
    move = lists.join if bulk.kind is Deed.JOINED else lists.leave
    return len(await move(conn, bulk.workspace_id, bulk.list_id, ids, by))


def _bulk(row: Record | None) -> Bulk:
    assert row is not None, "one that was just written is there"
    values = dict(row)
    return Bulk(
        kind=Deed(values.pop("kind")),
        state=BulkState(values.pop("state")),
        whom=msgspec.convert(values.pop("which"), Whom),
        **values,
    )
