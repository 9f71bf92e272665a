"""One flush of submit results as statements."""

from typing import Any

from chappe.db.pool import OwnConnection
from chappe.engine import packed_states
from chappe.engine.model import LinkSession, Results, StateRow
from chappe.engine.statements import SQL
from chappe.messages.model import MessageState, RunDelta

_COLUMNS = StateRow._fields


async def write(conn: OwnConnection, link: LinkSession, results: Results) -> bool:
    """Inside the caller's transaction. False: the link or a chunk is not this session's; roll back."""
    if results.accepted:
        rows = packed_states.packed(link.carrier, results.accepted)
        columns = packed_states.COLUMNS
        await conn.copy_to_table(
            "message_state",
            # Bytes would be taken for a path.
            source=memoryview(rows),  # type: ignore[arg-type] # the driver takes a buffer, its stubs do not
            columns=columns,
            format="binary",
        )
    if results.rows:
        await conn.copy_records_to_table("message_state", records=results.rows, columns=_COLUMNS)
    deltas = results.deltas
    if results.late:
        deltas = deltas + await _late(conn, results)
    row = await conn.fetchrow(
        SQL.settle,
        link.carrier,
        link.token,
        results.finished,
        *_columns(results.remnants, 7),
        *_columns(deltas, 6),
        *_columns(results.exceptions, 4),
    )
    assert row is not None
    if results.finished:
        await conn.execute(SQL.tell_chunks_done)
    return bool(row["fence"] == 1 and row["finished"] == len(results.finished))


async def was_recorded(conn: OwnConnection, link: LinkSession, results: Results) -> bool:
    """Whether an earlier try of these results was committed though the connection broke."""
    if (message := results.one_id) is not None:
        return bool(await conn.fetchval(SQL.has_state, message))
    if results.finished:
        return not await conn.fetchval(SQL.has_chunk, results.finished[0], link.carrier, link.token)
    return False


async def _late(conn: OwnConnection, results: Results) -> list[RunDelta]:
    """Messages that were unknown are sent after all; the counts that follow from those that still were."""
    ids = [one.id for one in results.late]
    names = [one.provider_id for one in results.late]
    changed = {
        row["id"]: row["workspace_id"]
        for row in await conn.fetch(SQL.late_answers, ids, names, min(ids), max(ids))
    }
    deltas = []
    for one in results.late:
        if one.id in changed and one.run_id is not None:
            workspace = changed[one.id]
            deltas.append(RunDelta(workspace, one.run_id, MessageState.UNKNOWN, "", -1, 0))
            deltas.append(RunDelta(workspace, one.run_id, MessageState.SENT, "", 1, 0))
    return deltas


def _columns(rows: list[Any], width: int) -> list[list[Any]]:
    """Rows as arrays, one per column: what unnest takes."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
