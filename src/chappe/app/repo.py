"""Figures for metrics, read across rooms."""

import msgspec

from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.app")


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """`queue`: (lane, leased) → messages; `campaign_messages`: state → (messages, parts)."""

    queue: dict[tuple[int, bool], int]
    campaigns: dict[str, int]
    campaign_messages: dict[int, tuple[int, int]]
    accepted: int


async def figures(conn: Connection) -> Figures:
    """As they are now, folded counts a second late."""
    return Figures(
        queue={(row["lane"], row["state"] == 1): row["messages"] for row in await conn.fetch(SQL.queue)},
        campaigns={row["state"]: row["campaigns"] for row in await conn.fetch(SQL.campaigns)},
        campaign_messages={
            row["state"]: (row["messages"], row["parts"]) for row in await conn.fetch(SQL.campaign_messages)
        },
        accepted=await conn.fetchval(SQL.accepted),
    )
