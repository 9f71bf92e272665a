"""The log of what must survive a restore: `suppressions.log` in the data folder.

A backup is older than the STOP that came after it. Triggers put each suppression, and each lift of one, into
`kept_change`; `keep_changes` moves committed rows from there to the end of the log within a second, and
`restore` plays the log back. The file is flushed to disk before the rows are deleted: a crash in between
writes a line twice, which playing back does not mind.

Who was erased is kept too, without their number: with the line of an erasure all lines that hold the number
go from the log.
"""

import asyncio
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import structlog

from chappe.db.errors import ServerGone
from chappe.db.instance import SQL
from chappe.db.pool import Connection, Database

log = structlog.get_logger(__name__)

FILE_NAME = "suppressions.log"
ERASED = "erased"
# Of an erasure: only until it is in the log, so that lines with these numbers can be found.
_NUMBERS = "phones"
_BATCH = 10_000
_INTERVAL = 1.0


class KeptChange(msgspec.Struct, frozen=True):
    """One line. `kind` is suppressed, lifted or erased; `body` is the kind's own (see migration 0008, and
    persons/replay.py)."""

    workspace_id: int
    kind: str
    body: dict[str, Any]
    at: datetime


class KeptLog:
    """The file. Only one process at a time appends; a line torn by a crash is passed over."""

    def __init__(self, home: Path) -> None:
        self.path = home / FILE_NAME

    def append(self, changes: Sequence[KeptChange]) -> None:
        """On disk when this returns."""
        gone = {
            (change.workspace_id, phone)
            for change in changes
            if change.kind == ERASED
            for phone in change.body.get(_NUMBERS, ())
        }
        if gone:
            self._forget(gone)
        changes = [_without_numbers(change) for change in changes if not _is_of(change, gone)]
        lines = b"".join([msgspec.json.encode(change) + b"\n" for change in changes])
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                lines = b"\n" + lines
            view = memoryview(lines)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _forget(self, gone: set[tuple[int, int]]) -> None:
        """Write the log anew without the lines that hold one of these numbers; whole or not at all."""
        if not self.path.exists():
            return
        aside = self.path.with_name(f"{self.path.name}.new")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for change in self.read():
                if not _is_of(change, gone):
                    file.write(msgspec.json.encode(change) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self.path)

    def read(self) -> Iterator[KeptChange]:
        """The changes in the order they were kept; nothing when there is no log."""
        if not self.path.exists():
            return
        with open(self.path, "rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield msgspec.json.decode(line, type=KeptChange)
                except msgspec.DecodeError:
                    if line.strip():
                        log.warning("kept_line_unreadable", line=number)


def _is_of(change: KeptChange, numbers: set[tuple[int, int]]) -> bool:
    return (change.workspace_id, change.body.get("phone")) in numbers


def _without_numbers(change: KeptChange) -> KeptChange:
    if change.kind != ERASED:
        return change
    body = {name: value for name, value in change.body.items() if name != _NUMBERS}
    return msgspec.structs.replace(change, body=body)


async def keep(conn: Connection, workspace_id: int, kind: str, body: dict[str, Any]) -> None:
    """Note a change that must survive a restore, in the transaction that makes it. As the engine role."""
    await conn.execute(SQL.keep, workspace_id, kind, body)


async def keep_changes(database: Database, home: Path) -> None:
    """For ever: move what was committed to the log of this home. Cancel it to stop; it moves the rest
    first.
    """
    kept = KeptLog(home)
    try:
        while True:
            try:
                await keep_committed(database, kept)
            except ServerGone as problem:
                log.warning("kept_changes_wait", reason=problem.detail)
            await asyncio.sleep(_INTERVAL)
    finally:
        await keep_committed(database, kept)


async def keep_committed(database: Database, kept: KeptLog) -> int:
    """Move everything committed so far; the number of changes moved."""
    moved = 0
    while True:
        async with database.engine_transaction() as connection:
            rows = await connection.fetch(SQL.kept_take, _BATCH)
            if rows:
                changes = [KeptChange(**dict(row)) for row in rows]
                await asyncio.to_thread(kept.append, changes)
        moved += len(rows)
        if len(rows) < _BATCH:
            return moved
