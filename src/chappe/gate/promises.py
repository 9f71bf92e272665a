"""Promises: what leaves is reserved at its due time, in the transaction that writes it, so that two campaigns
which start together cannot both pass a cap.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Final, NamedTuple
from uuid import UUID

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.gate.caps import PERSONAL, Limit, Limits

SQL = load_statements("chappe.gate")

# Longer than any cap looks.
_REMEMBERED: Final = timedelta(days=31)
# Chunks of a canceled run that are given back at a time: as many as are ended at a time.
_CHUNKS: Final = 50


class Claim(NamedTuple):
    """Messages due together under the same limits, to different contacts."""

    limits: Limits
    due_at: datetime
    contact_ids: Sequence[int]


class Promise(NamedTuple):
    """When a person is written to under caps; of which topic, where that one has a cap."""

    at: datetime
    topic: UUID | None = None


class _Part(NamedTuple):
    """Those of a claim whom one statement can ask."""

    claim: int
    due_at: datetime
    contact_ids: Sequence[int]


class _Known(NamedTuple):
    """What one person has been promised, and how many a week they want."""

    promises: Sequence[Promise] = ()
    per_week: int | None = None


_NOTHING: Final = _Known()


def full(
    limits: Limits, promised: Iterable[Promise], due_at: datetime, per_week: int | None = None
) -> Limit | None:
    """The first limit that has no room for one more at `due_at`. `per_week`: what the person wants."""
    known = list(promised)
    for limit in limits:
        n = per_week if limit is PERSONAL else limit.n
        if n is not None and _counted(limit, known, due_at) >= n:
            return limit
    return None


def _counted(limit: Limit, promised: Sequence[Promise], due_at: datetime) -> int:
    begin, end, topic = due_at - limit.span, due_at + limit.span, limit.topic
    return sum(begin < each.at < end and (topic is None or each.topic == topic) for each in promised)


async def reserve(
    conn: Connection, workspace_id: int, claims: Sequence[Claim], gate_now: datetime
) -> list[dict[int, str]]:
    """Take what the claims ask, for those who have room; for each claim the others, with the rule that is
    full.

    The rows of all contacts stay locked until the transaction ends.
    """
    refused: list[dict[int, str]] = [{} for _ in claims]
    rounds = _rounds(claims)
    if len(rounds) > 1:
        everybody = sorted({one for parts in rounds.values() for part in parts for one in part.contact_ids})
        await conn.execute(SQL.lock_promises, workspace_id, everybody)
    for (limits, _), parts in rounds.items():
        left = await _promise(conn, workspace_id, limits, parts, gate_now)
        if left:
            await _name_rules(conn, workspace_id, limits, _among(parts, set(left)), refused)
    return refused


async def standing(conn: Connection, workspace_id: int, claims: Sequence[Claim]) -> list[dict[int, str]]:
    """As `reserve` would answer now, and nothing is taken."""
    refused: list[dict[int, str]] = [{} for _ in claims]
    for (limits, _), parts in _rounds(claims).items():
        await _name_rules(conn, workspace_id, limits, parts, refused)
    return refused


async def release_run(conn: Connection, run_id: int, topic_id: UUID | None) -> None:
    """Give back what waits of a canceled run, as much as `messages.upkeep.cancel_run` ends next. `topic_id`:
    that of its campaign.
    """
    await conn.execute(SQL.release_run, run_id, _CHUNKS, topic_id)


async def count_as(conn: Connection, workspace_id: int, gone_id: int, kept_id: int) -> None:
    """What one contact was promised counts for another too, who is the same person."""
    await conn.execute(SQL.count_promises_as, workspace_id, gone_id, kept_id)


async def promises_of(conn: Connection, workspace_id: int, contact_id: int) -> list[Promise]:
    """When a contact is written to under caps, in order."""
    known = await _known(conn, workspace_id, [contact_id])
    return sorted(known.get(contact_id, _NOTHING).promises, key=lambda each: each.at)


async def _promise(
    conn: Connection, workspace_id: int, limits: Limits, parts: Sequence[_Part], gate_now: datetime
) -> Sequence[int]:
    """Those who have no room."""
    shared = [limit for limit in limits if limit is not PERSONAL]
    # Nearly always these are all: a day's and a week's cap of the workspace.
    first, second = [*(limit for limit in shared if limit.topic is None), None, None][:2]
    others = [limit for limit in shared if limit is not first and limit is not second]
    ends = accumulate((len(part.contact_ids) for part in parts), initial=1)
    refused: Sequence[int] | None = await conn.fetchval(
        SQL.promise,
        workspace_id,
        f"{{{','.join(str(one) for part in parts for one in part.contact_ids)}}}",
        [part.due_at for part in parts],
        list(ends)[:-1],
        gate_now - _REMEMBERED,
        *_numbers(first),
        *_numbers(second),
        [limit.span for limit in others] or None,
        [limit.n for limit in others],
        [limit.topic for limit in others],
        next((limit.topic for limit in others if limit.topic is not None), None),
        PERSONAL in limits,
        not shared,
    )
    return refused or ()


def _numbers(limit: Limit | None) -> tuple[int | None, timedelta | None]:
    return (None, None) if limit is None else (limit.n, limit.span)


async def _name_rules(
    conn: Connection,
    workspace_id: int,
    limits: Limits,
    parts: Sequence[_Part],
    refused: list[dict[int, str]],
) -> None:
    known = await _known(conn, workspace_id, [one for part in parts for one in part.contact_ids])
    for part in parts:
        for contact_id in part.contact_ids:
            promised, per_week = known.get(contact_id, _NOTHING)
            limit = full(limits, promised, part.due_at, per_week)
            if limit is not None:
                refused[part.claim][contact_id] = limit.rule


async def _known(conn: Connection, workspace_id: int, contact_ids: Sequence[int]) -> Mapping[int, _Known]:
    rows = await conn.fetch(SQL.promises, workspace_id, contact_ids)
    return {
        contact_id: _Known([Promise(*each) for each in zip(at, topics, strict=True)], per_week)
        for contact_id, at, topics, per_week in rows
    }


def _among(parts: Sequence[_Part], chosen: set[int]) -> list[_Part]:
    return [part._replace(contact_ids=[one for one in part.contact_ids if one in chosen]) for part in parts]


def _rounds(claims: Sequence[Claim]) -> dict[tuple[Limits, int], list[_Part]]:
    """The claims as statements: each has one set of limits and meets a contact once. Nearly always one."""
    rounds: dict[tuple[Limits, int], list[_Part]] = {}
    met: set[int] = set()
    again: Counter[int] = Counter()
    for number, (limits, due_at, contact_ids) in enumerate(claims):
        if not limits:
            continue
        by_turn: dict[int, list[int]] = {}
        if met.isdisjoint(contact_ids):
            rounds.setdefault((limits, 0), []).append(_Part(number, due_at, contact_ids))
        else:
            for one in contact_ids:
                again[one] += one in met
                by_turn.setdefault(again[one], []).append(one)
        for turn, ids in by_turn.items():
            rounds.setdefault((limits, turn), []).append(_Part(number, due_at, ids))
        met.update(contact_ids)
    return rounds
