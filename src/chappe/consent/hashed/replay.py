"""Plays back, after a restore, suppressions that are known by a hash: of who was erased since the backup."""

from collections.abc import Sequence

from chappe.consent.hashed.schemes import SQL
from chappe.db.kept import KeptChange
from chappe.db.pool import Connection


async def replay_hashed(conn: Connection, changes: Sequence[KeptChange]) -> int:
    """How many changed. Contacts that the backup brought back are looked up by the worker, which has the
    keys, and by the planner: who was erased is suppressed again before an audience is judged.
    """
    changed = 0
    for change in changes:
        changed += await _replay(conn, change)
    for workspace_id in {change.workspace_id for change in changes}:
        await conn.execute(SQL.queue_contacts, workspace_id)
    return changed


async def _replay(conn: Connection, change: KeptChange) -> int:
    body = change.body
    digest = bytes.fromhex(body["hash"])
    if change.kind == "lifted":
        tag = await conn.execute(SQL.lift_hash, change.workspace_id, digest, body["scope"])
        return int(tag.rpartition(" ")[2])
    scheme_id = await conn.fetchval(
        SQL.add_scheme,
        change.workspace_id,
        body["key_id"],
        body["algorithm"],
        body["spelling"],
        bytes.fromhex(body["fingerprint"]),
        bytes.fromhex(body["secret"]) if "secret" in body else None,
    )
    given = (digest, scheme_id, body["scope"], body["reason"], body["source"])
    tag = await conn.execute(SQL.add_hash, change.workspace_id, *given)
    return int(tag.rpartition(" ")[2])
