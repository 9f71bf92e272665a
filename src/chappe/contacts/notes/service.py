"""A note is changed, or taken back, by who wrote it. Nothing here commits."""

from uuid import UUID

from chappe.contacts.errors import UnknownNote
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.contacts.notes")


async def own_note(
    conn: Connection, workspace_id: int, contact_id: int, note_id: int, person_id: UUID
) -> str:
    """The text of a note that this person wrote. Raises UnknownNote."""
    text: str | None = await conn.fetchval(SQL.own_note, workspace_id, contact_id, note_id, person_id)
    if text is None:
        raise UnknownNote("There is no such note of yours.")
    return text


async def change_note(conn: Connection, workspace_id: int, contact_id: int, note_id: int, text: str) -> None:
    """Another text; no text takes the note away."""
    if text:
        await conn.execute(SQL.change_note, workspace_id, contact_id, note_id, text)
    else:
        await conn.execute(SQL.delete_note, workspace_id, contact_id, note_id)
