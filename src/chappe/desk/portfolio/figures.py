"""A few figures of each workspace, read together."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.messages.model import MessageState

SQL = load_statements("chappe.desk.portfolio")

# Contacts are counted up to here: beyond it the page says "more than".
MOST_COUNTED = 100_000
# Whatever became of them, carriers have had these.
_SENT = (
    MessageState.SENT,
    MessageState.DELIVERED,
    MessageState.UNDELIVERED,
    MessageState.EXPIRED,
    MessageState.UNKNOWN,
)


class Figures(msgspec.Struct, frozen=True):
    """Of one workspace. `sent` and `delivered`: messages of campaigns planned in the period."""

    contacts: int
    sending: int
    scheduled: int
    sent: int
    delivered: int


async def figures(conn: Connection, workspace_ids: Sequence[int], *, since: datetime) -> dict[int, Figures]:
    """By workspace. On a connection of the engine role; the ids must be the asker's own workspaces."""
    rows = await conn.fetch(
        SQL.figures, workspace_ids, MOST_COUNTED + 1, since, list(_SENT), MessageState.DELIVERED
    )
    return {
        row["id"]: Figures(row["contacts"], row["sending"], row["scheduled"], row["sent"], row["delivered"])
        for row in rows
    }
