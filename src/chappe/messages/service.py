"""Reading the ledger, and taking ids for what enters it.

A state such as "delivered" is not indexed on its own (the index would cost every update its speed), so it is
asked for within a campaign or a day. The states that need a person's eye are kept in a narrow table and can
be asked for over all time.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from chappe.db.pool import Connection, Database
from chappe.kit.clock import Clock
from chappe.kit.errors import Problem
from chappe.messages import repo
from chappe.messages.model import (
    DERIVED,
    EXCEPTIONAL,
    MessageState,
    MessageView,
    NewBlock,
    NewChunk,
    NewMessage,
    NewState,
    first_id_of_day,
    utc_day,
)
from chappe.messages.ranges import Span, downwards
from chappe.sms.keywords import KEYWORDS, KeywordKind

_BLOCK: Final = 10_000
# A day has 2**40 numbers.
_LARGEST_BLOCK: Final = 1_000_000
_BLOCK_LASTS: Final = 10.0
# How far back in a workspace's inbound texts the replies to one sender are sought.
REPLIES_AMONG: Final = 10_000
_STOP_WORDS: Final = [word for word, found in KEYWORDS.items() if found.kind is KeywordKind.STOP]
_ABOVE_ALL: Final = 2**63 - 1


class UnknownMessage(Problem):
    code = "unknown_message"
    status = 404
    title = "No such message"


class UnknownCampaignFilter(Problem):
    code = "unknown_campaign"
    status = 404
    title = "No such campaign"


class StateNeedsScope(Problem):
    """The state is not kept in a form that can be searched over all time."""

    code = "state_needs_scope"
    status = 422
    title = "This state is listed within a campaign or a day"


class MessageIds:
    """Fresh message ids, taken from the database in blocks; one per process.

    The day's row stays locked for as long as the transaction that took ids from it, so blocks are taken on a
    connection of their own, at once committed: callers never wait for each other, and never wait for a pool
    that they fill themselves. Ids that a stopped process leaves unused are gaps, which nothing minds.
    """

    def __init__(self, db: Database, clock: Clock, block: int = _BLOCK) -> None:
        self._db = db
        self._clock = clock
        self._block = block
        self._next = 0
        self._end = 0
        self._day: date | None = None
        self._refilled_at = clock.monotonic()
        self._lock = asyncio.Lock()

    async def take(self, n: int) -> int:
        """First of n contiguous ids, of today or, in the second that midnight passes, of yesterday."""
        async with self._lock:
            if self._end - self._next < n or self._day != utc_day(self._clock.now()):
                await self._refill(n)
            first = self._next
            self._next += n
            return first

    async def _refill(self, n: int) -> None:
        # A block that was used up within seconds is followed by a larger one.
        now = self._clock.monotonic()
        if now - self._refilled_at < _BLOCK_LASTS:
            self._block = min(self._block * 4, _LARGEST_BLOCK)
        self._refilled_at = now
        size = max(n, self._block)
        conn = await self._db.connection()
        try:
            # The worker makes days ahead; after a long rest this may be the first to need today.
            await repo.make_today(conn)
            self._next = await repo.allocate_ids(conn, size)
        finally:
            await conn.close()
        self._end = self._next + size
        self._day = utc_day(self._clock.now())


async def insert(
    conn: Connection, messages: Sequence[NewMessage], states: Sequence[NewState], chunks: Sequence[NewChunk]
) -> None:
    """Write accepted messages, in either role, and wake the senders at commit: one statement however many."""
    await repo.insert(conn, messages, states, chunks)


async def note_topics(conn: Connection, workspace_id: int, words: Mapping[int, str]) -> None:
    """What single messages are about: the word of a topic by the message's id."""
    await repo.note_topics(conn, workspace_id, words)


async def topic_word(conn: Connection, workspace_id: int, message_id: int) -> str | None:
    """The word of the topic that a single message names, if it names one."""
    return await repo.topic_word(conn, workspace_id, message_id)


async def copy(
    conn: Connection, messages: Sequence[NewMessage], states: Sequence[NewState], chunks: Sequence[NewChunk]
) -> None:
    """As `insert`, by COPY, in the engine's role."""
    await repo.copy(conn, messages, states, chunks)


async def copy_blocks(
    conn: Connection, blocks: Sequence[NewBlock], chunks: Sequence[NewChunk], now: datetime
) -> None:
    """Write a campaign's messages, with the states of those that are skipped, in the engine's role."""
    await repo.copy_blocks(conn, blocks, chunks, now)


