"""The worker's part: what carriers said when they refused or gave up a message, a batch a transaction.

Not done where results and receipts are recorded: a flush of five thousand is not to wait for a look at each
carrier's words. A trigger queues the few that failed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from chappe.consent.told.hearing import hear
from chappe.consent.told.model import Told
from chappe.db.pool import Connection, Database
from chappe.db.statements import load_statements
from chappe.kit.clock import Clock

SQL = load_statements("chappe.engine.told")

_BATCH: Final = 2_000


async def queue(conn: Connection, workspace_id: int, message_ids: Sequence[int]) -> None:
    """What the carrier said of these messages is read soon, when this transaction is committed."""
    await conn.execute(SQL.queue, workspace_id, message_ids)


async def read_words(db: Database, clock: Clock) -> None:
    """All that waits."""
    while await _read_some(db, clock):
        pass


async def _read_some(db: Database, clock: Clock) -> bool:
    async with db.engine_transaction() as conn:
        unread = await conn.fetch(SQL.take_unread, _BATCH)
        if not unread:
            return False
        ids = [row["message_id"] for row in unread]
        told: dict[int, list[Told]] = defaultdict(list)
        for row in await conn.fetch(SQL.words, ids, min(ids), max(ids)):
            told[row["workspace_id"]].append(
                Told(row["carrier_number"], row["phone"], row["reason"], row["id"])
            )
        for workspace_id, some in told.items():
            await _hear(conn, workspace_id, some, clock)
    return len(unread) == _BATCH


async def _hear(conn: Connection, workspace_id: int, told: list[Told], clock: Clock) -> None:
    async def reached(since: Mapping[int, int]) -> set[int]:
        rows = await conn.fetch(SQL.reached, workspace_id, list(since), list(since.values()))
        return {row["phone"] for row in rows}

    await hear(conn, workspace_id, told, reached, at=clock.now())
