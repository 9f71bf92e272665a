"""Rows of second factors, resets and sessions. All as the engine role: they are a person's, not a
workspace's.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from chappe.accounts.security.model import FactorState, Person, SessionView, Via
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.accounts.security")


async def person(conn: Connection, user_id: UUID) -> Person | None:
    return _person(await conn.fetchrow(SQL.person, user_id))


async def person_by_email(conn: Connection, email: str) -> Person | None:
    return _person(await conn.fetchrow(SQL.person_by_email, email))


async def set_profile(conn: Connection, user_id: UUID, name: str, language: str | None) -> None:
    await conn.execute(SQL.profile_set, user_id, name, language)


async def change_password(conn: Connection, user_id: UUID, old: str, new: str) -> bool:
    return await conn.fetchval(SQL.password_change, user_id, old, new) is not None


async def change_email(conn: Connection, user_id: UUID, email: str) -> bool:
    """False when somebody has it."""
    try:
        async with conn.transaction():
            return await conn.fetchval(SQL.email_change, user_id, email) is not None
    except asyncpg.UniqueViolationError:
        return False  # taken in this very moment


async def add_pending(
    conn: Connection, digest: bytes, workspace_id: int, user_id: UUID, expires_at: datetime
) -> None:
    await conn.execute(SQL.pending_add, digest, workspace_id, user_id, expires_at)


async def try_pending(conn: Connection, digest: bytes, now: datetime, most: int) -> tuple[UUID, int] | None:
    """Person and workspace; None when there is no such login, or it had its tries."""
    row = await conn.fetchrow(SQL.pending_try, digest, now, most)
    return None if row is None else (row["user_id"], row["workspace_id"])


async def knows_pending(conn: Connection, digest: bytes, now: datetime, most: int) -> bool:
    found: bool = await conn.fetchval(SQL.pending_known, digest, now, most)
    return found


async def drop_pending(conn: Connection, digest: bytes) -> None:
    await conn.execute(SQL.pending_drop, digest)


async def sweep(conn: Connection, now: datetime) -> None:
    await conn.execute(SQL.pending_sweep, now)


async def begin_factor(conn: Connection, user_id: UUID, sealed: bytes) -> None:
    await conn.execute(SQL.factor_begin, user_id, sealed)


async def unconfirmed_secret(conn: Connection, user_id: UUID) -> bytes | None:
    found: bytes | None = await conn.fetchval(SQL.factor_unconfirmed, user_id)
    return found


async def confirm_factor(conn: Connection, user_id: UUID, now: datetime, step: int) -> bool:
    return await conn.fetchval(SQL.factor_confirm, user_id, now, step) is not None


async def secret(conn: Connection, user_id: UUID) -> bytes | None:
    found: bytes | None = await conn.fetchval(SQL.factor_secret, user_id)
    return found


async def use_step(conn: Connection, user_id: UUID, step: int) -> bool:
    return await conn.fetchval(SQL.factor_use, user_id, step) is not None


async def drop_factor(conn: Connection, user_id: UUID) -> None:
    await conn.execute(SQL.factor_drop, user_id)
    await conn.execute(SQL.recovery_drop, user_id)


async def factor_state(conn: Connection, user_id: UUID) -> FactorState:
    row = await conn.fetchrow(SQL.factor_state, user_id)
    assert row is not None
    return FactorState(**row)


async def replace_recovery(conn: Connection, user_id: UUID, digests: Sequence[bytes]) -> None:
    await conn.execute(SQL.recovery_drop, user_id)
    await conn.execute(SQL.recovery_add, user_id, digests)


async def use_recovery(conn: Connection, user_id: UUID, digest: bytes, now: datetime) -> bool:
    return await conn.fetchval(SQL.recovery_use, user_id, digest, now) is not None


async def known_recovery(conn: Connection, user_id: UUID, digests: Sequence[bytes]) -> int:
    found: int = await conn.fetchval(SQL.recovery_known, user_id, digests)
    return found


async def sessions_of(conn: Connection, user_id: UUID, digest: bytes, now: datetime) -> list[SessionView]:
    rows = await conn.fetch(SQL.sessions_of, user_id, digest, now)
    return [SessionView(**{**row, "via": Via(row["via"])}) for row in rows]


async def end_session(conn: Connection, user_id: UUID, session_id: UUID) -> bool:
    return await conn.fetchval(SQL.session_end, user_id, session_id) is not None


async def end_others(conn: Connection, user_id: UUID, digest: bytes) -> None:
    await conn.execute(SQL.sessions_end_others, user_id, digest)


async def end_all(conn: Connection, user_id: UUID) -> None:
    await conn.execute(SQL.sessions_end_all, user_id)


async def renew_session(conn: Connection, old: bytes, new: bytes) -> bool:
    return await conn.fetchval(SQL.session_renew, old, new) is not None


async def ask_reset(conn: Connection, request_id: UUID, email: str, language: str) -> None:
    await conn.execute(SQL.reset_ask, request_id, email, language)


async def take_reset_request(conn: Connection) -> tuple[str, str] | None:
    """E-mail and language of the next one who asked."""
    row = await conn.fetchrow(SQL.reset_take)
    return None if row is None else (row["email"], row["language"])


async def replace_reset(conn: Connection, digest: bytes, user_id: UUID, expires_at: datetime) -> None:
    await conn.execute(SQL.reset_drop_of, user_id)
    await conn.execute(SQL.reset_add, digest, user_id, expires_at)


async def reset_person(conn: Connection, digest: bytes, now: datetime) -> Person | None:
    return _person(await conn.fetchrow(SQL.reset_person, digest, now))


async def use_reset(conn: Connection, digest: bytes, now: datetime) -> bool:
    return await conn.fetchval(SQL.reset_use, digest, now) is not None


async def homes(conn: Connection, user_id: UUID) -> list[int]:
    return [row["workspace_id"] for row in await conn.fetch(SQL.homes, user_id)]


def _person(row: asyncpg.Record | None) -> Person | None:
    return None if row is None else Person(**row)
