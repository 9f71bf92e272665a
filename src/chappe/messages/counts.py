"""Counts of a run by state and reason: appended as deltas where the ledger changes, folded later.

A counter row would be updated by every batch of every sender at once; a delta is an insert. What is read is
the folded counts and the deltas together, so folding is never late.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.messages.model import MessageState, RunDelta

SQL = load_statements("chappe.messages")


class Count(NamedTuple):
    """How many messages of a run are in a state. Parts: see `RunDelta`."""

    state: MessageState
    reason: str
    n: int
    parts: int


class Minute(NamedTuple):
    """How many more messages of a run were in a state at the end of a minute than at its beginning."""

    at: datetime
    state: MessageState
    n: int


class Parts(NamedTuple):
    """`handed` to carriers, which is billed; `planned`: of everything planned, sent since or not."""

    handed: int
    planned: int


def parts_of(counts: Iterable[Count]) -> Parts:
    """Planned parts are told from those handed over by their state, see `RunDelta`."""
    handed = planned = 0
    for count in counts:
        if count.state is MessageState.QUEUED:
            planned += count.parts
        else:
            handed += count.parts
    return Parts(handed, planned)


async def record(conn: Connection, deltas: Sequence[RunDelta]) -> None:
    """Append changes, in the transaction that changes the ledger."""
    if deltas:
        await conn.execute(SQL.record_deltas, *zip(*deltas, strict=True))


async def fold(conn: Connection, most: int = 50_000) -> int:
    """Move up to `most` deltas into the counts; how many."""
    folded: int = await conn.fetchval(SQL.fold_deltas, most)
    return folded


async def of_runs(conn: Connection, workspace_id: int, run_ids: Sequence[int]) -> dict[int, list[Count]]:
    """The counts of each run that has any."""
    counts: dict[int, list[Count]] = {}
    for run_id, state, reason, n, parts in await conn.fetch(SQL.counts_of_runs, workspace_id, run_ids):
        counts.setdefault(run_id, []).append(Count(MessageState(state), reason, n, parts))
    return counts


def together(counts: Iterable[Count]) -> list[Count]:
    """The counts of several runs as those of one."""
    summed: dict[tuple[MessageState, str], tuple[int, int]] = {}
    for state, reason, n, parts in counts:
        before = summed.get((state, reason), (0, 0))
        summed[state, reason] = before[0] + n, before[1] + parts
    return [Count(*key, *values) for key, values in summed.items()]


async def by_minute(conn: Connection, workspace_id: int, run_ids: Sequence[int]) -> list[Minute]:
    """How the counts of these runs together changed over time, oldest first."""
    rows = await conn.fetch(SQL.minutes_of_runs, workspace_id, run_ids)
    return [Minute(at, MessageState(state), n) for at, state, n in rows]
