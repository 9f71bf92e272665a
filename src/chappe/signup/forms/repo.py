"""The statements on forms. Every function works in the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import asyncpg
import msgspec
from asyncpg import Record

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.signup.forms.model import Channel, Form, FormContent, FormState, FormVersion, SourceFigure

SQL = load_statements("chappe.signup.forms")


class Brand(NamedTuple):
    """Who asks. `country`: whose numbers are written without a country code."""

    name: str
    language: str
    country: str


class CodeCounts(NamedTuple):
    free: int
    given: int


async def add(conn: Connection, workspace_id: int, form_id: UUID, name: str, draft: FormContent) -> bool:
    """False when the name is taken."""
    row = await conn.fetchrow(SQL.add, workspace_id, form_id, name, msgspec.to_builtins(draft))
    return row is not None


async def how_many(conn: Connection, workspace_id: int) -> int:
    return int(await conn.fetchval(SQL.how_many, workspace_id))


async def one(conn: Connection, workspace_id: int, form_id: UUID) -> Form | None:
    row = await conn.fetchrow(SQL.one, workspace_id, form_id)
    return None if row is None else _form(row)


async def page(
    conn: Connection, workspace_id: int, after: UUID | None, limit: int, *, archived: bool
) -> list[Form]:
    return [_form(row) for row in await conn.fetch(SQL.page, workspace_id, after, limit, archived)]


async def change(conn: Connection, workspace_id: int, form_id: UUID, name: str, draft: FormContent) -> bool:
    """False when the name is another's."""
    try:
        async with conn.transaction():
            row = await conn.fetchrow(SQL.change, workspace_id, form_id, name, msgspec.to_builtins(draft))
    except asyncpg.UniqueViolationError:
        return False
    return row is not None


async def publish(
    conn: Connection,
    workspace_id: int,
    form_id: UUID,
    version: int,
    content: FormContent,
    wordings: Mapping[str, UUID],
) -> bool:
    """False when somebody published meanwhile, or archived."""
    kept = {language: str(key) for language, key in wordings.items()}
    made = await conn.fetchval(
        SQL.publish, workspace_id, form_id, version, msgspec.to_builtins(content), kept
    )
    return made is not None


async def archive(conn: Connection, workspace_id: int, form_id: UUID) -> bool:
    return await conn.fetchval(SQL.archive, workspace_id, form_id) is not None


async def restore(conn: Connection, workspace_id: int, form_id: UUID) -> bool:
    return await conn.fetchval(SQL.republish, workspace_id, form_id) is not None


async def versions(conn: Connection, workspace_id: int, form_id: UUID) -> list[FormVersion]:
    return [_version(row) for row in await conn.fetch(SQL.versions, workspace_id, form_id)]


async def version(conn: Connection, workspace_id: int, form_id: UUID, number: int) -> FormVersion | None:
    row = await conn.fetchrow(SQL.version, workspace_id, form_id, number)
    return None if row is None else _version(row)


async def wordings(conn: Connection, workspace_id: int, keys: Collection[UUID]) -> dict[UUID, str]:
    return {row["id"]: row["text"] for row in await conn.fetch(SQL.wordings, workspace_id, list(keys))}


async def workspace_of(conn: Connection, form_id: UUID) -> tuple[int, FormState] | None:
    """Of a form that was ever published; on a connection of the engine role."""
    row = await conn.fetchrow(SQL.workspace_of, form_id)
    return None if row is None else (row["workspace_id"], FormState(row["state"]))


async def brand(conn: Connection, workspace_id: int) -> Brand:
    row = await conn.fetchrow(SQL.brand, workspace_id)
    assert row is not None  # who asks is in this workspace
    return Brand(row["name"], row["language"][:2], row["default_country"])


async def note_sign_up(
    conn: Connection,
    workspace_id: int,
    version: FormVersion,
    contact_id: int,
    *,
    source: str,
    channel: Channel,
    at: datetime,
) -> bool:
    """False when they came by this form before."""
    made = await conn.fetchval(
        SQL.note_sign_up,
        workspace_id,
        version.form_id,
        contact_id,
        version.version,
        source,
        channel.value,
        at,
    )
    return bool(made)


async def version_seen(conn: Connection, workspace_id: int, form_id: UUID, contact_id: int) -> int | None:
    """That this person signed up by last."""
    number: int | None = await conn.fetchval(SQL.version_seen, workspace_id, form_id, contact_id)
    return number


