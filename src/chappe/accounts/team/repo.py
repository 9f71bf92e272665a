"""Rows of members, invitations and workspaces. As the engine role: people have no workspace of their own."""

from datetime import datetime
from uuid import UUID

import asyncpg

from chappe.accounts.permissions import Role
from chappe.accounts.team.model import Invitation, Member, Offer, OwnWorkspace
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.accounts.team")


async def members(conn: Connection, workspace_id: int, now: datetime) -> list[Member]:
    rows = await conn.fetch(SQL.members_of, workspace_id, now)
    return [Member(**{**row, "role": Role(row["role"])}) for row in rows]


async def place(conn: Connection, workspace_id: int, user_id: UUID) -> asyncpg.Record | None:
    """`role`, `may_send`, `name` and `email` of a member."""
    return await conn.fetchrow(SQL.member_of, workspace_id, user_id)


async def add_member(
    conn: Connection, workspace_id: int, user_id: UUID, role: Role, *, may_send: bool
) -> bool:
    return await conn.fetchval(SQL.member_add, workspace_id, user_id, role, may_send) is not None


async def change_member(
    conn: Connection, workspace_id: int, asker: UUID, user_id: UUID, role: Role, *, may_send: bool
) -> bool:
    changed = await conn.fetchval(SQL.member_change, workspace_id, asker, user_id, role, may_send)
    return changed is not None


async def remove_member(conn: Connection, workspace_id: int, asker: UUID, user_id: UUID) -> bool:
    return await conn.fetchval(SQL.member_remove, workspace_id, asker, user_id) is not None


async def end_sessions(conn: Connection, workspace_id: int, user_id: UUID) -> None:
    await conn.execute(SQL.member_sessions_end, workspace_id, user_id)


async def put_invitation(
    conn: Connection,
    workspace_id: int,
    invitation_id: UUID,
    *,
    email: str,
    role: Role,
    may_send: bool,
    digest: bytes,
    invited_by: UUID,
    now: datetime,
    expires_at: datetime,
) -> None:
    await conn.execute(
        SQL.invitation_put,
        invitation_id, workspace_id, email, role, may_send, digest, invited_by, now, expires_at,
    )  # fmt: skip


async def revoke_invitation(
    conn: Connection, workspace_id: int, invitation_id: UUID, now: datetime
) -> str | None:
    """The e-mail it was for; None when it was used or revoked, or is not of this workspace."""
    email: str | None = await conn.fetchval(SQL.invitation_revoke, workspace_id, invitation_id, now)
    return email


async def invitations(conn: Connection, workspace_id: int) -> list[Invitation]:
    rows = await conn.fetch(SQL.invitations_open, workspace_id)
    return [Invitation(**{**row, "role": Role(row["role"])}) for row in rows]


async def offer(conn: Connection, digest: bytes, now: datetime) -> Offer | None:
    row = await conn.fetchrow(SQL.invitation_by_token, digest, now)
    return None if row is None else Offer(**{**row, "role": Role(row["role"])})


async def accept(conn: Connection, invitation_id: UUID, now: datetime) -> bool:
    return await conn.fetchval(SQL.invitation_accept, invitation_id, now) is not None


async def is_member(conn: Connection, workspace_id: int, email: str) -> bool:
    found: bool = await conn.fetchval(SQL.is_member, workspace_id, email)
    return found


async def add_workspace(conn: Connection, name: str, like: int) -> int:
    workspace_id: int = await conn.fetchval(SQL.workspace_create, name, like)
    return workspace_id


async def workspaces_of(conn: Connection, user_id: UUID) -> list[OwnWorkspace]:
    rows = await conn.fetch(SQL.workspaces_of, user_id)
    return [OwnWorkspace(**{**row, "role": Role(row["role"])}) for row in rows]


async def switch(conn: Connection, digest: bytes, workspace_id: int) -> bool:
    return await conn.fetchval(SQL.session_switch, digest, workspace_id) is not None
