"""A person goes out of the ledger: their messages stay as rows that count and cost, without number or
text.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.messages import counts
from chappe.messages.answers import STOP_WORDS
from chappe.messages.model import MessageState, RunDelta

SQL = load_statements("chappe.messages")

NOBODY: Final = 0
"""The number of a message whose person was erased."""
ERASED: Final = "erased"
"""The reason of messages that were still to be sent."""
_ALL: Final = 2**63 - 1
_MOST: Final = 1_000_000


async def forget(conn: Connection, workspace_id: int, phones: Sequence[int], now: datetime) -> int:
    """Erase numbers, texts and references of what was sent to these numbers, and what they wrote. What waits
    to be sent ends as canceled. How many messages a sender holds at this moment: ask again when it has let
    go.
    """
    digits = [str(phone) for phone in phones]
    await conn.execute(SQL.forget_inbound, workspace_id, phones, digits, STOP_WORDS)
    held = 0
    for phone in phones:
        found = await conn.fetch(SQL.ids_of_phone, workspace_id, phone, 0, _ALL, _MOST)
        ids = [row["id"] for row in found]
        if ids:
            await _cancel(conn, workspace_id, ids, now)
            emptied = await conn.execute(SQL.forget_messages, workspace_id, ids)
            held += len(ids) - int(emptied.rpartition(" ")[2])
    return held


async def _cancel(conn: Connection, workspace_id: int, ids: Sequence[int], now: datetime) -> None:
    """Those in chunks that nobody holds: a link that leases one afterwards finds that they have ended."""
    ended = await conn.fetch(SQL.cancel_messages, workspace_id, ids, MessageState.CANCELED, ERASED, now)
    deltas: list[RunDelta] = []
    for run_id, n in sorted(Counter(row["run_id"] for row in ended if row["run_id"]).items()):
        deltas.append(RunDelta(workspace_id, run_id, MessageState.QUEUED, "", -n, 0))
        deltas.append(RunDelta(workspace_id, run_id, MessageState.CANCELED, ERASED, n, 0))
    await counts.record(conn, deltas)
