"""What a fresh server of ours holds before the first migration: roles and a database."""

import asyncpg

from chappe.db.embedded import SUPERUSER, PostgresServer
from chappe.db.pool import WEB_ROLE, OwnConnection, connect

ENGINE_ROLE = "chappe"
DATABASE = "chappe"


async def prepare_cluster(server: PostgresServer, database: str = DATABASE) -> str:
    """Make the roles and the database where they are missing; return the engine's address.

    The engine's role owns its database and is no superuser: what works here works on a hosted server.
    """
    connection = await connect(server.dsn("postgres", SUPERUSER))
    try:
        await _ensure_role(connection, WEB_ROLE, "nologin")
        await _ensure_role(connection, ENGINE_ROLE, "login")
        await connection.execute(f"grant {WEB_ROLE} to {ENGINE_ROLE}")
        if not await connection.fetchval("select 1 from pg_database where datname = $1", database):
            await connection.execute(f'create database "{database}" owner {ENGINE_ROLE}')
    finally:
        await connection.close()
    return server.dsn(database, ENGINE_ROLE)


async def _ensure_role(connection: OwnConnection, role: str, attribute: str) -> None:
    try:
        await connection.execute(f"create role {role} {attribute}")
    except asyncpg.DuplicateObjectError:
        return
