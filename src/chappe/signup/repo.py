"""The statements on imports. Every function works in the caller's transaction, except the lock, which lives
as long as its connection.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from asyncpg import Record

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.kit.ids import public_id
from chappe.signup.faults import Fault
from chappe.signup.model import (
    IMPORT_ID,
    Column,
    Counts,
    Import,
    ImportState,
    NewImport,
    Rejection,
    StatedConsent,
)

SQL = load_statements("chappe.signup")

# Rejected cells are kept as one JSON array, so that the row comes out as it went in.
_encode_cells = msgspec.json.encode
_decode_cells = msgspec.json.Decoder(list[str]).decode


class _Mapping(msgspec.Struct, frozen=True):
    """What import.mapping holds: what was asked, and what was made of the header."""

    given: dict[str, str | None] | None = None
    columns: tuple[Column, ...] = ()


async def add_import(
    conn: Connection, workspace_id: int, import_id: UUID, new: NewImport, state: ImportState
) -> Import | None:
    """None when the workspace does not exist."""
    row = await conn.fetchrow(
        SQL.add_import,
        workspace_id,
        import_id,
        new.list_id,
        new.filename,
        msgspec.to_builtins(_Mapping(given=new.mapping)),
        new.default_country,
        None if new.consent is None else msgspec.to_builtins(new.consent),
        state.value,
        new.begun_by,
    )
    return None if row is None else _import(row)


async def add_block(conn: Connection, workspace_id: int, import_id: UUID, number: int, data: bytes) -> None:
    await conn.execute(SQL.add_block, workspace_id, import_id, number, data)


async def note_lines(conn: Connection, workspace_id: int, import_id: UUID, lines: int) -> None:
    await conn.execute(SQL.note_lines, workspace_id, import_id, lines)


async def blocks(conn: Connection, import_id: UUID) -> list[int]:
    return [row["number"] for row in await conn.fetch(SQL.blocks, import_id)]


class BlockSize(NamedTuple):
    number: int
    size: int


async def block_sizes(conn: Connection, workspace_id: int, import_id: UUID) -> list[BlockSize]:
    return [BlockSize(*row) for row in await conn.fetch(SQL.block_sizes, workspace_id, import_id)]


async def block(conn: Connection, import_id: UUID, number: int) -> bytes:
    data: bytes = await conn.fetchval(SQL.block, import_id, number)
    return data


async def one(conn: Connection, workspace_id: int, import_id: UUID) -> Import | None:
    row = await conn.fetchrow(SQL.one, workspace_id, import_id)
    return None if row is None else _import(row)


async def page(
    conn: Connection, workspace_id: int, before: UUID | None, limit: int, *, drafts: bool
) -> list[Import]:
    return [_import(row) for row in await conn.fetch(SQL.page, workspace_id, before, limit, drafts)]


async def page_oldest(conn: Connection, workspace_id: int, after: UUID | None, limit: int) -> list[Import]:
    return [_import(row) for row in await conn.fetch(SQL.page_oldest, workspace_id, after, limit)]


async def home_country(conn: Connection, workspace_id: int) -> str:
    country: str = await conn.fetchval(SQL.home_country, workspace_id)
    return country


async def settle(conn: Connection, workspace_id: int, draft: Import) -> bool:
    """Keep what a page settled of a draft: country, mapping, consent. False when it is no draft any more."""
    kept = await conn.fetchval(
        SQL.settle,
        workspace_id,
        draft.id,
        draft.default_country,
        msgspec.to_builtins(_Mapping(given=draft.mapping, columns=draft.columns)),
        None if draft.consent is None else msgspec.to_builtins(draft.consent),
    )
    return kept is not None


async def queue(conn: Connection, workspace_id: int, import_id: UUID, by: str) -> bool:
    """False when it was begun, or thrown away, before."""
    return await conn.fetchval(SQL.queue, workspace_id, import_id, by) is not None


async def discard(conn: Connection, workspace_id: int, import_id: UUID) -> bool:
    """False when it is no draft any more."""
    return await conn.fetchval(SQL.discard, workspace_id, import_id) is not None


async def drop_stale_drafts(conn: Connection, before: datetime) -> None:
    await conn.execute(SQL.drop_stale_drafts, before)


async def filling(conn: Connection, workspace_id: int, list_ids: Sequence[UUID]) -> list[Import]:
    return [_import(row) for row in await conn.fetch(SQL.filling, workspace_id, list_ids)]


async def lock_next(conn: Connection) -> UUID | None:
    """An import that has work left and that nobody works on; the lock lasts as long as `conn`."""
    for row in await conn.fetch(SQL.waiting):
        if await conn.fetchval(SQL.try_lock, row["id"]):
            found: UUID = row["id"]
            return found
    return None


async def start(conn: Connection, import_id: UUID, now: datetime) -> Import | None:
    """None when it has ended since it was found."""
    row = await conn.fetchrow(SQL.start, import_id, now)
    return None if row is None else _import(row)


async def note_columns(
    conn: Connection,
    import_id: UUID,
    given: Mapping[str, str | None] | None,
    columns: tuple[Column, ...],
) -> None:
    known = _Mapping(given=None if given is None else dict(given), columns=columns)
    await conn.execute(SQL.note_columns, import_id, msgspec.to_builtins(known))


async def advance(conn: Connection, import_id: UUID, before: int, after: int, counts: Counts) -> bool:
    """False when another worker has moved the cursor."""
    moved = await conn.fetchval(
        SQL.advance,
        import_id,
        before,
        after,
        counts.rows_read,
        counts.created,
        counts.updated,
        counts.unchanged,
        counts.duplicates,
        counts.rejected,
        counts.suppressed,
    )
    return moved is not None


async def finish(
    conn: Connection,
    import_id: UUID,
    state: ImportState,
    error: str | None,
    error_code: str | None,
    now: datetime,
) -> None:
    await conn.execute(SQL.finish, import_id, state.value, error, now, error_code)
    await conn.execute(SQL.drop_blocks, import_id)


async def add_rejections(
    conn: Connection, workspace_id: int, import_id: UUID, rejections: Sequence[Rejection]
) -> None:
    """By COPY, as the engine's role."""
    await conn.copy_records_to_table(
        "import_rejection",
        columns=["workspace_id", "import_id", "row_number", "reason", "raw", "code", "field", "value"],
        records=[
            (
                workspace_id,
                import_id,
                refused.row,
                refused.reason,
                _encode_cells(refused.cells).decode(),
                *_fault_columns(refused.fault),
            )
            for refused in rejections
        ],
    )


