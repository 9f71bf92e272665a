"""The one row that describes this installation: its key, and whether it is held."""

import asyncpg

from chappe.db.errors import WrongSecretKey
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.kit.ids import uuid7

SQL = load_statements("chappe.db")


async def ensure_instance(connection: Connection, keys: InstanceKeys) -> asyncpg.Record:
    """The row, made at the first start. WrongSecretKey when the database belongs to another key."""
    await connection.execute(SQL.instance_insert, uuid7(), keys.fingerprint)
    row = await connection.fetchrow(SQL.instance)
    assert row is not None
    if row["key_fingerprint"] != keys.fingerprint:
        raise WrongSecretKey(
            "This database was made with another secret key: carrier passwords and ids could not be read. "
            "Put its secret.key into the data folder, or set CHAPPE_SECRET_KEY to it."
        )
    return row


async def hold(connection: Connection, reason: str) -> None:
    """From now on nothing leaves. A second hold keeps the first one's time and reason."""
    await connection.execute(SQL.instance_hold, reason)


async def release(connection: Connection) -> bool:
    """Let messages leave again; False when nothing was held."""
    return await connection.fetchval(SQL.instance_release) is not None
