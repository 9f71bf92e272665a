"""The folder of exports: `exports/` in the data folder, one file each, for the program's own eyes.

The worker writes it and the web role reads it, so both share the folder, as they share the secret key.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final
from uuid import UUID

from chappe.persons.model import Export

_PIECE: Final = 1 << 18


class ExportFolder:
    """Files by export."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "exports"

    def path(self, one: Export) -> Path:
        return self._folder / f"{one.id}.{one.format}"

    async def length(self, one: Export) -> int:
        """How long its file is; 0 when there is none."""
        return await asyncio.to_thread(_length, self.path(one))

    async def append(self, one: Export, data: bytes) -> None:
        """Behind what the row knows of: what a killed worker wrote further is cut off. On disk on return."""
        await asyncio.to_thread(self._append, self.path(one), one.bytes, data)

    async def pieces(self, one: Export) -> AsyncIterator[bytes]:
        """The whole file, a piece at a time."""
        with await asyncio.to_thread(open, self.path(one), "rb") as file:
            while piece := await asyncio.to_thread(file.read, _PIECE):
                yield piece

    async def keys(self) -> dict[UUID, Path]:
        """Every file that is there."""
        return await asyncio.to_thread(self._keys)

    def _append(self, path: Path, at: int, data: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.truncate(at)
            file.seek(at)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def _keys(self) -> dict[UUID, Path]:
        if not self._folder.is_dir():
            return {}
        found = {}
        for path in self._folder.iterdir():
            try:
                found[UUID(path.stem)] = path
            except ValueError:
                continue  # not ours
        return found


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
