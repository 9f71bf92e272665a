"""The worker's part, and the proof: rows get their place in the chain, and the chain is read through."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import msgspec
import structlog

from chappe.accounts.audit import repo
from chappe.accounts.audit.chain import START, Break, Head, Verifier, next_hash, seal
from chappe.db.errors import ServerGone
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection, Database

log = structlog.get_logger(__name__)

# Five seconds are promised.
_INTERVAL = 2.0
_BATCH = 1_000


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What reading a workspace's chain found. `broken` is the first break; `waiting` are not in it yet."""

    workspace_id: int
    name: str
    events: int
    erased: int
    waiting: int
    broken: Break | None


def sealing_key(keys: InstanceKeys) -> bytes:
    return keys.sub("audit")


async def keep_sealing(db: Database, keys: InstanceKeys) -> None:
    """For ever: what was recorded is in its chain within a few seconds. Any number of workers may."""
    key = sealing_key(keys)
    while True:
        try:
            while await seal_recorded(db, key):
                pass
        except ServerGone as problem:
            log.warning("audit_waits", reason=problem.detail)
        except Exception as error:
            # The worker has other work, whatever became of the trail: `chappe audit verify` says what.
            log.error("audit_not_sealed", error=str(error), exc_info=error)
        await asyncio.sleep(_INTERVAL)


async def seal_recorded(db: Database, key: bytes) -> int:
    """A batch for each workspace that has any, a transaction each; how many rows."""
    async with db.engine_transaction() as conn:
        workspaces = await repo.unsealed_workspaces(conn)
    sealed = 0
    for workspace_id in workspaces:
        async with db.engine_transaction() as conn:
            sealed += await _seal_workspace(conn, key, workspace_id)
    return sealed


async def _seal_workspace(conn: Connection, key: bytes, workspace_id: int) -> int:
    start = Head(0, START, seal(key, workspace_id, 0, START))
    head = await repo.lock_head(conn, workspace_id, start)
    rows: list[tuple[UUID, int, bytes]] = []
    place, end = head.seq, head.hash
    for row in await repo.unsealed(conn, workspace_id, _BATCH):
        place, end = place + 1, next_hash(end, place + 1, row)
        rows.append((row.id, place, end))
    if rows:
        await repo.seal(conn, workspace_id, rows)
        await repo.move_head(conn, workspace_id, Head(place, end, seal(key, workspace_id, place, end)))
    return len(rows)


async def verify(db: Database, keys: InstanceKeys) -> AsyncIterator[Proof]:
    """Every workspace's chain, read through. A break is in the proof, not raised."""
    async with db.engine_transaction() as conn:
        workspaces = await repo.workspaces(conn)
    for workspace_id, name in workspaces:
        yield await _verify(db, sealing_key(keys), workspace_id, name)


async def _verify(db: Database, key: bytes, workspace_id: int, name: str) -> Proof:
    verifier = Verifier()
    async with db.engine_transaction() as conn:
        # Before the rows: a worker that seals meanwhile adds behind this end.
        head = await repo.head(conn, workspace_id)
        waiting = await repo.unsealed_count(conn, workspace_id)
    broken: Break | None = None
    upto = head.seq if head else 0
    while broken is None:
        async with db.engine_transaction() as conn:
            rows = await repo.sealed_after(conn, workspace_id, verifier.seq, _BATCH)
        if head is not None:
            rows = [row for row in rows if row.seq is not None and row.seq <= upto]
        if not rows:
            broken = verifier.end(key, workspace_id, head)
            break
        broken = verifier.read(rows)
    return Proof(
        workspace_id=workspace_id,
        name=name,
        events=verifier.seq,
        erased=verifier.erased,
        waiting=waiting,
        broken=broken,
    )
