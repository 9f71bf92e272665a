"""The table of answers to requests that carried an `Idempotency-Key`."""

from collections.abc import Sequence

from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.api")


async def lock_keys(conn: Connection, workspace_id: int, keys: Sequence[str]) -> set[str]:
    """Those of `keys` that are now this transaction's."""
    rows = await conn.fetch(SQL.idempotency_lock, workspace_id, keys)
    return {row["key"] for row in rows if row["taken"]}


async def answers(
    conn: Connection, workspace_id: int, keys: Sequence[str]
) -> dict[str, tuple[bytes, int, bytes]]:
    """Fingerprint, status and body by key."""
    rows = await conn.fetch(SQL.idempotency_answers, workspace_id, keys)
    return {row["key"]: (row["fingerprint"], row["status"], row["response"]) for row in rows}


async def store(
    conn: Connection,
    workspace_id: int,
    keys: Sequence[str],
    fingerprints: Sequence[bytes],
    statuses: Sequence[int],
    bodies: Sequence[bytes],
) -> None:
    await conn.execute(SQL.idempotency_store, workspace_id, keys, fingerprints, statuses, bodies)


async def sweep(conn: Connection) -> int:
    """Rows forgotten; call again while it is not 0."""
    return int((await conn.execute(SQL.idempotency_sweep)).split()[-1])


async def forget(conn: Connection, workspace_id: int, words: Sequence[str]) -> None:
    await conn.execute(SQL.forget_answers, workspace_id, words)
