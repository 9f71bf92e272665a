"""The workspaces of one person: brands, or an agency's clients. On a connection of the engine role; never
commits.
"""

from uuid import UUID

from chappe.accounts.permissions import Role
from chappe.accounts.team import repo
from chappe.accounts.team.errors import UnknownWorkspace
from chappe.accounts.team.model import OwnWorkspace
from chappe.accounts.team.service import checked_name
from chappe.db.pool import Connection
from chappe.kit.crypto import sha256


async def workspaces_of(conn: Connection, user_id: UUID) -> list[OwnWorkspace]:
    """By name."""
    return await repo.workspaces_of(conn, user_id)


async def create(conn: Connection, user_id: UUID, name: str, *, like: int) -> int:
    """A workspace of which this person is the owner; zone, country, language and currency as in `like`.
    BadName.
    """
    workspace_id = await repo.add_workspace(conn, checked_name(name), like)
    await repo.add_member(conn, workspace_id, user_id, Role.OWNER, may_send=True)
    return workspace_id


async def switch(conn: Connection, token: str, workspace_id: int) -> None:
    """The session goes on there: in a workspace of its person, or in its test data. UnknownWorkspace."""
    if not await repo.switch(conn, sha256(token), workspace_id):
        raise UnknownWorkspace("You belong to no such workspace. Choose one from the list.")
