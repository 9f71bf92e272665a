"""What came as a click becomes one: who it was of, whether a person, and the counts that follow.

The worker does it some seconds after: by then the carrier's answer to the message is written, and a program
that follows every link has shown itself. One settler at a time; what it takes away and what it writes are one
transaction, so each click is counted once whenever it is killed.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from chappe.db.pool import Connection
from chappe.messages.model import MessageState
from chappe.tracking import repo
from chappe.tracking.judging import BURST_WITHIN, Seen, judge
from chappe.tracking.model import MOST_MISSES
from chappe.tracking.repo import SQL

MOST: Final = 1_000
FORGOTTEN_AFTER: Final = timedelta(days=30)
"""Until then two clicks of one network address can be told (a keyed hash); after, nobody can tell."""
_NEVER_LEFT: Final = frozenset({MessageState.SKIPPED, MessageState.CANCELED})


async def settle(conn: Connection, now: datetime) -> int:
    """Clicks that came before the last seconds; how many. Zero too while another process does it."""
    if not await conn.fetchval(SQL.settling):
        return 0
    rows = await conn.fetch(SQL.take_clicks, now - BURST_WITHIN, MOST, BURST_WITHIN, MOST_MISSES)
    if not rows:
        return 0
    judged = []
    for row in rows:
        # Of a message that was taken by no carrier yet nothing is known: its code may be on its way.
        sent = None if row["state"] is None else row["state"] not in _NEVER_LEFT
        seen = Seen(
            row["at"], row["agent"], row["head"], row["network"], sent, row["submitted_at"], row["others"],
            row["misses"],
        )  # fmt: skip
        judged.append(judge(seen))
    for month in {row["at"].astimezone(UTC).date().replace(day=1) for row in rows}:
        await conn.execute(SQL.ensure_click_month, month)
    told = ("id", "workspace_id", "at", "link_id", "run_id", "message_id", "contact_id", "who")
    columns = [[row[name] for row in rows] for name in told]
    kinds, whys = [int(each.kind) for each in judged], [each.why for each in judged]
    await conn.execute(SQL.settle_clicks, *columns, kinds, whys)
    return len(rows)


async def keep_months(conn: Connection, now: datetime) -> None:
    """The months of clicks that are needed exist; visitors and misses of long ago are forgotten."""
    for day in (now, now + timedelta(days=28)):
        await conn.execute(SQL.ensure_click_month, day.astimezone(UTC).date())
    await repo.forget_visitors(conn, now - FORGOTTEN_AFTER)
    await conn.execute(SQL.forget_misses, now)
