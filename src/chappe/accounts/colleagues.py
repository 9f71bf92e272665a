"""The people of a workspace, for those who give each other work."""

from collections.abc import Sequence

from chappe.accounts import repo
from chappe.accounts.model import Colleague
from chappe.db.pool import Connection


async def colleagues(conn: Connection, workspace_id: int) -> Sequence[Colleague]:
    """Everybody of the workspace, by name. As the engine role: people have no workspace of their own."""
    return await repo.colleagues(conn, workspace_id)
