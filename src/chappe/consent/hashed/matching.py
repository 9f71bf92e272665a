"""Numbers looked up among the hashes: when a contact comes in, and when a number that is no contact's is
written to. Where a workspace has no hashes it costs nothing more than to find that out.
"""

from collections.abc import Sequence
from typing import Final

from asyncpg import Record

from chappe.consent.hashed import schemes
from chappe.consent.hashed.model import hasher
from chappe.consent.hashed.schemes import SQL
from chappe.consent.model import SuppressionScope
from chappe.db.number_keys import NumberKeys
from chappe.db.pool import Connection, Database

MOST: Final = 5_000
"""Numbers looked up by one statement."""


async def hashed_scopes(
    conn: Connection, workspace_id: int, phones: Sequence[int], keys: NumberKeys
) -> dict[int, SuppressionScope]:
    """Those of the numbers that are suppressed by a hash, with the wider scope; nothing is written.

    Raises NumberKeyMissing when a hash was made under a key that is not in the ring.
    """
    return _scopes(await _matches(conn, workspace_id, phones, keys))


async def recognise(
    conn: Connection, workspace_id: int, phones: Sequence[int], keys: NumberKeys
) -> dict[int, SuppressionScope]:
    """As `hashed_scopes`; from now on these suppressions are known by the number, which a contact has."""
    found = await _matches(conn, workspace_id, phones, keys)
    if found:
        await conn.execute(
            SQL.recognise, workspace_id, [row["id"] for row in found], [row["phone"] for row in found]
        )
    return _scopes(found)


async def recognise_contacts(
    conn: Connection, workspace_id: int, phones: Sequence[int], keys: NumberKeys
) -> None:
    """`recognise` for contacts that this transaction has added: they need not be looked up again."""
    if await schemes.schemes(conn, workspace_id):
        await recognise(conn, workspace_id, phones, keys)
        await conn.execute(SQL.matched, workspace_id, phones)


async def recognise_all(db: Database, workspace_id: int) -> None:
    """Every contact that was in when this began, in transactions of its own. An audience is judged after it.

    Raises NumberKeyMissing, also when no contact waits: what is judged must not rest on half of the list.
    """
    async with db.engine_transaction() as conn:
        for scheme in await schemes.schemes(conn, workspace_id):
            db.number_keys.key(scheme.key_id)
    more = 1
    while more:
        async with db.engine_transaction() as conn:
            more = await recognise_waiting(conn, workspace_id, db.number_keys)


async def recognise_waiting(conn: Connection, workspace_id: int, keys: NumberKeys) -> int:
    """Some new contacts that no one has looked up yet; how many. Zero: every contact has been."""
    rows = await conn.fetch(SQL.unmatched, workspace_id, MOST)
    if rows:
        await recognise(conn, workspace_id, [row["phone"] for row in rows if row["known"]], keys)
        await conn.execute(SQL.matched, workspace_id, [row["phone"] for row in rows])
    return len(rows)


async def workspaces_waiting(conn: Connection) -> list[int]:
    """Those with new contacts that no one has looked up yet."""
    return [row["workspace_id"] for row in await conn.fetch(SQL.waiting)]


async def _matches(
    conn: Connection, workspace_id: int, phones: Sequence[int], keys: NumberKeys
) -> list[Record]:
    known = await schemes.schemes(conn, workspace_id)
    found: list[Record] = []
    for scheme in known:
        hashes = hasher(workspace_id, scheme, keys.key(scheme.key_id))
        for at in range(0, len(phones), MOST):
            some = phones[at : at + MOST]
            found += await conn.fetch(SQL.match, workspace_id, some, hashes(some), [scheme.id] * len(some))
    return found


def _scopes(rows: Sequence[Record]) -> dict[int, SuppressionScope]:
    scopes: dict[int, SuppressionScope] = {}
    for row in rows:
        if scopes.get(row["phone"]) is not SuppressionScope.ALL:
            scopes[row["phone"]] = SuppressionScope(row["scope"])
    return scopes
