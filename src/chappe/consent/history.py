"""What a person agreed to and took back, with its proof; what was suppressed of their number, and lifted."""

from datetime import datetime
from uuid import UUID

import msgspec

from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.consent")


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """An event of a consent: on which basis, where it was collected, the very words; the import or the text
    that told of it.
    """

    id: int
    purpose: str
    state: str
    basis: str
    source: str
    words: str | None
    import_id: UUID | None
    inbound_id: int | None
    at: datetime


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A suppression, whether it still holds or was lifted."""

    id: int
    scope: str
    reason: str
    source: str
    created_at: datetime
    lifted_at: datetime | None
    lifted_by: str | None


async def proofs(conn: Connection, workspace_id: int, contact_id: int) -> list[Proof]:
    """The newest first."""
    return [Proof(**row) for row in await conn.fetch(SQL.proofs, workspace_id, contact_id)]


async def suppressions(conn: Connection, workspace_id: int, phone: int) -> list[Held]:
    """Every one of a number, the newest first."""
    return [Held(**row) for row in await conn.fetch(SQL.held_of_phone, workspace_id, phone)]
