"""Receipts applied to the ledger: the short way for messages of one part, the long way for all others."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from chappe.db.pool import OwnConnection
from chappe.engine.model import Change, FinalStates, LinkSession, ParkedReceipt, ReceiptRow
from chappe.engine.runs import Runs
from chappe.engine.statements import SQL
from chappe.engine.told import reading
from chappe.messages.model import EXCEPTIONAL, MessageState

_SENT = int(MessageState.SENT)
_DELIVERED = int(MessageState.DELIVERED)


class NotPlain(Exception):
    """Fewer rows changed than receipts: the long way must be gone."""


class Batch(NamedTuple):
    """What one transaction applies."""

    link: LinkSession
    found: FinalStates
    runs: Runs
    at: datetime


async def apply_plain(conn: OwnConnection, batch: Batch) -> None:
    """Every message of one part and still "sent", else NotPlain: the caller rolls back."""
    delivered, rows = batch.found.delivered, batch.found.rows
    if any(row.pdus != 1 for row in rows):
        raise NotPlain
    if delivered:
        await _all_of(conn, SQL.apply_delivered, batch, delivered)
    if rows:
        ids = [row.id for row in rows]
        columns = [row.state for row in rows], [row.reason for row in rows]
        await _all_of(conn, SQL.apply_plain_receipts, batch, ids, *columns)
    moved: Counter[tuple[int, int]] = Counter()
    for run, n in batch.runs.tally(delivered):
        moved[run, _SENT] -= n
        moved[run, _DELIVERED] += n
    await _follow(conn, batch, [Change(row.id, _SENT, row.state) for row in rows], moved)


async def _all_of(
    conn: OwnConnection, statement: str, batch: Batch, ids: Sequence[int], *columns: Sequence[Any]
) -> None:
    link = batch.link
    status = await conn.execute(
        statement, ids, link.carrier, link.token, batch.at, min(ids), max(ids), *columns
    )
    if status != f"UPDATE {len(ids)}":
        raise NotPlain


async def apply(conn: OwnConnection, batch: Batch) -> list[int]:
    """Ids without a state row."""
    rows = [ReceiptRow(message, 1, 1, 0, _DELIVERED, None) for message in batch.found.delivered]
    rows += batch.found.rows
    if not rows:
        await _follow(conn, batch, [], Counter())
        return []
    ids = [row.id for row in rows]
    found = await conn.fetch(
        SQL.apply_receipts,
        ids,
        [row.pdus for row in rows],
        [row.done for row in rows],
        [row.failed for row in rows],
        [row.state for row in rows],
        [row.reason for row in rows],
        min(ids),
        max(ids),
        batch.at,
    )
    changes = [Change(*row) for row in found]
    known = {change.id for change in changes}
    missing = [one for one in ids if one not in known]
    if missing:
        # Some of the parked ones were not applied: all stay on disk.
        batch = batch._replace(found=batch.found._replace(parked=()))
    await _follow(conn, batch, [change for change in changes if change.old != change.new], Counter())
    return missing


async def park(conn: OwnConnection, link: LinkSession, receipts: Sequence[ParkedReceipt]) -> list[int]:
    """Ids of the rows, in order; none when the link is not this session's."""
    rows = await conn.fetch(
        SQL.park_receipts,
        link.workspace_id,
        link.carrier,
        [one.provider_id for one in receipts],
        [one.canonical for one in receipts],
        [one.state for one in receipts],
        [one.error for one in receipts],
        [one.done_at for one in receipts],
        link.token,
    )
    return sorted(row["id"] for row in rows)


async def _follow(
    conn: OwnConnection, batch: Batch, changes: Sequence[Change], counts: Counter[tuple[int, int]]
) -> None:
    """Counts of the runs (with those already in `counts`), exceptions, parked rows that are settled."""
    workspace, runs = batch.link.workspace_id, batch.runs
    for message, old, new in changes:
        run = runs.run_of(message)
        if run is not None:
            counts[run, old] -= 1
            counts[run, new] += 1
    moved = [(run, state, n) for (run, state), n in counts.items() if n]
    if moved:
        await conn.execute(
            SQL.add_deltas,
            [workspace] * len(moved),
            [run for run, _, _ in moved],
            [state for _, state, _ in moved],
            [""] * len(moved),
            [n for _, _, n in moved],
            [0] * len(moved),
        )
    noted = [(change.id, change.new) for change in changes if change.new in EXCEPTIONAL]
    if noted:
        await conn.execute(
            SQL.add_exceptions,
            [message for message, _ in noted],
            [workspace] * len(noted),
            [runs.run_of(message) for message, _ in noted],
            [state for _, state in noted],
        )
    # Those that are exceptions too are queued by a trigger.
    undelivered = [change.id for change in changes if change.new == MessageState.UNDELIVERED]
    if undelivered:
        await reading.queue(conn, workspace, undelivered)
    if batch.found.parked:
        await conn.execute(SQL.unpark_receipts, batch.found.parked)
