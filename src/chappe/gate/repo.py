"""Facts for the gate, read in sets."""

from collections.abc import Sequence
from uuid import UUID

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.gate.model import Recipient, SenderFacts

SQL = load_statements("chappe.gate")


async def recipients_of_contacts(
    conn: Connection,
    workspace_id: int,
    contact_ids: Sequence[int],
    phones: Sequence[int],
    *,
    attributes: bool,
) -> list[Recipient]:
    """One recipient per contact, in no order. Attributes are read only when asked for."""
    rows = await conn.fetch(SQL.recipients_of_contacts, workspace_id, contact_ids, phones, attributes)
    return [Recipient._make(row) for row in rows]


async def recipients_of_phones(conn: Connection, workspace_id: int, phones: Sequence[int]) -> list[Recipient]:
    """One recipient per number, in order."""
    rows = await conn.fetch(SQL.recipients_of_phones, workspace_id, phones)
    return [Recipient._make(row) for row in rows]


async def sender_facts(
    conn: Connection, workspace_id: int, sender_ids: Sequence[UUID]
) -> dict[UUID, SenderFacts]:
    """The senders that exist, by id."""
    rows = await conn.fetch(SQL.sender_facts, workspace_id, sender_ids)
    return {row["id"]: SenderFacts._make(row) for row in rows}
