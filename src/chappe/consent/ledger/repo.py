"""The statements of the ledger. Every function works in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from chappe.consent.ledger.model import Head, Seal
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.consent.ledger")


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Events that share all but the person, as columns: `ids`, `contacts`, `phones` and `rows` have one order
    and length.
    """

    purpose: str
    state: str
    basis: str
    source: str
    at: datetime
    wording: bytes | None
    evidence: bytes | None
    import_id: UUID | None
    ids: list[int]
    contacts: list[int]
    phones: list[int | None]
    rows: list[int | None]


class Waiting(NamedTuple):
    """A group of events that is not sealed."""

    id: int
    ids: list[int]


async def unsealed_workspaces(conn: Connection) -> list[int]:
    return [row["workspace_id"] for row in await conn.fetch(SQL.unsealed_workspaces)]


async def unsealed(conn: Connection, workspace_id: int, limit: int) -> list[Waiting]:
    return [Waiting(*row) for row in await conn.fetch(SQL.unsealed, workspace_id, limit)]


async def unsealed_count(conn: Connection, workspace_id: int) -> int:
    count: int = await conn.fetchval(SQL.unsealed_count, workspace_id)
    return count


async def unsealed_keys(conn: Connection, workspace_id: int) -> set[int]:
    return {row["id"] for row in await conn.fetch(SQL.unsealed_keys, workspace_id)}


async def unsealed_done(conn: Connection, workspace_id: int, groups: Sequence[int]) -> None:
    await conn.execute(SQL.unsealed_done, workspace_id, groups)


async def facts(conn: Connection, workspace_id: int, ids: Sequence[int]) -> list[Facts]:
    return [Facts(**row) for row in await conn.fetch(SQL.facts, workspace_id, ids)]


async def existing(conn: Connection, workspace_id: int, ids: Sequence[int]) -> set[int]:
    return {row["id"] for row in await conn.fetch(SQL.existing, workspace_id, ids)}


async def last_event(conn: Connection, workspace_id: int) -> int:
    found: int = await conn.fetchval(SQL.last_event, workspace_id)
    return found


async def events_upto(conn: Connection, workspace_id: int, upto: int) -> int:
    count: int = await conn.fetchval(SQL.events_upto, workspace_id, upto)
    return count


async def event_keys(conn: Connection, workspace_id: int, after: int, limit: int) -> list[int]:
    return [row["id"] for row in await conn.fetch(SQL.event_keys, workspace_id, after, limit)]


async def lock_head(conn: Connection, workspace_id: int, start: bytes) -> Head:
    """The end of the chain, held until the transaction ends."""
    await conn.execute(SQL.head_make, workspace_id, start)
    row = await conn.fetchrow(SQL.head_lock, workspace_id)
    assert row is not None, "it was made just now"
    return Head(**row)


async def head(conn: Connection, workspace_id: int) -> Head | None:
    row = await conn.fetchrow(SQL.head, workspace_id)
    return None if row is None else Head(**row)


async def add_seal(conn: Connection, workspace_id: int, seal: Seal, events: int) -> None:
    """And move the chain's end to it; `events` are all that are sealed then."""
    await conn.execute(
        SQL.seal_add,
        workspace_id,
        seal.seq,
        seal.at,
        seal.ids,
        min(seal.ids),
        max(seal.ids),
        seal.leaves,
        seal.salts,
        seal.root,
        seal.previous,
        seal.hash,
        seal.mac,
    )
    await conn.execute(SQL.head_move, workspace_id, seal.seq, events, seal.hash)


async def seals_after(conn: Connection, workspace_id: int, seq: int, limit: int) -> list[Seal]:
    return [Seal(**row) for row in await conn.fetch(SQL.seals_after, workspace_id, seq, limit)]


async def seal_of(conn: Connection, workspace_id: int, event_id: int) -> Seal | None:
    """None while the event waits."""
    row = await conn.fetchrow(SQL.seals_around, workspace_id, event_id)
    return None if row is None else Seal(**row)


async def empty_salts(conn: Connection, workspace_id: int, seq: int, salts: bytes) -> None:
    await conn.execute(SQL.salts_empty, workspace_id, seq, salts)


async def events_of_people(
    conn: Connection, workspace_id: int, contact_ids: Sequence[int], phones: Sequence[int]
) -> list[int]:
    found = {row["id"] for row in await conn.fetch(SQL.events_of_contacts, workspace_id, contact_ids)}
    if phones:
        found |= {row["id"] for row in await conn.fetch(SQL.events_of_phones, workspace_id, phones)}
    return sorted(found)


async def erase_events(conn: Connection, workspace_id: int, ids: Sequence[int]) -> None:
    await conn.execute(SQL.evidence_forget, workspace_id, ids)
    await conn.execute(SQL.events_erase, workspace_id, ids)


async def workspaces(conn: Connection) -> list[tuple[int, str]]:
    return [(row["id"], row["name"]) for row in await conn.fetch(SQL.workspaces)]
