"""Counts of a run against its messages, one by one.

What pages show is added up from deltas that were appended with each change of the ledger. So it equals a
recount at any moment, also while messages leave and while deltas are being folded: what differs is a defect.
"""

from typing import NamedTuple

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.messages.model import MessageState
from chappe.messages.ranges import Span

SQL = load_statements("chappe.messages")


class Difference(NamedTuple):
    """`what`: messages, parts or minutes. `state` None: of all states together."""

    what: str
    state: MessageState | None
    counted: int
    recounted: int


async def differences(conn: Connection, workspace_id: int, run_id: int, ids: Span) -> list[Difference]:
    """Where the counts of a run are not what its messages are; none when all is well."""
    rows = await conn.fetch(SQL.recount, workspace_id, run_id, *ids)
    return [
        Difference(what, None if state is None else MessageState(state), counted, recounted)
        for what, state, counted, recounted in rows
    ]