async def sources(conn: Connection, workspace_id: int, form_id: UUID) -> list[SourceFigure]:
    rows = await conn.fetch(SQL.sources, workspace_id, form_id)
    return [SourceFigure(row["source"], row["sign_ups"], row["latest"]) for row in rows]


async def days(
    conn: Connection, workspace_id: int, form_id: UUID, since: datetime, zone: str
) -> list[tuple[date, str, int]]:
    """Day, source, how many."""
    rows = await conn.fetch(SQL.days, workspace_id, form_id, since, zone)
    return [(row["day"], row["source"], row["sign_ups"]) for row in rows]


async def add_codes(conn: Connection, workspace_id: int, form_id: UUID, codes: Sequence[str]) -> int:
    return len(await conn.fetch(SQL.add_codes, workspace_id, form_id, codes))


async def code_counts(conn: Connection, workspace_id: int, form_id: UUID) -> CodeCounts:
    row = await conn.fetchrow(SQL.code_counts, workspace_id, form_id)
    assert row is not None
    return CodeCounts(row["free"], row["given"])


async def code_of(conn: Connection, workspace_id: int, form_id: UUID, contact_id: int) -> str | None:
    code: str | None = await conn.fetchval(SQL.code_of, workspace_id, form_id, contact_id)
    return code


async def take_code(conn: Connection, workspace_id: int, form_id: UUID, contact_id: int) -> str | None:
    code: str | None = await conn.fetchval(SQL.take_code, workspace_id, form_id, contact_id)
    return code


async def next_code(conn: Connection, workspace_id: int, form_id: UUID) -> str | None:
    code: str | None = await conn.fetchval(SQL.next_code, workspace_id, form_id)
    return code


async def drop_free_codes(conn: Connection, workspace_id: int, form_id: UUID) -> None:
    await conn.execute(SQL.drop_free_codes, workspace_id, form_id)


async def count_try(conn: Connection, workspace_id: int, who: bytes, at: datetime, window: timedelta) -> int:
    return int(await conn.fetchval(SQL.count_try, workspace_id, who, at, window))


async def forget_tries(conn: Connection, workspace_id: int, at: datetime) -> None:
    await conn.execute(SQL.forget_tries, workspace_id, at)


async def forget_contacts(conn: Connection, workspace_id: int, contact_ids: Sequence[int]) -> None:
    await conn.execute(SQL.forget_sign_ups, workspace_id, contact_ids)
    await conn.execute(SQL.forget_codes, workspace_id, contact_ids)


async def keywords(conn: Connection, workspace_id: int, form_id: UUID) -> list[str]:
    return [row["word"] for row in await conn.fetch(SQL.keywords, workspace_id, form_id)]


async def add_keyword(conn: Connection, workspace_id: int, word: str, form_id: UUID) -> bool:
    """False when it is another form's."""
    return await conn.fetchval(SQL.add_keyword, workspace_id, word, form_id) is not None


async def drop_keywords(conn: Connection, workspace_id: int, form_id: UUID, kept: Sequence[str]) -> None:
    await conn.execute(SQL.drop_keywords, workspace_id, form_id, kept)


async def form_of_keyword(conn: Connection, workspace_id: int, word: str) -> str | None:
    """The name of the form that it leads to."""
    name: str | None = await conn.fetchval(SQL.form_of_keyword, workspace_id, word)
    return name


async def forms_of_words(
    conn: Connection, workspace_id: int, words: Collection[str]
) -> dict[str, FormVersion]:
    """The published versions that these words lead to."""
    rows = await conn.fetch(SQL.forms_of_words, workspace_id, list(words))
    return {row["word"]: _version(row) for row in rows}


def _form(row: Record) -> Form:
    return Form(
        id=row["id"],
        workspace_id=row["workspace_id"],
        name=row["name"],
        state=FormState(row["state"]),
        draft=msgspec.convert(row["draft"], FormContent),
        version=row["version"],
        changed=row["changed"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        sign_ups=row["sign_ups"],
    )


def _version(row: Record) -> FormVersion:
    return FormVersion(
        form_id=row["form_id"],
        version=row["version"],
        content=msgspec.convert(row["content"], FormContent),
        wordings={language: UUID(key) for language, key in row["wordings"].items()},
        published_at=row["published_at"],
    )
