"""The statements of the ledger. Every function works in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from asyncpg import Record

from chappe.consent.ledger.handover import PublicKey
from chappe.consent.ledger.model import Head, Seal
from chappe.consent.ledger.signing import Checkpoint
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


async def unsealed_keys(conn: Connection, workspace_id: int) -> set[int]:
    return {row["id"] for row in await conn.fetch(SQL.unsealed_keys, workspace_id)}


async def unsealed_done(conn: Connection, workspace_id: int, groups: Sequence[int]) -> None:
    await conn.execute(SQL.unsealed_done, workspace_id, groups)


async def facts(conn: Connection, workspace_id: int, ids: Sequence[int]) -> list[Facts]:
    return [Facts(**row) for row in await conn.fetch(SQL.facts, workspace_id, ids)]


async def existing(conn: Connection, workspace_id: int, ids: Sequence[int]) -> set[int]:
    return {row["id"] for row in await conn.fetch(SQL.existing, workspace_id, ids)}


class Standing(NamedTuple):
    """Of all `events`, `sealed` stand under the `seq` seals of the chain that ends in `hash`."""

    events: int
    waiting: int
    seq: int
    sealed: int
    hash: bytes | None
    checkpoints: int


async def standing(conn: Connection, workspace_id: int) -> Standing:
    row = await conn.fetchrow(SQL.standing, workspace_id)
    assert row is not None, "it selects one row"
    return Standing(*row)


class Summary(NamedTuple):
    """As `Standing`, as far as it is known without counting."""

    waiting: int
    seq: int
    sealed: int


async def summary(conn: Connection, workspace_id: int) -> Summary:
    row = await conn.fetchrow(SQL.summary, workspace_id)
    assert row is not None, "it selects one row"
    return Summary(*row)


class Difference(NamedTuple):
    """`told` by the ledger, `held` beside it; None where one says nothing."""

    contact_id: int
    purpose: str
    told: str | None
    held: str | None


async def differences(conn: Connection, workspace_id: int, limit: int) -> list[Difference]:
    return [Difference(*row) for row in await conn.fetch(SQL.differences, workspace_id, limit)]


async def event_keys(conn: Connection, workspace_id: int, after: int, limit: int) -> list[int]:
    return [row["id"] for row in await conn.fetch(SQL.event_keys, workspace_id, after, limit)]


async def lock_head(conn: Connection, workspace_id: int, start: bytes) -> Head:
    """The end of the chain, held until the transaction ends."""
    await conn.execute(SQL.head_make, workspace_id, start)
    row = await conn.fetchrow(SQL.head_lock, workspace_id)
    assert row is not None, "it was made just now"
    return Head(**row)


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


async def checkpoints_due(conn: Connection, before: datetime) -> list[int]:
    return [row["workspace_id"] for row in await conn.fetch(SQL.checkpoints_due, before)]


async def last_checkpoint(conn: Connection, workspace_id: int) -> Checkpoint | None:
    return _checkpoint(await conn.fetchrow(SQL.checkpoint_last, workspace_id))


async def checkpoint_of(conn: Connection, workspace_id: int, seal: int) -> Checkpoint | None:
    """None while no checkpoint covers the seal."""
    return _checkpoint(await conn.fetchrow(SQL.checkpoint_of, workspace_id, seal))


async def checkpoints_after(conn: Connection, workspace_id: int, number: int, limit: int) -> list[Checkpoint]:
    rows = await conn.fetch(SQL.checkpoints_after, workspace_id, number, limit)
    return [Checkpoint(**row) for row in rows]


async def add_checkpoint(conn: Connection, workspace_id: int, new: Checkpoint) -> None:
    await conn.execute(
        SQL.checkpoint_add,
        workspace_id,
        new.number,
        new.at,
        new.first_seal,
        new.last_seal,
        new.events,
        new.key_id,
        new.statement,
        new.signature,
    )


async def seal_hashes(conn: Connection, workspace_id: int, first: int, last: int) -> list[bytes]:
    return [row["hash"] for row in await conn.fetch(SQL.seal_hashes, workspace_id, first, last)]


class StoredKey(NamedTuple):
    """`private_key` is sealed with the installation's secret."""

    id: UUID
    public_key: bytes
    private_key: bytes


async def key(conn: Connection, workspace_id: int) -> StoredKey | None:
    row = await conn.fetchrow(SQL.key, workspace_id)
    return None if row is None else StoredKey(*row)


async def add_key(
    conn: Connection,
    workspace_id: int,
    new: StoredKey,
    now: datetime,
    handover: tuple[str, bytes] | tuple[None, None] = (None, None),
) -> None:
    await conn.execute(SQL.key_add, workspace_id, *new, now, *handover)


async def signing_workspaces(conn: Connection) -> list[int]:
    """Those that have a key."""
    return [row["workspace_id"] for row in await conn.fetch(SQL.signing_workspaces)]


async def forget_private_key(conn: Connection, workspace_id: int, key_id: UUID) -> None:
    await conn.execute(SQL.key_forget, workspace_id, key_id)


async def public_keys(conn: Connection, workspace_id: int) -> list[PublicKey]:
    return [PublicKey(*row) for row in await conn.fetch(SQL.public_keys, workspace_id)]


async def workspace_name(conn: Connection, workspace_id: int) -> str:
    name: str = await conn.fetchval(SQL.workspace_name, workspace_id)
    return name


class Told(NamedTuple):
    """Digests of an event's wording and evidence, and what they are of."""

    id: int
    wording: bytes | None
    words: str | None
    evidence: bytes | None
    data: str | None


async def told_of(conn: Connection, workspace_id: int, ids: Sequence[int]) -> list[Told]:
    return [Told(*row) for row in await conn.fetch(SQL.told_of, workspace_id, ids)]


class Untold(NamedTuple):
    """A checkpoint of which somebody outside is to be told."""

    workspace_id: int
    number: int
    statement: str
    signature: bytes
    public_key: bytes
    to_stamp: bool
    to_witness: bool


async def untold(conn: Connection, since: datetime, *, stamp: bool, witness: bool) -> list[Untold]:
    return [Untold(*row) for row in await conn.fetch(SQL.checkpoints_untold, since, stamp, witness)]


async def stamped(conn: Connection, workspace_id: int, number: int, answer: bytes, at: datetime) -> None:
    await conn.execute(SQL.checkpoint_stamped, workspace_id, number, answer, at)


async def witnessed(conn: Connection, workspace_id: int, number: int, at: datetime) -> None:
    await conn.execute(SQL.checkpoint_witnessed, workspace_id, number, at)


async def note_problem(conn: Connection, workspace_id: int, number: int, problem: str) -> None:
    await conn.execute(SQL.checkpoint_problem, workspace_id, number, problem)


def _checkpoint(row: Record | None) -> Checkpoint | None:
    return None if row is None else Checkpoint(**row)
