"""What the statements of results and receipts do, on tables in memory: `queries.sql`, line by line."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from tests.simulation.dispatching import CANCELING, LEASED, lost, owned
from tests.simulation.tables import DELIVERED, SENT, UNDELIVERED, UNKNOWN, WORKSPACE, Chunk, Tables

from chappe.engine.model import (
    Accepted,
    Ask,
    Change,
    ExceptionRow,
    FinalStates,
    Found,
    LinkSession,
    ParkedReceipt,
    ReceiptRow,
    Results,
    RunRange,
    SentMessage,
    SentPage,
    StateRow,
)
from chappe.engine.runs import Runs
from chappe.messages.model import EXCEPTIONAL, RunDelta, day_of

_PAGE = 5


def record(tables: Tables, now: float, link: LinkSession, results: Results, again: bool) -> None:
    """All or nothing. LeaseLost, Duplicate."""
    if again and _was_recorded(tables, link, results):
        return
    finished = [tables.chunks.get(number) for number in results.finished]
    mine = [one for one in finished if one and _held(one, link)]
    if not owned(tables, link) or len(mine) != len(finished):
        raise lost(link)
    tables.put(results.rows + [row for batch in results.accepted for row in _accepted(link, batch)])
    tables.deltas += results.deltas
    tables.exceptions.update(results.exceptions)
    _record_late(tables, results)
    for chunk in mine:
        del tables.chunks[chunk.id]
        for rest in results.remnants:
            if rest.parent == chunk.id:
                tables.add_chunk(
                    run_id=chunk.run_id, lane=chunk.lane, lo=rest.lo, hi=rest.hi, due_at=rest.due_at,
                    window_end=rest.window_end, zones=chunk.zones, expires_at=chunk.expires_at,
                    attempt=rest.attempt, not_carrier=rest.not_carrier,
                )  # fmt: skip


def _accepted(link: LinkSession, batch: Accepted) -> list[StateRow]:
    named = zip(batch.ids, batch.provider_ids, strict=True)
    return [
        StateRow(
            message, batch.workspace_id, SENT, 1, link.carrier, name.decode("latin-1"), None, 0, 0, None,
            batch.at, None,
        )
        for message, name in named
    ]  # fmt: skip


def _was_recorded(tables: Tables, link: LinkSession, results: Results) -> bool:
    if (message := results.one_id) is not None:
        return message in tables.states
    if results.finished:
        chunk = tables.chunks.get(results.finished[0])
        return chunk is None or not _held(chunk, link)
    return False


def _held(chunk: Chunk, link: LinkSession) -> bool:
    leased = chunk.state in (LEASED, CANCELING)
    return leased and (chunk.carrier, chunk.token) == (link.carrier, link.token)


def _record_late(tables: Tables, results: Results) -> None:
    for one in results.late:
        row = tables.states.get(one.id)
        if row is not None and row.state == UNKNOWN and row.provider_id is None:
            tables.change(row._replace(state=SENT, provider_id=one.provider_id, reason=None))
            if one.run_id is not None:
                tables.deltas.append(RunDelta(WORKSPACE, one.run_id, UNKNOWN, "", -1, 0))
                tables.deltas.append(RunDelta(WORKSPACE, one.run_id, SENT, "", 1, 0))


def apply_receipts(
    tables: Tables, now: float, link: LinkSession, found: FinalStates, runs: Runs, at: datetime
) -> list[int]:
    """Ids without a row. LeaseLost."""
    if not owned(tables, link):
        raise lost(link)
    rows = [ReceiptRow(message, 1, 1, 0, DELIVERED, None) for message in found.delivered]
    rows += found.rows
    changes = [_apply(tables, row, at) for row in rows if row.id in tables.states]
    moved = Counter[tuple[int, int]]()
    for change in changes:
        run = runs.run_of(change.id)
        if change.old == change.new:
            continue
        if run is not None:
            moved[run, change.old] -= 1
            moved[run, change.new] += 1
        if change.new in EXCEPTIONAL:
            tables.exceptions.add(ExceptionRow(change.id, WORKSPACE, run, change.new))
    tables.deltas += [RunDelta(WORKSPACE, run, state, "", n, 0) for (run, state), n in moved.items() if n]
    known = {change.id for change in changes}
    missing = [row.id for row in rows if row.id not in known]
    if not missing:
        for number in found.parked:
            tables.parked.pop(number, None)
    return missing


def _apply(tables: Tables, receipt: ReceiptRow, at: datetime) -> Change:
    row = tables.states[receipt.id]
    done = row.done_mask | receipt.done
    delivered_before = row.done_mask & ~row.failed_mask
    failed = (row.failed_mask | (receipt.failed & ~delivered_before)) & ~(receipt.done & ~receipt.failed)
    if row.state in (SENT, UNKNOWN) and failed and receipt.state != DELIVERED:
        new = receipt.state
    elif row.state in (SENT, UNKNOWN) and failed:
        new = UNDELIVERED
    elif row.state in (SENT, UNDELIVERED, UNKNOWN) and not failed and done == (1 << receipt.pdus) - 1:
        new = DELIVERED
    else:
        new = row.state
    reason, done_at = row.reason, row.done_at
    if new != row.state:
        reason, done_at = None if new == DELIVERED else receipt.reason, at
    tables.change(row._replace(state=new, done_mask=done, failed_mask=failed, reason=reason, done_at=done_at))
    return Change(row.id, row.state, new)


def park(tables: Tables, now: float, link: LinkSession, receipts: Sequence[ParkedReceipt]) -> list[int]:
    if not owned(tables, link):
        raise lost(link)
    ids = [next(tables.numbers) for _ in receipts]
    tables.parked.update((one, row._replace(id=one)) for one, row in zip(ids, receipts, strict=True))
    return ids


def parked(tables: Tables, now: float, link: LinkSession, since: datetime) -> list[ParkedReceipt]:
    return list(reversed(tables.parked.values()))


def forget_parked(tables: Tables, now: float, link: LinkSession, before: datetime) -> int:
    return 0  # no schedule lasts three days


def find_sent(
    tables: Tables,
    now: float,
    link: LinkSession,
    provider_ids: Sequence[str],
    since: int,
    until: int,
    ask: Ask,
) -> Found:
    """No day of a simulation has an index: it is read whole, or not."""
    wanted = set(provider_ids)
    there = [row for row in tables.states.values() if row.id >= since and day_of(row.id) <= day_of(until)]
    if ask is not Ask.READ:
        return Found([], not there)
    found = [row for row in there if row.provider_id in wanted or wanted.intersection(row.more_ids or ())]
    return Found([SentMessage(row.id, row.provider_id, row.more_ids) for row in found], True)


def sent_below(tables: Tables, now: float, link: LinkSession, since: int, below: int) -> SentPage:
    numbers = sorted((number for number in tables.states if since <= number < below), reverse=True)
    if not numbers:
        return SentPage([], None)
    page = [tables.states[number] for number in numbers[:_PAGE]]
    found = [
        SentMessage(row.id, row.provider_id, row.more_ids, row.state == UNDELIVERED)
        for row in page
        if row.state in (SENT, UNDELIVERED, UNKNOWN) and row.provider_id is not None
    ]
    return SentPage(found, page[-1].id)


def runs_between(tables: Tables, now: float, lo: int, hi: int) -> list[RunRange]:
    found: Iterable = tables.runs.values()
    return [
        RunRange(one.lo, one.lo + one.total, one.run_id, WORKSPACE)
        for one in found
        if one.lo < hi and one.lo + one.total > lo
    ]
