"""The numbers and hashes of a list become suppressions, in sets. Nothing here commits."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from chappe.consent.hashed import schemes
from chappe.consent.hashed.model import Making, keyed
from chappe.consent.model import SuppressionScope
from chappe.db.number_keys import NumberKeys
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.consent.listed")


class Origin(msgspec.Struct, frozen=True):
    """What the suppressions of a list have in common."""

    list_id: UUID
    scope: SuppressionScope
    reason: str
    source: str


async def add_numbers(conn: Connection, workspace_id: int, phones: Sequence[int], origin: Origin) -> int:
    """How many were not suppressed in this scope."""
    once = list(dict.fromkeys(phones))
    tag = await conn.execute(SQL.add_numbers, workspace_id, once, *_columns(origin))
    return int(tag.rpartition(" ")[2])


async def add_hashes(
    conn: Connection,
    workspace_id: int,
    digests: Sequence[bytes],
    making: Making,
    origin: Origin,
    keys: NumberKeys,
) -> int:
    """As `add_numbers`, for what another system made of numbers. They are hashed once more under our key:
    nobody who reads the table can try all numbers against it. Raises NumberKeyMissing.
    """
    key = keys.current
    scheme_id = await schemes.scheme_for(conn, workspace_id, making, key)
    hashes = [keyed(workspace_id, digest, key) for digest in dict.fromkeys(digests)]
    tag = await conn.execute(SQL.add_hashes, workspace_id, hashes, *_columns(origin), scheme_id)
    return int(tag.rpartition(" ")[2])


async def look_again(conn: Connection, workspace_id: int) -> None:
    """Every contact is looked up among the hashes, by the worker and before the next audience is judged."""
    await conn.execute(schemes.SQL.queue_contacts, workspace_id)


async def lift_list(conn: Connection, workspace_id: int, list_id: UUID, by: str, most: int) -> int:
    """End some of a list's suppressions; how many. Who asked to stop themselves since is not among them."""
    tag = await conn.execute(SQL.lift_list, workspace_id, list_id, by, most)
    return int(tag.rpartition(" ")[2])


def _columns(origin: Origin) -> tuple[UUID, str, str, str]:
    return origin.list_id, origin.scope.value, origin.reason, origin.source
