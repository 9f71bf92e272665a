"""Messages of one range of ids, which is a campaign's, by their states.

States are not indexed, because they change. So a page is looked for along the ids, a stretch at a time, and
no further than a few stretches: where such messages are rare, the page says how far it has looked.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from chappe.db.pool import Connection
from chappe.messages import repo
from chappe.messages.model import MessageState, MessageView

# Chosen so that a stretch is read within one request; the time has not been measured at two million messages.
STRETCH: Final = 100_000
MOST_STRETCHES: Final = 6


class Stretch(NamedTuple):
    """Messages found, in the order asked for. `reached`: the id up to which was looked; None at the end."""

    messages: list[MessageView]
    reached: int | None


async def page(
    conn: Connection,
    workspace_id: int,
    lo: int,
    hi: int,
    states: Sequence[MessageState],
    *,
    limit: int,
    gate_now: datetime,
    upwards: bool = False,
) -> Stretch:
    """At most `limit` messages lo ≤ id < hi in these states, the highest ids first, or the lowest."""
    found: list[int] = []
    for _ in range(MOST_STRETCHES):
        if lo >= hi or len(found) >= limit:
            break
        low, high = (lo, min(hi, lo + STRETCH)) if upwards else (max(lo, hi - STRETCH), hi)
        found += await repo.ids_in_states(
            conn, workspace_id, low, high, states, limit - len(found), upwards=upwards
        )
        lo, hi = (high, hi) if upwards else (lo, low)
    messages = await repo.many(conn, workspace_id, found, gate_now) if found else []
    if upwards:
        messages.reverse()
    whole = lo >= hi or len(found) >= limit
    return Stretch(messages, None if whole else (lo if upwards else hi))
