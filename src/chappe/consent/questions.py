"""The one question that a doubtful text is answered with.

It goes with a suppression of marketing, which silence leaves in place: by 47 CFR 64.1200(a)(12) no answer to
a clarification means that the person wants nothing more. YES and NO count only while a question waits.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

import msgspec

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.sms.keywords import agrees, normalise

SQL = load_statements("chappe.consent")

WAITS: Final = timedelta(days=7)
HELD: Final = "asked"
"""The reason of the suppression that holds while a question waits, and after it when nobody answers."""

_REFUSALS: Final = frozenset(
    "no n nope non nein nee nao nej keep continue garder continuer conserver seguir continuar weiter behalten"
    " continua continuare manter".split()
)


class Reply(Enum):
    """To the question whether to stop."""

    YES = "yes"
    NO = "no"


class Question(msgspec.Struct, frozen=True):
    """`words`: those that left the doubt."""

    words: str
    asked_at: datetime
    expires_at: datetime


def reply_of(text: str) -> Reply | None:
    """What the whole text says, if it is nothing but a yes or a no."""
    if agrees(text):
        return Reply.YES
    return Reply.NO if normalise(text) in _REFUSALS else None


async def ask(conn: Connection, workspace_id: int, doubts: Mapping[int, tuple[str, datetime]]) -> set[int]:
    """Of number → (words, when), those that are to be asked: no question waits for them already."""
    if not doubts:
        return set()
    words, times = [each[0] for each in doubts.values()], [each[1] for each in doubts.values()]
    rows = await conn.fetch(SQL.ask_once, workspace_id, list(doubts), words, times, WAITS)
    return {row["phone"] for row in rows}


async def waiting(conn: Connection, workspace_id: int, asked: Mapping[int, datetime]) -> set[int]:
    """Of number → moment, those with a question that waits then."""
    if not asked:
        return set()
    rows = await conn.fetch(SQL.waiting_questions, workspace_id, list(asked), list(asked.values()))
    return {row["phone"] for row in rows}


async def close(conn: Connection, workspace_id: int, phones: list[int]) -> None:
    """They said what they want."""
    if phones:
        await conn.execute(SQL.close_questions, workspace_id, phones)


async def of_number(conn: Connection, workspace_id: int, phone: int, at: datetime) -> Question | None:
    """The question that waits for an answer of this number at a moment."""
    row = await conn.fetchrow(SQL.question_of, workspace_id, phone, at)
    return None if row is None else Question(row["words"], row["asked_at"], row["expires_at"])
