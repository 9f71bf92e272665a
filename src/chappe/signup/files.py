"""Files on their way into an import and out of it, a block at a time."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from litestar.datastructures import UploadFile

from chappe.db.pool import Database
from chappe.signup import repo
from chappe.signup.model import BLOCK_BYTES

_LONGEST_NAME = 200
_UNNAMED = "contacts"


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


async def uploaded_blocks(file: UploadFile) -> AsyncIterator[bytes]:
    """The blocks of an upload: it was spooled to disk as it came, and is stored from there."""
    while block := await file.read(BLOCK_BYTES):
        yield block


def shown_name(filename: str) -> str:
    """The last part of what a client calls its file, without what the database or a page could not show."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in name if c.isprintable()).strip()[:_LONGEST_NAME] or _UNNAMED
