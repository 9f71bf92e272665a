"""Rows of the outbox."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from chappe.accounts.mails.model import MailState, MailView
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.accounts.mails")


class NewMail(NamedTuple):
    """In the order of its statement."""

    id: UUID
    workspace_id: int | None
    user_id: UUID | None
    owners_only: bool
    kind: str
    recipient: str
    subject: str
    body: bytes


class Claimed(NamedTuple):
    """A mail of which this process is the sender now."""

    id: UUID
    recipient: str
    subject: str
    body: bytes
    attempts: int


async def add(conn: Connection, mail: NewMail) -> None:
    await conn.execute(SQL.mail_add, *mail)


async def claim(conn: Connection, now: datetime, lease: timedelta) -> Claimed | None:
    row = await conn.fetchrow(SQL.mail_claim, now, lease)
    return None if row is None else Claimed(**row)


async def sent(conn: Connection, mail_id: UUID, now: datetime) -> None:
    await conn.execute(SQL.mail_sent, mail_id, now)


async def later(conn: Connection, mail_id: UUID, due_at: datetime, error: str) -> None:
    await conn.execute(SQL.mail_later, mail_id, due_at, error)


async def failed(conn: Connection, mail_id: UUID, error: str) -> None:
    await conn.execute(SQL.mail_failed, mail_id, error)


async def unknown(conn: Connection, mail_id: UUID, error: str) -> None:
    await conn.execute(SQL.mail_unknown, mail_id, error)


async def settle_abandoned(conn: Connection, now: datetime) -> None:
    await conn.execute(SQL.mails_abandoned, now)


async def keep_all(conn: Connection) -> None:
    await conn.execute(SQL.mails_keep)


async def again(conn: Connection, mail_id: UUID, now: datetime) -> bool:
    return await conn.fetchval(SQL.mail_again, mail_id, now) is not None


async def of_workspace(
    conn: Connection,
    workspace_id: int,
    reader: UUID,
    limit: int,
    *,
    after: UUID | None = None,
    only: UUID | None = None,
) -> Sequence[MailView]:
    rows = await conn.fetch(SQL.mails_of, workspace_id, reader, limit, after, only)
    return [MailView(**{**row, "state": MailState(row["state"])}) for row in rows]


async def body(conn: Connection, mail_id: UUID) -> bytes | None:
    found: bytes | None = await conn.fetchval(SQL.mail_body, mail_id)
    return found


async def sweep(conn: Connection, before: datetime) -> None:
    await conn.execute(SQL.mails_sweep, before)
