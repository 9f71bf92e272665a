"""The statements on consent and suppression. Every function works in the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from asyncpg import Record

from chappe.consent.evidence import Evidence, kept
from chappe.consent.model import (
    BY_TEXT,
    KEYWORD_BASIS,
    Brand,
    ConsentState,
    Entry,
    NewSuppression,
    StatedConsent,
    Suppression,
    SuppressionScope,
)
from chappe.consent.reasons import Reason
from chappe.contacts.search.typed import Typed
from chappe.db.columns import numbers
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.kit.crypto import sha256
from chappe.kit.ids import uuid7

SQL = load_statements("chappe.consent")

_ABOVE_ALL = 2**63 - 1
# Any other is one that somebody wrote, or none.
_NAMED_REASONS = [reason.value for reason in Reason if reason is not Reason.MANUAL]


async def suppress(
    conn: Connection, workspace_id: int, wanted: Sequence[NewSuppression]
) -> list[Suppression]:
    """Those that are new."""
    rows = await conn.fetch(
        SQL.suppress,
        workspace_id,
        [new.phone for new in wanted],
        [new.scope.value for new in wanted],
        [new.reason for new in wanted],
        [new.source for new in wanted],
        [new.raw for new in wanted],
        [new.inbound_id for new in wanted],
    )
    return [_suppression(row) for row in rows]


async def lift(conn: Connection, workspace_id: int, suppression_id: int, by: str) -> int | None:
    """The number, or None when no such suppression holds."""
    phone: int | None = await conn.fetchval(SQL.lift, workspace_id, suppression_id, by)
    return phone


async def lift_own(conn: Connection, workspace_id: int, phones: Sequence[int]) -> set[int]:
    """The numbers whose own STOP was lifted."""
    rows = await conn.fetch(SQL.lift_own, workspace_id, phones, BY_TEXT, BY_TEXT)
    return {row["phone"] for row in rows}


async def suppressed(
    conn: Connection, workspace_id: int, phones: Sequence[int]
) -> list[tuple[int, SuppressionScope]]:
    rows = await conn.fetch(SQL.suppressed, workspace_id, phones)
    return [(row["phone"], SuppressionScope(row["scope"])) for row in rows]


async def active(
    conn: Connection, workspace_id: int, phone: int, scope: SuppressionScope
) -> Suppression | None:
    row = await conn.fetchrow(SQL.active, workspace_id, phone, scope.value)
    return None if row is None else _suppression(row)


async def page(conn: Connection, workspace_id: int, phone: int | None, after: int, limit: int) -> list[Entry]:
    if phone is None:
        rows = await conn.fetch(SQL.page, workspace_id, after, limit)
    else:
        rows = await conn.fetch(SQL.of_phone, workspace_id, phone, after, limit)
    return [_entry(row) for row in rows]


async def keep_wording(conn: Connection, workspace_id: int, text: str) -> UUID:
    """The key of the stored text, stored now if it was not."""
    digest = sha256(text)
    key: UUID | None = await conn.fetchval(SQL.add_wording, workspace_id, uuid7(), digest, text)
    if key is None:
        key = await conn.fetchval(SQL.wording, workspace_id, digest)
    assert key is not None, "a wording that conflicts is there"
    return key


async def grant(
    conn: Connection,
    workspace_id: int,
    contact_ids: Sequence[int],
    word: str,
    proof: StatedConsent,
    wording_id: UUID,
    import_id: UUID | None,
    evidence_id: UUID | None,
    rows: Mapping[int, int],
) -> int:
    """How many had not said yes or no before."""
    given = (proof.basis, proof.source, wording_id, import_id, evidence_id)
    places = [rows.get(contact_id) for contact_id in contact_ids]
    tag = await conn.execute(SQL.grant, workspace_id, contact_ids, *given, places, word)
    return int(tag.rpartition(" ")[2])


async def grant_new(
    conn: Connection,
    workspace_id: int,
    new: Mapping[int, int],
    word: str,
    proof: StatedConsent,
    wording_id: UUID,
    import_id: UUID | None,
    evidence_id: UUID | None,
    rows: Mapping[int, int],
) -> None:
    """As `grant`, for contacts made in this transaction: their keys, and the number of each."""
    contacts = numbers(list(new))
    await conn.execute(SQL.grant_new, workspace_id, contacts, proof.basis, word)
    given = (proof.basis, proof.source, wording_id, import_id, evidence_id)
    phones, places = numbers(list(new.values())), numbers([rows[key] for key in new] if rows else ())
    await conn.execute(SQL.prove_new, workspace_id, contacts, *given, phones, places, word)


class Told(NamedTuple):
    """The inbound message that asked, and what is kept of it."""

    inbound_id: int | None
    evidence: Evidence


async def withdraw(conn: Connection, workspace_id: int, asked: Mapping[int, Told]) -> None:
    """`asked`: contact → what asked."""
    await conn.execute(SQL.withdraw, workspace_id, *_asked(asked))


async def return_to(conn: Connection, workspace_id: int, asked: Mapping[int, Told]) -> None:
    """As `withdraw`, the other way."""
    await conn.execute(SQL.return_to, workspace_id, *_asked(asked))


def _asked(asked: Mapping[int, Told]) -> tuple[Any, ...]:
    evidence = [kept(told.evidence) for told in asked.values()]
    return (
        list(asked),
        [told.inbound_id for told in asked.values()],
        KEYWORD_BASIS,
        BY_TEXT,
        [each.id for each in evidence],
        [each.sha256 for each in evidence],
        [each.data for each in evidence],
    )


async def marketing_states(
    conn: Connection, workspace_id: int, contact_ids: Sequence[int]
) -> dict[int, ConsentState]:
    rows = await conn.fetch(SQL.marketing_states, workspace_id, contact_ids)
    return {row["contact_id"]: ConsentState(row["state"]) for row in rows}


async def may_answer(
    conn: Connection, workspace_id: int, kind: str, asked: Mapping[int, datetime]
) -> set[int]:
    """The numbers that have had no answer of this kind for a day; from now on they have had one."""
    if not asked:
        return set()
    rows = await conn.fetch(SQL.may_answer, workspace_id, list(asked), kind, list(asked.values()))
    return {row["phone"] for row in rows}


async def brand(conn: Connection, workspace_id: int) -> Brand:
    row = await conn.fetchrow(SQL.brand, workspace_id)
    assert row is not None, f"workspace {workspace_id} does not exist"
    return Brand(row["name"], row["language"], row["default_country"])


def _suppression(row: Record) -> Suppression:
    return Suppression(
        id=row["id"],
        phone=row["phone"],
        scope=SuppressionScope(row["scope"]),
        reason=row["reason"],
        source=row["source"],
        created_at=row["created_at"],
    )


async def known_workspaces(conn: Connection, workspace_ids: Sequence[int]) -> set[int]:
    rows = await conn.fetch(SQL.known_workspaces, workspace_ids)
    return {row["id"] for row in rows}


async def lift_by_phone(
    conn: Connection, workspace_id: int, phones: Sequence[int], scope: SuppressionScope, by: str
) -> list[int]:
    """The numbers whose suppression in this scope was lifted."""
    rows = await conn.fetch(SQL.lift_by_phone, workspace_id, phones, scope.value, by)
    return [row["phone"] for row in rows]


async def consent_at(
    conn: Connection, workspace_id: int, contact_id: int, at: datetime, word: str
) -> Record | None:
    return await conn.fetchrow(SQL.consent_at, workspace_id, contact_id, at, word)


async def suppression_at(conn: Connection, workspace_id: int, phone: int, at: datetime) -> Suppression | None:
    row = await conn.fetchrow(SQL.suppression_at, workspace_id, phone, at)
    return None if row is None else _suppression(row)


class Filters(NamedTuple):
    """What a list is narrowed to; None does not narrow. `ids`: those of a number that was looked for."""

    scopes: Sequence[str] | None = None
    sources: Sequence[str] | None = None
    reasons: Sequence[str] | None = None
    ids: Sequence[int] | None = None


async def listed(
    conn: Connection, workspace_id: int, which: Filters, *, after: int | None, newest: bool, limit: int
) -> list[Entry]:
    """Suppressions that hold, behind `after` in their order."""
    statement, start = (SQL.listed_newest, _ABOVE_ALL) if newest else (SQL.listed_oldest, 0)
    rows = await conn.fetch(
        statement,
        workspace_id,
        start if after is None else after,
        which.scopes,
        which.sources,
        which.reasons,
        _NAMED_REASONS,
        which.ids,
        limit,
    )
    return [_entry(row) for row in rows]


async def ids_of_numbers(conn: Connection, workspace_id: int, typed: Typed, most: int) -> list[int]:
    """Suppressions that hold of a number that was looked for, by its ranges and its end; of each so many."""
    found: dict[int, None] = {}
    for each in typed.ranges:
        rows = await conn.fetch(SQL.held_in_range, workspace_id, each.lo, each.hi, most)
        found |= {row["id"]: None for row in rows}
    if typed.ending:
        last, whole = int(typed.ending[-4:]), int(typed.ending)
        rows = await conn.fetch(SQL.held_ending, workspace_id, last, len(typed.ending), whole, most)
        found |= {row["id"]: None for row in rows}
    return list(found)


async def held_count(conn: Connection, workspace_id: int, most: int) -> int:
    held: int = await conn.fetchval(SQL.held_count, workspace_id, most)
    return held


async def entry(conn: Connection, workspace_id: int, suppression_id: int) -> Entry | None:
    row = await conn.fetchrow(SQL.entry, workspace_id, suppression_id)
    return None if row is None else _entry(row)


async def history_of(conn: Connection, workspace_id: int, phone: int, most: int) -> list[Entry]:
    return [_entry(row) for row in await conn.fetch(SQL.history_of, workspace_id, phone, most)]


async def lift_because(conn: Connection, workspace_id: int, suppression_id: int, by: str, why: str) -> bool:
    """False when it has ended already."""
    return await conn.fetchval(SQL.lift_because, workspace_id, suppression_id, by, why) is not None


async def agree_again(
    conn: Connection,
    workspace_id: int,
    contact_id: int,
    proof: StatedConsent,
    wording_id: UUID,
    evidence_id: UUID | None = None,
) -> None:
    given = (proof.basis, proof.source, wording_id, evidence_id)
    await conn.execute(SQL.agree_again, workspace_id, contact_id, *given)


async def country(conn: Connection, workspace_id: int) -> str | None:
    found: str | None = await conn.fetchval(SQL.country, workspace_id)
    return found


def _entry(row: Record) -> Entry:
    return Entry(**{**row, "scope": SuppressionScope(row["scope"])})
