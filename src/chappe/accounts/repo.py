"""Rows of workspaces, people, sessions and keys. All as the engine role: who asks is not known yet."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from chappe.accounts.model import Colleague, KeyView, Session, User
from chappe.accounts.permissions import Role, permissions_of
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.kit.origin import Origin

SQL = load_statements("chappe.accounts")


class KnownUser(msgspec.Struct, frozen=True):
    """A person with what a login needs."""

    user: User
    password_hash: str
    workspace_id: int | None
    second_factor: bool


class KnownKey(msgspec.Struct, frozen=True):
    id: UUID
    workspace_id: int
    scopes: frozenset[str]
    live: bool
    last_used_at: datetime | None


async def first_workspace(conn: Connection) -> int | None:
    workspace_id: int | None = await conn.fetchval(SQL.workspace_first)
    return workspace_id


async def lock_first_run(conn: Connection) -> None:
    await conn.execute(SQL.first_run_lock)


async def add_workspace(conn: Connection, name: str) -> int:
    workspace_id: int = await conn.fetchval(SQL.workspace_add, name)
    return workspace_id


async def add_user(conn: Connection, user: User, password_hash: str) -> None:
    await conn.execute(SQL.user_add, user.id, user.email, user.name, password_hash)


async def add_membership(conn: Connection, workspace_id: int, user_id: UUID, role: Role) -> None:
    await conn.execute(SQL.membership_add, workspace_id, user_id, role)


async def user_by_email(conn: Connection, email: str) -> KnownUser | None:
    row = await conn.fetchrow(SQL.user_by_email, email)
    if row is None:
        return None
    return KnownUser(_user(row), row["password_hash"], row["workspace_id"], row["second_factor"])


async def set_password(conn: Connection, email: str, password_hash: str) -> UUID | None:
    user_id: UUID | None = await conn.fetchval(SQL.password_set, email, password_hash)
    return user_id


async def rehash(conn: Connection, user_id: UUID, old: str, new: str) -> None:
    await conn.execute(SQL.password_rehash, user_id, old, new)


async def add_session(
    conn: Connection,
    digest: bytes,
    workspace_id: int,
    user_id: UUID,
    now: datetime,
    expires_at: datetime,
    *,
    origin: Origin,
    via: str,
) -> None:
    await conn.execute(
        SQL.session_add, digest, workspace_id, user_id, now, expires_at, origin.address, origin.agent, via
    )


async def session(conn: Connection, digest: bytes, now: datetime) -> tuple[Session, datetime] | None:
    """The session, and when it was last seen."""
    row = await conn.fetchrow(SQL.session_get, digest, now)
    if row is None:
        return None
    found = Session(
        workspace_id=row["workspace_id"],
        workspace_name=row["workspace_name"],
        account_id=row["account_id"],
        test=row["test"],
        test_id=row["test_id"],
        workspaces=tuple(zip(row["workspace_ids"], row["workspace_names"], strict=True)),
        zone=row["zone"],
        currency=row["currency"],
        user=_user(row),
        role=Role(row["role"]),
        permissions=permissions_of(Role(row["role"]), may_send=row["may_send"]),
        expires_at=row["expires_at"],
        must_set_up_factor=row["must_set_up_factor"],
    )
    return found, row["seen_at"]


async def touch_session(conn: Connection, digest: bytes, now: datetime, expires_at: datetime) -> None:
    await conn.execute(SQL.session_touch, digest, now, expires_at)


async def drop_session(conn: Connection, digest: bytes) -> None:
    await conn.execute(SQL.session_drop, digest)


async def drop_sessions_of(conn: Connection, user_id: UUID) -> None:
    await conn.execute(SQL.sessions_drop_of, user_id)


async def sweep(conn: Connection, sessions_before: datetime, failures_before: datetime) -> None:
    await conn.execute(SQL.sessions_sweep, sessions_before)
    await conn.execute(SQL.login_failures_sweep, failures_before)


async def failures(
    conn: Connection, subjects: Sequence[str], since: datetime
) -> dict[str, tuple[int, datetime]]:
    """How many by subject, and when the oldest was."""
    rows = await conn.fetch(SQL.login_failures, subjects, since)
    return {row["subject"]: (row["n"], row["oldest"]) for row in rows}


async def add_failure(conn: Connection, subjects: Sequence[str], now: datetime) -> None:
    await conn.execute(SQL.login_failure_add, subjects, now)


async def clear_failures(conn: Connection, account: str, address: str, at: datetime) -> None:
    await conn.execute(SQL.login_failures_clear, account, address, at)


async def add_key(
    conn: Connection,
    workspace_id: int,
    key_id: UUID,
    *,
    name: str,
    prefix: str,
    digest: bytes,
    scopes: Sequence[str],
    live: bool,
    expires_at: datetime | None,
    created_by: UUID | None,
) -> None:
    await conn.execute(
        SQL.key_add, key_id, workspace_id, name, prefix, digest, scopes, live, expires_at, created_by
    )


async def test_workspace(conn: Connection, workspace_id: int) -> int | None:
    found: int | None = await conn.fetchval(SQL.test_workspace, workspace_id)
    return found


async def add_test_workspace(conn: Connection, workspace_id: int) -> int | None:
    """None when there is one already."""
    made: int | None = await conn.fetchval(SQL.test_workspace_add, workspace_id)
    return made


async def key_by_hash(conn: Connection, digest: bytes, now: datetime) -> KnownKey | None:
    row = await conn.fetchrow(SQL.key_by_hash, digest, now)
    if row is None:
        return None
    return KnownKey(
        row["id"], row["workspace_id"], frozenset(row["scopes"]), row["live"], row["last_used_at"]
    )


async def mark_used(conn: Connection, key_id: UUID, now: datetime) -> None:
    await conn.execute(SQL.key_used, key_id, now)


async def keys_of(conn: Connection, workspace_id: int) -> list[KeyView]:
    rows = await conn.fetch(SQL.keys_of, workspace_id)
    return [KeyView(**{**row, "scopes": frozenset(row["scopes"])}) for row in rows]


async def revoke_key(conn: Connection, workspace_id: int, key_id: UUID, now: datetime) -> bool:
    return await conn.fetchval(SQL.key_revoke, workspace_id, key_id, now) is not None


async def has_key(conn: Connection, workspace_id: int, key_id: UUID) -> bool:
    found: bool = await conn.fetchval(SQL.key_exists, workspace_id, key_id)
    return found


def _user(row: asyncpg.Record) -> User:
    return User(id=row["id"], email=row["email"], name=row["name"], language=row["language"])


async def colleagues(conn: Connection, workspace_id: int) -> list[Colleague]:
    rows = await conn.fetch(SQL.colleagues, workspace_id)
    return [Colleague(row["id"], row["name"], Role(row["role"])) for row in rows]
