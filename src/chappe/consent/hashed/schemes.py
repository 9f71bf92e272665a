"""The schemes of a workspace: which there are, and a new one."""

import msgspec
from asyncpg import Record

from chappe.consent.hashed.model import Algorithm, Making, Scheme, Spelling
from chappe.db.number_keys import NumberKey, NumberKeys
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.consent.hashed")


class UsedKey(msgspec.Struct, frozen=True):
    """A key under which suppressions of any workspace are known by a hash, and how many."""

    key_id: str
    numbers: int


async def used_keys(conn: Connection) -> list[UsedKey]:
    """Of all workspaces."""
    return [UsedKey(row["key_id"], row["numbers"]) for row in await conn.fetch(SQL.used_keys)]


async def schemes(conn: Connection, workspace_id: int) -> list[Scheme]:
    """Empty: no suppression of the workspace is known by a hash alone."""
    return [_scheme(row) for row in await conn.fetch(SQL.schemes, workspace_id)]


async def missing_keys(conn: Connection, workspace_id: int, keys: NumberKeys) -> list[str]:
    """Keys that hold numbers of the workspace and are not in the ring: until they are, nothing is sent."""
    here = keys.ids
    return sorted({each.key_id for each in await schemes(conn, workspace_id) if each.key_id not in here})


async def scheme_for(conn: Connection, workspace_id: int, making: Making, key: NumberKey) -> int:
    """The scheme of hashes made so and kept under `key`, noted as changed: what was planned before is looked
    up again when it is sent.
    """
    named = (workspace_id, key.id, making.algorithm.value, making.spelling.value, making.fingerprint)
    found: int | None = await conn.fetchval(SQL.touch_scheme, *named)
    if found is None:
        await conn.execute(SQL.lock_contacts, workspace_id)
        secret = key.seal(making.secret) if making.secret else None
        found = await conn.fetchval(SQL.add_scheme, *named, secret)
    assert found is not None, "a scheme that is added is there"
    return found


def _scheme(row: Record) -> Scheme:
    return Scheme(
        row["id"], row["key_id"], Algorithm(row["algorithm"]), Spelling(row["spelling"]), row["secret"]
    )
