"""A person goes out of the inbox."""

from collections.abc import Sequence

from chappe.db.pool import Connection
from chappe.inbox import repo


async def forget(conn: Connection, workspace_id: int, phones: Sequence[int]) -> None:
    """Their conversations, and who answered them. What was written is the ledger's."""
    if await repo.forget(conn, workspace_id, phones):
        await repo.tell(conn, workspace_id)
