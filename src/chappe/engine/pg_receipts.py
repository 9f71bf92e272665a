"""Receipts applied to the ledger: the short way for messages of one part, the long way for all others."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from chappe.db.pool import OwnConnection
from chappe.engine.model import Change, LinkSession, ParkedReceipt, ReceiptRow
from chappe.engine.statements import SQL
from chappe.messages.model import EXCEPTIONAL, MessageState

_SENT = int(MessageState.SENT)


class NotPlain(Exception):
    """Fewer rows changed than receipts: the long way must be gone."""


class Batch(NamedTuple):
    """What one transaction applies. `runs`: message id → run; `parked`: rows to delete."""

    link: LinkSession
    rows: Sequence[ReceiptRow]
    runs: Mapping[int, int]
    parked: Sequence[int]
    at: datetime


async def apply_plain(conn: OwnConnection, batch: Batch) -> None:
    """Every message of one part and still "sent", else NotPlain: the caller rolls back."""
    rows = batch.rows
    ids = [row.id for row in rows]
    status = await conn.execute(
        SQL.apply_plain_receipts,
        ids,
        [row.state for row in rows],
        [row.reason for row in rows],
        batch.link.carrier,
        batch.at,
        min(ids),
        max(ids),
        batch.link.token,
    )
    if status != f"UPDATE {len(rows)}":
        raise NotPlain
    await _follow(conn, batch, [Change(row.id, _SENT, row.state) for row in rows])


async def apply(conn: OwnConnection, batch: Batch) -> list[int]:
    """Ids without a state row."""
    rows = batch.rows
    if not rows:
        await _follow(conn, batch, [])
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
    await _follow(conn, batch, [change for change in changes if change.old != change.new])
    known = {change.id for change in changes}
    return [one for one in ids if one not in known]


async def park(conn: OwnConnection, link: LinkSession, receipts: Sequence[ParkedReceipt]) -> list[int]:
    """Ids of the rows, in order."""
    rows = await conn.fetch(
        SQL.park_receipts,
        link.workspace_id,
        link.carrier,
        [one.provider_id for one in receipts],
        [one.canonical for one in receipts],
        [one.state for one in receipts],
        [one.error for one in receipts],
        [one.done_at for one in receipts],
    )
    return sorted(row["id"] for row in rows)


async def _follow(conn: OwnConnection, batch: Batch, changes: Sequence[Change]) -> None:
    """Counts of the runs, exceptions, parked rows that are settled."""
    workspace, runs = batch.link.workspace_id, batch.runs
    counts: Counter[tuple[int, int]] = Counter()
    for message, old, new in changes:
        run = runs.get(message)
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
            [runs.get(message) for message, _ in noted],
            [state for _, state in noted],
        )
    if batch.parked:
        await conn.execute(SQL.unpark_receipts, list(batch.parked))
