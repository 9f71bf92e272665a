"""How contacts come to be found by name: their words, the key they sort by, the end of their number.

Few contacts are indexed where they are written. Many (an import) are put in a queue, some thousands a row,
and indexed by the worker when the import rests: inside it the same work would cost a third of its speed.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from asyncpg import Record

from chappe.contacts.names import key_of, words_of
from chappe.db.columns import column, numbers
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.contacts.search")

AT_ONCE: Final = 500
"""So many are indexed by who writes them."""
_BATCH: Final = 5_000
_ENDING: Final = 10_000


class _Entry(NamedTuple):
    """What is stored of a contact; `words` has a space before each."""

    contact_id: int
    sort_key: str
    words: str
    country: str | None
    ending: int


async def written(conn: Connection, workspace_id: int, contact_ids: Sequence[int]) -> None:
    """To be called in the transaction that adds or changes contacts."""
    if len(contact_ids) <= AT_ONCE:
        await index(conn, workspace_id, contact_ids)
        return
    for start in range(0, len(contact_ids), _BATCH):
        await conn.execute(SQL.queue, workspace_id, contact_ids[start : start + _BATCH])


async def index(conn: Connection, workspace_id: int, contact_ids: Sequence[int]) -> None:
    """Make these contacts found as they are now."""
    if not contact_ids:
        return
    rows = await conn.fetch(SQL.lock_to_index, workspace_id, numbers(contact_ids))
    known = await conn.fetch(SQL.indexed, workspace_id, [row["id"] for row in rows])
    before = {row["contact_id"]: row for row in known}
    entries = [_entry(row) for row in rows]
    new = [entry for entry in entries if entry.contact_id not in before]
    changed = [entry for entry in entries if _differs(entry, before.get(entry.contact_id))]
    await _write(conn, SQL.add_entries, workspace_id, new)
    await _write(conn, SQL.change_entries, workspace_id, changed)
    gone = [
        (word, entry.contact_id)
        for entry in changed
        for word in set(before[entry.contact_id]["words"].split()) - set(entry.words.split())
    ]
    if gone:
        await conn.execute(SQL.drop_words, workspace_id, [word for word, _ in gone], [key for _, key in gone])
    await _add_words(conn, workspace_id, [*new, *changed])


async def index_next(conn: Connection) -> bool:
    """Index one row of the queue, when what fills it rests. False when there is none."""
    row = await conn.fetchrow(SQL.next_unindexed)
    if row is None:
        return False
    await index(conn, row["workspace_id"], row["contact_ids"])
    await conn.execute(SQL.drop_unindexed, row["id"])
    return True


async def queue_missing(conn: Connection, after: int) -> int | None:
    """Queue contacts behind the key `after` that no one has indexed: written by the version before, or
    restored. The key reached, None at the end.
    """
    reached: int | None = await conn.fetchval(SQL.queue_missing, after)
    return reached


async def waiting(conn: Connection, workspace_id: int) -> int:
    """How many contacts of the workspace are in the queue."""
    return int(await conn.fetchval(SQL.unindexed, workspace_id))


def _entry(row: Record) -> _Entry:
    attributes = row["attributes"]
    words = "".join([f" {word}" for word in words_of(attributes)])
    return _Entry(row["id"], key_of(attributes), words, row["country"], row["phone"] % _ENDING)


def _differs(entry: _Entry, before: Record | None) -> bool:
    return before is not None and entry != _Entry(*before)


async def _write(conn: Connection, statement: str, workspace_id: int, entries: Sequence[_Entry]) -> None:
    if not entries:
        return
    await conn.execute(
        statement,
        workspace_id,
        numbers([entry.contact_id for entry in entries]),
        column([entry.sort_key for entry in entries]),
        column([entry.words for entry in entries]),
        column([entry.country for entry in entries]),
        numbers([entry.ending for entry in entries]),
    )


async def _add_words(conn: Connection, workspace_id: int, entries: Sequence[_Entry]) -> None:
    """In order of the words: a page of the index is met once in a batch."""
    pairs = sorted((word, entry.contact_id) for entry in entries for word in entry.words.split())
    if pairs:
        words, keys = column([word for word, _ in pairs]), numbers([key for _, key in pairs])
        await conn.execute(SQL.add_words, workspace_id, words, keys)
