"""The log of what must survive a restore: `suppressions.log` in the data folder.

A backup is older than the STOP that came after it. Triggers put each suppression, and each lift of one, into
`kept_change`; `keep_changes` moves committed rows from there to the end of the log within a second, and
`restore` plays the log back. The file is flushed to disk before the rows are deleted: a crash in between
writes a line twice, which playing back does not mind. (Erasures will be kept the same way.)
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
from chappe.db.pool import Database

log = structlog.get_logger(__name__)

FILE_NAME = "suppressions.log"
_BATCH = 10_000
_INTERVAL = 1.0


class KeptChange(msgspec.Struct, frozen=True):
    """One line. `kind` is suppressed or lifted; `body` is the kind's own (see migration 0008)."""

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
