"""Templates of a workspace: kept, found, brought back. Nothing here commits."""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import UniqueViolationError

from chappe.content.service import Template
from chappe.content.templates.model import (
    LONGEST_FOLDER,
    LONGEST_NAME,
    MOST_TEMPLATES,
    SavedTemplate,
    TemplateChanged,
    TemplateNameTaken,
    TooManyTemplates,
    UnknownTemplate,
    Version,
    Written,
    named,
)
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.kit.ids import uuid7

SQL = load_statements("chappe.content.templates")


async def templates(conn: Connection, workspace_id: int) -> list[SavedTemplate]:
    """By folder and name."""
    rows = await conn.fetch(SQL.templates, workspace_id, MOST_TEMPLATES)
    return [SavedTemplate(**dict(row)) for row in rows]


async def template(conn: Connection, workspace_id: int, template_id: UUID | None) -> SavedTemplate:
    """Raises UnknownTemplate, also for None (an id that is not one of ours)."""
    row = None if template_id is None else await conn.fetchrow(SQL.template, workspace_id, template_id)
    if row is None:
        raise UnknownTemplate("There is no such template. List them with GET /v1/templates.")
    return SavedTemplate(**dict(row))


async def versions(conn: Connection, workspace_id: int, template_id: UUID) -> list[Version]:
    """Every text it had, the newest first; 200 at most."""
    return [Version(**dict(row)) for row in await conn.fetch(SQL.versions, workspace_id, template_id)]


async def version(conn: Connection, workspace_id: int, template_id: UUID, number: int) -> Version:
    """Raises UnknownTemplate."""
    for each in await versions(conn, workspace_id, template_id):
        if each.version == number:
            return each
    raise UnknownTemplate("The template has no such version. List them with GET /v1/templates/{id}/versions.")


def checked(written: Written) -> Written:
    """As it is kept. A variable that nobody has yet is not refused: a text may be written before the field.
    Raises BadTemplateName, EmptyBody, BodyTooLong, BadTemplate.
    """
    return Written(
        name=named(written.name, "name", LONGEST_NAME, required=True),
        folder=named(written.folder, "folder", LONGEST_FOLDER),
        language=written.language,
        body=Template(written.body).source,
    )


async def add(conn: Connection, workspace_id: int, written: Written) -> SavedTemplate:
    """Raises what `checked` does, TemplateNameTaken, TooManyTemplates."""
    kept = checked(written)
    await _room_for(conn, workspace_id, 1)
    made = await _insert(conn, workspace_id, kept)
    if made is None:
        raise _taken(kept)
    return await template(conn, workspace_id, made)


async def add_all(conn: Connection, workspace_id: int, written: Sequence[Written]) -> int:
    """How many are new: one whose folder and name are there already is left as it is."""
    await _room_for(conn, workspace_id, len(written))
    made = [await _insert(conn, workspace_id, checked(each)) for each in written]
    return sum(each is not None for each in made)


async def change(
    conn: Connection, known: SavedTemplate, workspace_id: int, written: Written, seen: int | None = None
) -> SavedTemplate:
    """A new version where the text is another. `seen`: the version that it was written from; None: whatever
    is there. Raises what `checked` does, TemplateNameTaken, TemplateChanged.
    """
    kept = checked(written)
    if await conn.fetchval(SQL.taken, workspace_id, kept.folder, kept.name, known.id):
        raise _taken(kept)
    values = (kept.name, kept.folder, kept.language, kept.body, seen)
    try:
        saved = await conn.fetchval(SQL.change, workspace_id, known.id, *values)
    except UniqueViolationError as error:  # somebody took the name this moment
        raise _taken(kept) from error
    if saved is None:
        raise TemplateChanged(
            "Somebody else has saved this template since you read it. Read it again.", field="body"
        )
    return await template(conn, workspace_id, known.id)


async def remove(conn: Connection, workspace_id: int, known: SavedTemplate) -> None:
    """With its versions. Campaigns that were written from it keep their text."""
    await conn.execute(SQL.remove, workspace_id, known.id)


async def _insert(conn: Connection, workspace_id: int, kept: Written) -> UUID | None:
    values = (kept.name, kept.folder, kept.language, kept.body)
    made: UUID | None = await conn.fetchval(SQL.add, workspace_id, uuid7(), *values)
    return made


async def _room_for(conn: Connection, workspace_id: int, n: int) -> None:
    if await conn.fetchval(SQL.count, workspace_id) + n > MOST_TEMPLATES:
        raise TooManyTemplates(f"A workspace keeps {MOST_TEMPLATES} templates. Delete some first.")


def _taken(kept: Written) -> TemplateNameTaken:
    return TemplateNameTaken(f"A template of this folder is called “{kept.name}” already.", field="name")
