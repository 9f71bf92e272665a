"""Everything that is on record of consents and suppressions, read along for a file."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.consent")


class ConsentLine(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a consent. `phone` is the contact's of today, None when they are
    gone.
    """

    id: int
    contact_id: int
    phone: int | None
    purpose: str
    state: str
    basis: str
    source: str
    words: str | None
    import_id: UUID | None
    at: datetime


class PersonLine(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to a consent of one person; `evidence`: how it came (evidence.py), as it is kept."""

    purpose: str
    state: str
    basis: str
    source: str
    words: str | None
    at: datetime
    evidence: Any


class SuppressionLine(msgspec.Struct, frozen=True, kw_only=True):
    """A suppression that holds. `phone` is None where only the number's keyed hash is kept."""

    id: int
    phone: int | None
    scope: str
    reason: str
    source: str
    created_at: datetime


async def consents(conn: Connection, workspace_id: int, *, after: int, limit: int) -> list[ConsentLine]:
    """In the order they were recorded, behind the key `after`."""
    return [ConsentLine(**row) for row in await conn.fetch(SQL.consents_behind, workspace_id, after, limit)]


async def of_person(
    conn: Connection, workspace_id: int, contact_ids: Sequence[int], phones: Sequence[int]
) -> list[PersonLine]:
    """Everything that happened to a person's consents, in order, with how it came."""
    rows = await conn.fetch(SQL.consents_of_person, workspace_id, contact_ids, phones)
    return [
        PersonLine(
            **{name: row[name] for name in ("purpose", "state", "basis", "source", "words", "at")},
            evidence=None if row["data"] is None else msgspec.json.decode(row["data"]),
        )
        for row in rows
    ]


async def numbers_of(conn: Connection, workspace_id: int, contact_ids: Sequence[int]) -> list[int]:
    """The numbers that these contacts had when something happened to their consents."""
    return [row["phone"] for row in await conn.fetch(SQL.numbers_of, workspace_id, contact_ids)]


async def suppressions(
    conn: Connection, workspace_id: int, *, after: int, limit: int
) -> list[SuppressionLine]:
    """As `consents`."""
    rows = await conn.fetch(SQL.suppressions_behind, workspace_id, after, limit)
    return [SuppressionLine(**row) for row in rows]
