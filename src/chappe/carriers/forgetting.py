"""What links said and heard, when its time is over."""

from datetime import datetime

from chappe.carriers.repo import SQL
from chappe.db.pool import Connection


async def forget_exchanges(conn: Connection, workspace_id: int, before: datetime, most: int) -> int:
    """Delete some of what is older than a moment; how much."""
    done = await conn.execute(SQL.erase_exchanges, workspace_id, before, most)
    return int(done.rpartition(" ")[2])
