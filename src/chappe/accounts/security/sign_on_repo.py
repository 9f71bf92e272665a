"""Rows of single sign-on and of what a workspace requires. As the engine role: nobody has logged in yet."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from chappe.accounts.model import User
from chappe.accounts.security.repo import SQL
from chappe.db.pool import Connection


class StoredProvider(msgspec.Struct, frozen=True, kw_only=True):
    """A workspace's provider; the secret is sealed."""

    workspace_id: int
    name: str
    issuer: str
    client_id: str
    client_secret: bytes | None
    domains: list[str]


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What was kept while the person was at the provider."""

    workspace_id: int
    verifier: str
    nonce: str
    wanted: str


class Safety(msgspec.Struct, frozen=True, kw_only=True):
    """`protected` of the `members` have a second factor."""

    required: bool
    name: str
    members: int
    protected: int


async def any_configured(conn: Connection) -> bool:
    found: bool = await conn.fetchval(SQL.sign_on_any)
    return found


async def provider(conn: Connection, workspace_id: int) -> StoredProvider | None:
    row = await conn.fetchrow(SQL.sign_on_get, workspace_id)
    return None if row is None else StoredProvider(**row)


async def workspace_of_domain(conn: Connection, domain: str) -> int | None:
    found: int | None = await conn.fetchval(SQL.sign_on_of_domain, domain)
    return found


async def keep_provider(conn: Connection, new: StoredProvider) -> list[str]:
    """Which of its domains it got: another workspace may have the others."""
    await conn.execute(
        SQL.sign_on_set, new.workspace_id, new.name, new.issuer, new.client_id, new.client_secret
    )
    await conn.execute(SQL.sign_on_domains_drop, new.workspace_id)
    rows = await conn.fetch(SQL.sign_on_domains_add, new.workspace_id, new.domains)
    return [row["domain"] for row in rows]


async def drop_provider(conn: Connection, workspace_id: int) -> bool:
    return await conn.fetchval(SQL.sign_on_drop, workspace_id) is not None


async def add_attempt(
    conn: Connection, state_hash: bytes, browser_hash: bytes, attempt: Attempt, expires_at: datetime
) -> None:
    await conn.execute(
        SQL.attempt_add,
        state_hash,
        attempt.workspace_id,
        browser_hash,
        attempt.verifier,
        attempt.nonce,
        attempt.wanted,
        expires_at,
    )


async def take_attempt(
    conn: Connection, state_hash: bytes, browser_hash: bytes, now: datetime
) -> Attempt | None:
    row = await conn.fetchrow(SQL.attempt_take, state_hash, browser_hash, now)
    return None if row is None else Attempt(**row)


async def member(conn: Connection, workspace_id: int, email: str) -> User | None:
    row = await conn.fetchrow(SQL.member_by_email, workspace_id, email)
    return None if row is None else User(**row)


async def safety(conn: Connection, workspace_id: int) -> Safety:
    row = await conn.fetchrow(SQL.safety_get, workspace_id)
    assert row is not None
    return Safety(**row)


async def require_factor(conn: Connection, workspace_id: int, required: bool) -> bool:
    return await conn.fetchval(SQL.safety_set, workspace_id, required) is not None


def unknown_domains(wanted: Sequence[str], got: Sequence[str]) -> list[str]:
    """Those that another workspace has."""
    return sorted(set(wanted) - set(got))
