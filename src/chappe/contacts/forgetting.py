"""A person goes out of the contacts. What hangs on the contact (lists, consents, history, events) goes by
triggers.
"""

from collections.abc import Sequence

from chappe.contacts.repo import SQL
from chappe.db.pool import Connection


async def forget(
    conn: Connection, workspace_id: int, contact_ids: Sequence[int], words: Sequence[str]
) -> None:
    """`words`: spellings of their numbers that a search may have been for, in an action on what was found."""
    await conn.execute(SQL.forget_in_bulks, workspace_id, contact_ids, [f"%{word}%" for word in words])
    await conn.execute(SQL.delete_contacts, workspace_id, sorted(contact_ids))
