"""What the ledger needs done beside sending: ends for what will not be sent, partitions ahead.

Each function is one bounded transaction's work on a connection of the engine's role, safe to be run by any
number of workers at once: what another one holds is skipped, and nothing is ended twice, because a chunk is
deleted in the transaction that gives its messages their states.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from asyncpg import Record

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.messages import counts
from chappe.messages.model import EXCEPTIONAL, MessageState, RunDelta, first_id_of_day

SQL = load_statements("chappe.messages")

LONGEST_VALIDITY: Final = timedelta(hours=72)
"""How long carriers keep trying when a message has no expiry of its own: none known keeps longer."""
_RECEIPT_DAYS: Final = 8
# More than a day can bring, and a thousandth of the ids that it has.
_SKIPPED_IDS: Final = 1 << 30

Windows = Callable[[int, str, datetime], Awaitable[tuple[datetime, datetime | None] | None]]
"""Next window of a workspace's people in these zones from a moment on: when it opens and closes; None when
there never is one.
"""


async def cancel_run(conn: Connection, run_id: int, now: datetime, most: int = 50) -> int:
    """End what waits of a canceled run; the number of chunks ended. Call until it is 0."""
    chunks = await conn.fetch(SQL.lock_chunks_of_run, run_id, most)
    await _end(conn, chunks, MessageState.CANCELED, "canceled", now)
    return len(chunks)


async def expire_chunks(conn: Connection, now: datetime, most: int = 50) -> int:
    """End what waits past its "not after" (real time); the number of chunks ended."""
    chunks = await conn.fetch(SQL.lock_expired_chunks, now, most)
    await _end(conn, chunks, MessageState.EXPIRED, "expired", now)
    return len(chunks)


async def doubt_singles(conn: Connection, now: datetime, most: int = 50) -> int:
    """After a restore: single messages that waited at the backup have left since, or have not. They become
    unknown, which a person may resend; the number of chunks ended. Call until it is 0.
    """
    chunks = await conn.fetch(SQL.lock_chunks_of_no_run, most)
    await _end(conn, chunks, MessageState.UNKNOWN, "restored", now)
    return len(chunks)


async def skip_ids(conn: Connection) -> None:
    """After a restore: messages sent since the backup keep their ids to themselves. Shops hold those ids, and
    new messages must not answer to them.
    """
    await conn.execute(SQL.skip_ids, _SKIPPED_IDS)


async def _end(
    conn: Connection, chunks: Sequence[Record], state: MessageState, reason: str, now: datetime
) -> None:
    deltas: list[RunDelta] = []
    for chunk in chunks:
        ended = [
            row[0] for row in await conn.fetch(SQL.end_range, chunk["lo"], chunk["hi"], state, reason, now)
        ]
        workspace_id, run_id = chunk["workspace_id"], chunk["run_id"]
        if state in EXCEPTIONAL and ended:
            await conn.execute(SQL.insert_exceptions, ended, workspace_id, run_id, state)
        if run_id is not None and ended:
            deltas.append(RunDelta(workspace_id, run_id, MessageState.QUEUED, "", -len(ended), 0))
            deltas.append(RunDelta(workspace_id, run_id, state, reason, len(ended), 0))
    await counts.record(conn, deltas)
    if chunks:
        await conn.execute(SQL.delete_chunks, [chunk["id"] for chunk in chunks])


async def move_to_next_windows(conn: Connection, gate_now: datetime, now: datetime, windows: Windows) -> int:
    """Let what waits past the end of its allowed hours wait for the next ones; the number of zones moved."""
    closed = await conn.fetch(SQL.closed_windows, gate_now)
    for workspace_id, zones in closed:
        window = await windows(workspace_id, zones, gate_now)
        if window is None:
            chunks = await conn.fetch(SQL.lock_chunks_of_zones, workspace_id, zones, gate_now, 50)
            await _end(conn, chunks, MessageState.EXPIRED, "no_common_hour", now)
        else:
            await conn.execute(SQL.move_to_window, workspace_id, zones, gate_now, *window)
    return len(closed)


async def close_without_receipt(conn: Connection, now: datetime, most: int = 5_000) -> int:
    """Make final what was sent and never receipted, six hours after its validity; how many.

    The state stays "sent": the carrier has it, and nobody will say more. Today's messages are left for
    tomorrow: the partition that is being written is not scanned for them every hour.
    """
    lo = first_id_of_day(now.date() - timedelta(days=_RECEIPT_DAYS))
    hi = first_id_of_day(now.date())
    done = await conn.execute(SQL.close_without_receipt, lo, hi, now, most, LONGEST_VALIDITY)
    return int(done.rpartition(" ")[2])


async def make_days(conn: Connection, today: date, ahead: int = 7) -> int:
    """Make the partitions of today and the days to come; how many days had none. Waits two seconds at most
    for those who write.
    """
    await conn.execute(SQL.wait_briefly)
    made: int = await conn.fetchval(SQL.make_days, today, ahead)
    return made


async def days_ahead(conn: Connection, today: date) -> int:
    """For how many days after today there are partitions. 0: tomorrow's messages have no place."""
    found: int = await conn.fetchval(SQL.days_ahead, today)
    return found