async def rejections(
    conn: Connection, workspace_id: int, import_id: UUID, after: int, limit: int
) -> list[Rejection]:
    rows = await conn.fetch(SQL.rejections, workspace_id, import_id, after, limit)
    return [
        Rejection(row["row_number"], row["reason"], _decode_cells(row["raw"]), _fault(row)) for row in rows
    ]


def _fault_columns(fault: Fault | None) -> tuple[str | None, str | None, str | None]:
    return (None, None, None) if fault is None else (fault.code, fault.field, fault.value)


def _fault(row: Record) -> Fault | None:
    """None for rows rejected before faults were kept."""
    if row["code"] is None:
        return None
    return Fault(row["code"], row["field"], row["value"], row["reason"])


async def notify(conn: Connection, workspace_id: int, import_id: UUID, state: ImportState) -> None:
    await conn.execute(SQL.notify, f"{workspace_id}:{public_id(IMPORT_ID, import_id)}:{state.value}")


def _import(row: Record) -> Import:
    known = msgspec.convert(row["mapping"] or {}, _Mapping)
    consent = None if row["consent"] is None else msgspec.convert(row["consent"], StatedConsent)
    return Import(
        id=row["id"],
        workspace_id=row["workspace_id"],
        list_id=row["list_id"],
        state=ImportState(row["state"]),
        filename=row["filename"],
        default_country=row["default_country"],
        consent=consent,
        mapping=known.given,
        columns=known.columns,
        cursor=row["cursor"],
        rows_total=row["rows_total"],
        rows_read=row["rows_read"],
        created=row["created"],
        updated=row["updated"],
        unchanged=row["unchanged"],
        duplicates=row["duplicates"],
        rejected=row["rejected"],
        suppressed=row["suppressed"],
        error=row["error"],
        error_code=row["error_code"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        begun_by=row["begun_by"],
    )
