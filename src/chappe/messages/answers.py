"""Texts that came in, and the messages they answer.

A text names no message: it answers the last one that this sender had sent to this number, when that was in
the week before. The worker finds it, a moment after the text is recorded, so that receiving never waits.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.messages.ranges import Span, downwards
from chappe.sms.keywords import KEYWORDS, KeywordKind

SQL = load_statements("chappe.messages")

_BATCH: Final = 500
# Of a number's messages, so many of the newest are looked at: a week of one person's.
_AMONG: Final = 50
STOP_WORDS: Final = [word for word, found in KEYWORDS.items() if found.kind is KeywordKind.STOP]


class Answered(NamedTuple):
    """How many texts answer a range of messages, and how many of them ask to stop."""

    replies: int
    stops: int


class Answer(NamedTuple):
    """A text and the message it answers. `phone` is None when its source is no number."""

    id: int
    phone: int | None
    source: str
    body: str
    stops: bool
    received_at: datetime
    message_id: int
    contact_id: int | None


async def match(conn: Connection) -> int:
    """Find what a batch of new texts answers; how many were looked at. In the engine's role."""
    matched: int = await conn.fetchval(SQL.match_answers, _BATCH, _AMONG)
    return matched


async def count(conn: Connection, workspace_id: int, spans: Sequence[Span]) -> Answered:
    """Of the messages of these spans."""
    replies = stops = 0
    for lo, hi in spans:
        row = await conn.fetchrow(SQL.answers_in_range, workspace_id, lo, hi, STOP_WORDS)
        assert row is not None, "an aggregate has one row"
        replies, stops = replies + row["replies"], stops + row["stops"]
    return Answered(replies, stops)


async def page(
    conn: Connection,
    workspace_id: int,
    spans: Sequence[Span],
    *,
    stops: bool,
    after: tuple[int, int] | None,
    limit: int,
) -> list[Answer]:
    """Texts that answer the messages of these spans, those to the newest messages first; `stops`: only those
    that ask to stop. `after`: message and text of the last one seen.
    """
    message, text = after or (None, None)
    found: list[Answer] = []
    for lo, hi in downwards(spans, None if message is None else message + 1):
        rows = await conn.fetch(
            SQL.answers_page, workspace_id, lo, hi, STOP_WORDS, message, text, stops, limit - len(found)
        )
        found += [Answer._make(row) for row in rows]
        if len(found) >= limit:
            break
    return found


async def latest(conn: Connection, workspace_id: int, spans: Sequence[Span], limit: int) -> list[Answer]:
    """The newest texts that answer the messages of these spans."""
    found: list[Answer] = []
    for lo, hi in spans:
        rows = await conn.fetch(SQL.answers_latest, workspace_id, lo, hi, STOP_WORDS, limit)
        found += [Answer._make(row) for row in rows]
    return sorted(found, key=lambda one: one.id, reverse=True)[:limit]
