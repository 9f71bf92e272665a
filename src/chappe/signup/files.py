"""Files on their way into an import and out of it, a block at a time."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from chappe.db.pool import Database
from chappe.signup import repo
from chappe.signup.model import BLOCK_BYTES


async def file_blocks(path: Path) -> AsyncIterator[bytes]:
    """The blocks of a local file, for `service.open_import`. OSError when it cannot be read."""
    with await asyncio.to_thread(path.open, "rb") as file:
        while block := await asyncio.to_thread(file.read, BLOCK_BYTES):
            yield block


async def fetch_file(db: Database, import_id: UUID, into: BinaryIO) -> None:
    """Write an import's file, which may be on any machine's database, to a local one."""
    async with db.engine_transaction() as conn:
        for number in await repo.blocks(conn, import_id):
            data = await repo.block(conn, import_id, number)
            await asyncio.to_thread(into.write, data)
    into.flush()
