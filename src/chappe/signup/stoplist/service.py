"""Use cases on lists of who must not be written to. Nothing here commits."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from chappe.consent.hashed.model import Algorithm, Making
from chappe.db.number_keys import NumberKeys
from chappe.db.pool import Connection
from chappe.kit.ids import uuid7
from chappe.signup.errors import EmptyFile, FileTooLarge
from chappe.signup.service import check_country
from chappe.signup.stoplist import reading, repo
from chappe.signup.stoplist.errors import NotNow, SecretMissing, UnknownStopList
from chappe.signup.stoplist.model import MOST_BYTES, Glance, ListState, NewList, Refused, StopList
from chappe.signup.stoplist.repo import SQL


async def bring(
    conn: Connection,
    workspace_id: int,
    new: NewList,
    blocks: AsyncIterator[bytes],
    keys: NumberKeys,
    *,
    state: ListState = ListState.QUEUED,
) -> StopList:
    """Keep a file for the worker, or as a DRAFT. Raises UnknownCountry, SecretMissing, EmptyFile,
    FileTooLarge.
    """
    check_country(new.country)
    making = new.making
    if making is not None and making.algorithm is Algorithm.HMAC_SHA256 and not making.secret:
        raise SecretMissing("Give the key that the other system made its HMAC with.", field="secret")
    secret = b"" if making is None else making.secret
    key = (keys.current.seal(secret), keys.current.id) if secret else (b"", "")
    list_id = uuid7()
    await repo.add(conn, workspace_id, list_id, new, state, key)
    number = size = lines = 0
    async for data in blocks:
        size += len(data)
        if size > MOST_BYTES:
            raise FileTooLarge(f"A list may have {MOST_BYTES >> 20} MB at most. Split it.", field="file")
        await conn.execute(SQL.add_block, workspace_id, list_id, number, data)
        number += 1
        lines += data.count(b"\n")
    if size == 0:
        raise EmptyFile("The file is empty.", field="file")
    await conn.execute(SQL.note_rows, workspace_id, list_id, lines)
    return await get(conn, workspace_id, list_id)


async def get(conn: Connection, workspace_id: int, list_id: UUID | None) -> StopList:
    """Raises UnknownStopList."""
    found = None if list_id is None else await repo.one(conn, workspace_id, list_id)
    if found is None:
        raise UnknownStopList("There is no such list. See them with GET /v1/suppressions/lists.")
    return found


async def page(
    conn: Connection, workspace_id: int, *, after: UUID | None, newest: bool, limit: int
) -> list[StopList]:
    """All of them, behind `after` in this order."""
    return await repo.page(conn, workspace_id, after=after, newest=newest, limit=limit)


async def glance(conn: Connection, draft: StopList) -> Glance:
    """What the first rows of a draft would become. Raises EmptyFile, NotATable, NothingUnderstood."""
    with tempfile.TemporaryFile() as file:
        for row in await conn.fetch(SQL.blocks, draft.id):
            await asyncio.to_thread(file.write, row["data"])
        return await asyncio.to_thread(reading.glance, file, draft.kind, draft.country, draft.position)


async def choose_column(conn: Connection, draft: StopList, position: int) -> None:
    """Read another column. Raises NotNow."""
    if await conn.fetchval(SQL.choose_column, draft.workspace_id, draft.id, position) is None:
        raise _not_now(draft)


async def begin(conn: Connection, draft: StopList) -> None:
    """Hand a draft to the worker. Raises NotNow."""
    if await conn.fetchval(SQL.queue, draft.workspace_id, draft.id) is None:
        raise _not_now(draft)


async def undo(conn: Connection, done: StopList) -> None:
    """Take back what a list suppressed. Raises NotNow."""
    if await conn.fetchval(SQL.undo, done.workspace_id, done.id) is None:
        raise _not_now(done)


async def rejections(conn: Connection, workspace_id: int, list_id: UUID, most: int) -> Sequence[Refused]:
    """The first rows that were not taken."""
    return await repo.rejections(conn, workspace_id, list_id, most)


def making_of(found: StopList, keys: NumberKeys) -> Making:
    """How its hashes were made. Raises NumberKeyMissing."""
    secret = b""
    if found.secret is not None and found.key_id is not None:
        secret = keys.key(found.key_id).unseal(found.secret)
    return Making(found.algorithm, found.spelling, secret)


def _not_now(found: StopList) -> NotNow:
    return NotNow(f"The list is {found.state.value}.", state=found.state.value)
