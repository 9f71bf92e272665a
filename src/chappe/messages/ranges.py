"""Messages of ranges of ids, which are a campaign's, by their states.

States are not indexed, because they change. So a page is looked for along the ids, a stretch at a time, and
no further than a few stretches: where such messages are rare, the page says how far it has looked.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from chappe.db.pool import Connection
from chappe.messages import repo
from chappe.messages.model import MessageState, MessageView

# Chosen so that a stretch is read within one request; the time has not been measured at two million messages.
STRETCH: Final = 100_000
MOST_STRETCHES: Final = 6


Span = tuple[int, int]
"""The ids lo ≤ id < hi."""


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same ids in as few spans as can be, the lowest first: runs that were planned together are one."""
    found: list[Span] = []
    for lo, hi in sorted(spans):
        if found and lo <= found[-1][1]:
            found[-1] = found[-1][0], max(hi, found[-1][1])
        else:
            found.append((lo, hi))
    return found


def downwards(spans: Sequence[Span], below: int | None = None) -> Iterator[Span]:
    """The spans from the highest down, as far as they are below an id."""
    for lo, hi in reversed(joined(spans)):
        top = hi if below is None else min(hi, below)
        if lo < top:
            yield lo, top


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
    reason: str | None = None,
    upwards: bool = False,
) -> Stretch:
    """At most `limit` messages lo ≤ id < hi in these states, the highest ids first, or the lowest; `reason`:
    those that are so for this reason alone.
    """
    found: list[int] = []
    for _ in range(MOST_STRETCHES):
        if lo >= hi or len(found) >= limit:
            break
        low, high = (lo, min(hi, lo + STRETCH)) if upwards else (max(lo, hi - STRETCH), hi)
        found += await repo.ids_in_states(
            conn, workspace_id, low, high, states, limit - len(found), reason=reason, upwards=upwards
        )
        lo, hi = (high, hi) if upwards else (lo, low)
    messages = await repo.many(conn, workspace_id, found, gate_now) if found else []
    if upwards:
        messages.reverse()
    whole = lo >= hi or len(found) >= limit
    return Stretch(messages, None if whole else (lo if upwards else hi))


async def by_ids(
    conn: Connection, workspace_id: int, ids: Sequence[int], gate_now: datetime
) -> list[MessageView]:
    """These messages, the highest ids first."""
    return await repo.many(conn, workspace_id, ids, gate_now) if ids else []


async def newest(
    conn: Connection,
    workspace_id: int,
    spans: Sequence[Span],
    states: Sequence[MessageState],
    *,
    below: int | None,
    limit: int,
    gate_now: datetime,
    reason: str | None = None,
) -> Stretch:
    """As `page`, over several spans: the highest ids first, those below an id."""
    found: list[MessageView] = []
    for lo, hi in downwards(spans, below):
        left = limit - len(found)
        stretch = await page(conn, workspace_id, lo, hi, states, limit=left, gate_now=gate_now, reason=reason)
        found += stretch.messages
        if stretch.reached is not None or len(found) >= limit:
            return Stretch(found, stretch.reached)
    return Stretch(found, None)
