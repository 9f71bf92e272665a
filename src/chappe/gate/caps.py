"""Caps: how many marketing messages a person may get in a time, over all campaigns of a workspace.

What leaves is reserved at its due time in the transaction that writes it, so that two campaigns which start
together cannot both pass. Transactional messages, answers and passwords are neither counted nor capped.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.gate")

DAY, WEEK = 1, 7
MOST: Final = 1_000
_RULES: Final = {DAY: "workspace.cap.day", WEEK: "workspace.cap.week"}
# Longer than any cap looks.
_REMEMBERED: Final = timedelta(days=31)
# Chunks of a canceled run that are given back at a time: as many as are ended at a time.
_CHUNKS: Final = 50


class Caps(msgspec.Struct, frozen=True):
    """A workspace's own; None: no such cap."""

    per_day: int | None = None
    per_week: int | None = None

    @property
    def limits(self) -> "Limits":
        return tuple(
            Limit(_RULES[days], timedelta(days=days), n)
            for days, n in ((DAY, self.per_day), (WEEK, self.per_week))
            if n is not None
        )


NO_CAPS: Final = Caps()


class Limit(NamedTuple):
    """At most `n` messages in any stretch of `span`, by this rule."""

    rule: str
    span: timedelta
    n: int


Limits = tuple[Limit, ...]


class Claim(NamedTuple):
    """Messages due together under the same limits, to different contacts."""

    limits: Limits
    due_at: datetime
    contact_ids: Sequence[int]


class _One(NamedTuple):
    contact_id: int
    due_at: datetime
    claim: int


async def caps_of(conn: Connection, workspace_id: int) -> Caps:
    """The caps a workspace has set itself."""
    rows = await conn.fetch(SQL.caps, workspace_id)
    found = {row["days"]: row["n"] for row in rows}
    return Caps(found.get(DAY), found.get(WEEK))


async def set_caps(conn: Connection, workspace_id: int, caps: Caps) -> None:
    """As they are from now on; what is planned already stays planned."""
    for days, n in ((DAY, caps.per_day), (WEEK, caps.per_week)):
        if n is None:
            await conn.execute(SQL.drop_cap, workspace_id, days)
        else:
            await conn.execute(SQL.set_cap, workspace_id, days, n)


def full(limits: Limits, promised: Iterable[datetime], due_at: datetime) -> Limit | None:
    """The first limit that has no room for one more at `due_at`."""
    known = list(promised)
    for limit in limits:
        if sum(due_at - limit.span < at < due_at + limit.span for at in known) >= limit.n:
            return limit
    return None


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
        everybody = sorted({one.contact_id for asked in rounds.values() for one in asked})
        await conn.execute(SQL.lock_promises, workspace_id, everybody)
    for (limits, _), asked in rounds.items():
        taken = await conn.fetch(
            SQL.promise,
            workspace_id,
            [one.contact_id for one in asked],
            [one.due_at for one in asked],
            [limit.span for limit in limits],
            [limit.n for limit in limits],
            gate_now - _REMEMBERED,
        )
        if len(taken) < len(asked):
            passed = {row[0] for row in taken}
            left = [one for one in asked if one.contact_id not in passed]
            await _name_rules(conn, workspace_id, limits, left, refused)
    return refused


async def standing(conn: Connection, workspace_id: int, claims: Sequence[Claim]) -> list[dict[int, str]]:
    """As `reserve` would answer now, and nothing is taken."""
    refused: list[dict[int, str]] = [{} for _ in claims]
    for (limits, _), asked in _rounds(claims).items():
        await _name_rules(conn, workspace_id, limits, asked, refused)
    return refused


async def release_run(conn: Connection, run_id: int) -> None:
    """Give back what waits of a canceled run, as much as `messages.upkeep.cancel_run` ends next."""
    await conn.execute(SQL.release_run, run_id, _CHUNKS)


async def promises_of(conn: Connection, workspace_id: int, contact_id: int) -> list[datetime]:
    """When a contact is written to under caps, in order."""
    return sorted((await _promises(conn, workspace_id, [contact_id])).get(contact_id, ()))


async def _name_rules(
    conn: Connection, workspace_id: int, limits: Limits, asked: Sequence[_One], refused: list[dict[int, str]]
) -> None:
    promised = await _promises(conn, workspace_id, [one.contact_id for one in asked])
    for one in asked:
        limit = full(limits, promised.get(one.contact_id, ()), one.due_at)
        if limit is not None:
            refused[one.claim][one.contact_id] = limit.rule


async def _promises(
    conn: Connection, workspace_id: int, contact_ids: Sequence[int]
) -> Mapping[int, Sequence[datetime]]:
    rows = await conn.fetch(SQL.promises, workspace_id, contact_ids)
    return {row["contact_id"]: row["at"] for row in rows}


def _rounds(claims: Sequence[Claim]) -> dict[tuple[Limits, int], list[_One]]:
    """The claims as statements: each has one set of limits and meets a contact once. Nearly always one."""
    rounds: dict[tuple[Limits, int], list[_One]] = {}
    met: Counter[int] = Counter()
    for number, one in _each(claims):
        limits = claims[number].limits
        rounds.setdefault((limits, met[one.contact_id]), []).append(one)
        met[one.contact_id] += 1
    return rounds


def _each(claims: Sequence[Claim]) -> Iterator[tuple[int, _One]]:
    for number, claim in enumerate(claims):
        if claim.limits:
            for contact_id in claim.contact_ids:
                yield number, _One(contact_id, claim.due_at, number)
