"""The statements on lists."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from chappe.consent.hashed.model import Algorithm, Spelling
from chappe.consent.model import SuppressionScope
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.signup.stoplist.model import Kind, ListState, NewList, Refused, StopList

SQL = load_statements("chappe.signup.stoplist")


async def add(
    conn: Connection, workspace_id: int, list_id: UUID, new: NewList, state: ListState, key: tuple[bytes, str]
) -> None:
    """`key`: the sealed secret of the hashes and the key it is sealed under, or two empties."""
    making = new.making
    await conn.execute(
        SQL.add,
        workspace_id,
        list_id,
        new.filename,
        state.value,
        (Kind.NUMBERS if making is None else Kind.HASHES).value,
        (Algorithm.SHA256 if making is None else making.algorithm).value,
        (Spelling.DIGITS if making is None else making.spelling).value,
        key[0] or None,
        key[1] or None,
        new.country,
        new.position,
        new.scope.value,
        new.reason,
        new.source,
        new.by,
    )


async def one(conn: Connection, workspace_id: int, list_id: UUID) -> StopList | None:
    row = await conn.fetchrow(SQL.one, workspace_id, list_id)
    return None if row is None else _list(row)


async def page(
    conn: Connection, workspace_id: int, *, after: UUID | None, newest: bool, limit: int
) -> list[StopList]:
    rows = await conn.fetch(SQL.newest if newest else SQL.oldest, workspace_id, after, limit)
    return [_list(row) for row in rows]


async def next_waiting(conn: Connection) -> StopList | None:
    """One that nobody works on, locked for as long as the connection lives."""
    for row in await conn.fetch(SQL.waiting):
        if await conn.fetchval(SQL.lock, row["id"]):
            started = await conn.fetchrow(SQL.start, row["id"])
            if started is not None:
                return _list(started)
    return None


async def advance(
    conn: Connection, under_way: StopList, rows: int, added: int, held: int, rejected: int
) -> bool:
    """False: another worker has done these rows."""
    before = under_way.cursor
    counts = (before, before + rows, added, held, rejected)
    return await conn.fetchval(SQL.advance, under_way.id, *counts) is not None


async def add_rejections(
    conn: Connection, workspace_id: int, list_id: UUID, refused: Sequence[Refused]
) -> None:
    columns = [list(column) for column in zip(*refused, strict=True)]
    await conn.execute(SQL.add_rejections, workspace_id, list_id, *columns)


async def rejections(conn: Connection, workspace_id: int, list_id: UUID, most: int) -> list[Refused]:
    return [Refused(*row) for row in await conn.fetch(SQL.rejections, workspace_id, list_id, most)]


async def finish(conn: Connection, list_id: UUID, state: ListState, error: str | None, at: datetime) -> None:
    await conn.execute(SQL.finish, list_id, state.value, error, at)
    await conn.execute(SQL.drop_blocks, list_id)


def _list(row: Record) -> StopList:
    return StopList(
        **{
            **row,
            "state": ListState(row["state"]),
            "kind": Kind(row["kind"]),
            "algorithm": Algorithm(row["algorithm"]),
            "spelling": Spelling(row["spelling"]),
            "scope": SuppressionScope(row["scope"]),
        }
    )
