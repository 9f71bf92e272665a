"""Pictures of a workspace: kept, served, deleted. What is given a connection does not commit."""

import asyncio
from uuid import UUID

from chappe.content.media.codes import MediaCodes
from chappe.content.media.model import (
    LONGEST_ALT,
    MOST_MEDIA,
    BadAlt,
    Media,
    MediaInUse,
    Picture,
    TooManyMedia,
    UnknownMedia,
)
from chappe.content.media.pictures import checked
from chappe.db.pool import Connection, Database
from chappe.db.statements import load_statements
from chappe.kit.ids import uuid7

SQL = load_statements("chappe.content.media")


async def every(conn: Connection, workspace_id: int) -> list[Media]:
    """The newest first."""
    return [Media(**dict(row)) for row in await conn.fetch(SQL.media, workspace_id, MOST_MEDIA)]


async def one(conn: Connection, workspace_id: int, media_id: UUID | None) -> Media:
    """Raises UnknownMedia, also for None."""
    row = None if media_id is None else await conn.fetchrow(SQL.one, workspace_id, media_id)
    if row is None:
        raise UnknownMedia("There is no such picture. List them with GET /v1/media.")
    return Media(**dict(row))


async def prepared(data: bytes) -> Picture:
    """The picture as it is kept, made beside the event loop. Raises BadPicture."""
    return await asyncio.to_thread(checked, data)


async def add(conn: Connection, workspace_id: int, picture: Picture, alt: str, codes: MediaCodes) -> Media:
    """Raises BadAlt, TooManyMedia."""
    said = " ".join(alt.replace("\x00", "").split())
    if not 0 < len(said) <= LONGEST_ALT:
        raise BadAlt(f"Say in 1 to {LONGEST_ALT} characters what the picture shows.", field="alt")
    if await conn.fetchval(SQL.count, workspace_id) >= MOST_MEDIA:
        raise TooManyMedia(f"A workspace keeps {MOST_MEDIA} pictures. Delete some first.")
    key, code = uuid7(), codes.new()
    about = (picture.kind, picture.width, picture.height, len(picture.data), said, picture.data)
    await conn.execute(SQL.add, workspace_id, key, code, *about)
    return await one(conn, workspace_id, key)


async def remove(conn: Connection, known: Media, workspace_id: int) -> None:
    """Whoever has its address sees it no more. Raises MediaInUse."""
    if await conn.fetchval(SQL.remove, workspace_id, known.id) is None:
        raise MediaInUse(
            "A campaign that is scheduled or being sent has this picture. Cancel it or let it finish first."
        )


async def served(db: Database, code: str, codes: MediaCodes) -> Picture:
    """Of whichever workspace. Raises UnknownMedia: for a code of nobody's without a look."""
    row = None
    if codes.may_be(code):
        async with db.engine_transaction() as conn:
            row = await conn.fetchrow(SQL.served, code)
    if row is None:
        raise UnknownMedia("This picture is not here any more.")
    return Picture(**dict(row))
