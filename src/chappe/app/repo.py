"""Figures for metrics, read across rooms."""

from datetime import datetime

import msgspec

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.messages.counts import Count
from chappe.messages.model import MessageState

SQL = load_statements("chappe.app")


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """`queue`: (lane, place) → messages; `campaign_counts`: of all campaigns together, one a state."""

    queue: dict[tuple[int, str], int]
    campaigns: dict[str, int]
    campaign_counts: list[Count]


async def figures(conn: Connection, gate_now: datetime) -> Figures:
    """As they are now, folded counts a second late."""
    return Figures(
        queue={(row["lane"], row["place"]): row["messages"] for row in await conn.fetch(SQL.queue, gate_now)},
        campaigns={row["state"]: row["campaigns"] for row in await conn.fetch(SQL.campaigns)},
        campaign_counts=[
            Count(MessageState(row["state"]), "", row["n"], row["parts"])
            for row in await conn.fetch(SQL.campaign_messages)
        ],
    )