async def notify(conn: Connection, lane: str) -> None:
    """Wake the senders at commit. `lane` is a purpose's number, or empty for all."""
    await repo.notify(conn, lane)


async def make_today(conn: Connection) -> None:
    """Make sure that today's messages have a place, in a short transaction of its own."""
    await repo.make_today(conn)


async def allocate_ids(conn: Connection, n: int) -> int:
    """First of n contiguous ids. The day's row stays locked: end the transaction soon."""
    return await repo.allocate_ids(conn, n)


class Filters(NamedTuple):
    """What a list of messages is narrowed to; `to` is a phone number, `day` a UTC day."""

    campaign_id: UUID | None = None
    to: int | None = None
    state: MessageState | None = None
    day: date | None = None


async def read_one(conn: Connection, workspace_id: int, message_id: int, gate_now: datetime) -> MessageView:
    """The message with its state of this moment. Raises UnknownMessage."""
    found = await repo.one(conn, workspace_id, message_id, gate_now)
    if found is None:
        raise UnknownMessage("There is no message with this id. List messages with GET /v1/messages.")
    return found


async def list_page(
    conn: Connection,
    workspace_id: int,
    filters: Filters,
    *,
    after: int | None,
    limit: int,
    gate_now: datetime,
) -> list[MessageView]:
    """At most `limit` messages with ids below `after`, newest first.

    Raises StateNeedsScope, UnknownCampaignFilter.
    """
    ids = await _page_of_ids(conn, workspace_id, filters, after or _ABOVE_ALL, limit, gate_now)
    return await repo.many(conn, workspace_id, ids, gate_now) if ids else []


async def next_due(
    conn: Connection, workspace_id: int, run_ids: Sequence[int], gate_now: datetime
) -> dict[int, datetime]:
    """For each run of which something waits: when the first of it may leave, by the gate's clock."""
    return await repo.next_due(conn, workspace_id, run_ids, gate_now)


async def _page_of_ids(
    conn: Connection, workspace_id: int, filters: Filters, below: int, limit: int, gate_now: datetime
) -> list[int]:
    found: list[int] = []
    for lo, hi in await _spans(conn, workspace_id, filters, below):
        found += await _ids(conn, workspace_id, filters, lo, hi, limit - len(found), gate_now)
        if len(found) >= limit:
            break
    return found


async def _ids(
    conn: Connection, workspace_id: int, filters: Filters, lo: int, hi: int, limit: int, gate_now: datetime
) -> list[int]:
    state, phone = filters.state, filters.to
    scoped = filters.campaign_id is not None or filters.day is not None
    if state is None and phone is not None:
        return await repo.ids_of_phone(conn, workspace_id, phone, lo, hi, limit)
    if state is None:
        return await repo.ids_in_range(conn, workspace_id, lo, hi, limit)
    if scoped and state in DERIVED:
        return await repo.ids_without_state(conn, workspace_id, lo, hi, state, phone, limit, gate_now)
    if scoped:
        return await repo.ids_in_state(conn, workspace_id, lo, hi, state, phone, limit)
    if state in EXCEPTIONAL and phone is None:
        return await repo.exceptional_ids(conn, workspace_id, state, hi, limit)
    raise StateNeedsScope(_needs_scope(state), field="state")


async def _spans(conn: Connection, workspace_id: int, filters: Filters, below: int) -> list[Span]:
    """Where to look, from the highest ids down."""
    lo, hi = 0, below
    if filters.day is not None:
        lo = first_id_of_day(filters.day)
        hi = min(hi, first_id_of_day(filters.day + timedelta(days=1)))
    if filters.campaign_id is not None:
        ids = await repo.ids_of_campaign(conn, workspace_id, filters.campaign_id)
        if ids is None:
            raise UnknownCampaignFilter(
                "There is no campaign with this id. List campaigns with GET /v1/campaigns.",
                field="campaign_id",
            )
        return [(max(lo, first), last) for first, last in downwards(ids, hi)]
    return [(lo, hi)]


def _needs_scope(state: MessageState) -> str:
    over_all = ", ".join(sorted(each.label for each in EXCEPTIONAL))
    return (
        f"Messages that are {state.label} are listed within a campaign or a day: add campaign_id=cmp_… or "
        f"day=YYYY-MM-DD. Over all time, without `to`, you can list: {over_all}."
    )
