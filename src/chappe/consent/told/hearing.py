"""What a carrier tells becomes a suppression, with the carrier's word as its proof. Nothing here commits."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from chappe.consent import repo
from chappe.consent.model import NewSuppression, SuppressionScope
from chappe.consent.reasons import Reason
from chappe.consent.told.model import DAYS_REPEATED, STANDARD, Meaning, Told, word_of
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.consent.told")

SOURCE: Final = "carrier"
_BY_LIFE: Final = "The number wrote to us."
_LONGEST: Final = 100
_REASONS: Final = {Meaning.OPTED_OUT: Reason.REFUSED, Meaning.DEACTIVATED: Reason.DEACTIVATED}

Reached: TypeAlias = Callable[[Mapping[int, int]], Awaitable[set[int]]]
"""Of number → message, those that a message has reached since that one."""


async def words_of(conn: Connection, carriers: Sequence[int]) -> dict[int, dict[str, Meaning]]:
    """By carrier: what its own words mean. Others mean what `STANDARD` says, or nothing."""
    found: dict[int, dict[str, Meaning]] = {}
    for row in await conn.fetch(SQL.words, carriers):
        found.setdefault(row["carrier_number"], {})[row["word"]] = Meaning(row["meaning"])
    return found


async def hear(
    conn: Connection, workspace_id: int, told: Sequence[Told], reached: Reached, *, at: datetime
) -> list[int]:
    """Note what says something of a number and suppress whom it concerns; the numbers that are new."""
    words = await words_of(conn, list({one.carrier_number for one in told}))
    known = [
        (one, meaning)
        for one in told
        if (meaning := _meaning(one, words.get(one.carrier_number, {}))) is not Meaning.NOTHING
    ]
    if not known:
        return []
    await _note(conn, workspace_id, known, at)
    wanted = [
        _suppression(one.phone, reason, one.word)
        for one, meaning in known
        if (reason := _REASONS.get(meaning)) is not None
    ]
    doubtful = [one for one, meaning in known if meaning is Meaning.BAD_NUMBER]
    wanted += await _repeated(conn, workspace_id, doubtful, reached, at)
    once = {new.phone: new for new in wanted}
    return [new.phone for new in await repo.suppress(conn, workspace_id, list(once.values()))] if once else []


async def shows_life(conn: Connection, workspace_id: int, phones: Iterable[int]) -> list[int]:
    """Numbers that wrote to us: that nobody has them is not true, or not any more. Those that were lifted."""
    numbers = sorted(set(phones))
    if not numbers:
        return []
    rows = await conn.fetch(SQL.alive, workspace_id, numbers, _BY_LIFE)
    await conn.execute(SQL.clean_slate, workspace_id, numbers)
    return [row["phone"] for row in rows]


def _meaning(told: Told, own: Mapping[str, Meaning]) -> Meaning:
    word = word_of(told.word)
    return own.get(word) or STANDARD.get(word, Meaning.NOTHING)


async def _note(
    conn: Connection, workspace_id: int, known: Sequence[tuple[Told, Meaning]], at: datetime
) -> None:
    await conn.execute(
        SQL.note,
        workspace_id,
        [one.carrier_number for one, _ in known],
        [one.message_id for one, _ in known],
        [one.phone for one, _ in known],
        [meaning.value for _, meaning in known],
        [one.word[:_LONGEST] for one, _ in known],
        at,
    )


async def _repeated(
    conn: Connection, workspace_id: int, doubtful: Sequence[Told], reached: Reached, at: datetime
) -> list[NewSuppression]:
    """Those that carriers did not know day after day, while nothing arrived."""
    if not doubtful:
        return []
    words = {one.phone: one.word for one in doubtful}
    rows = await conn.fetch(SQL.repeated, workspace_id, list(words), DAYS_REPEATED, at)
    since = {row["phone"]: row["first_message"] or 0 for row in rows}
    alive = await reached(since) if since else set()
    return [_suppression(phone, Reason.DEACTIVATED, words[phone]) for phone in since if phone not in alive]


def _suppression(phone: int, reason: Reason, word: str) -> NewSuppression:
    return NewSuppression(
        phone=phone,
        scope=SuppressionScope.MARKETING,
        reason=reason.value,
        source=SOURCE,
        raw=word[:_LONGEST],
    )
