"""Reading what came in. The engine records it."""

from chappe.db.pool import Connection
from chappe.messages import repo
from chappe.messages.model import InboundView


async def inbound_of(
    conn: Connection, workspace_id: int, phone: int, *, below: int, limit: int
) -> list[InboundView]:
    """What a number wrote, the newest first: at most `limit` texts with ids below `below`."""
    return await repo.inbound_of_phone(conn, workspace_id, phone, below, limit)
