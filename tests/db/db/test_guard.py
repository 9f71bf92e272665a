"""Servers that would lose what they have said they wrote are refused, with the reason."""

import pytest

from chappe.db.embedded import SUPERUSER, PostgresServer
from chappe.db.errors import UnsafeServer
from chappe.db.guard import refuse_unsafe
from chappe.db.pool import Database, connect


@pytest.mark.usefixtures("durable")
async def test_a_durable_server_is_accepted(database: Database) -> None:
    async with database.engine.acquire() as connection:
        await refuse_unsafe(connection)


async def test_a_server_that_may_lose_a_commit_is_refused(fresh_server: PostgresServer) -> None:
    fresh_server.start()
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        (fresh_server.layout.data / "local.conf").write_text(f"{name} = off\n")
        fresh_server.stop()
        fresh_server.start()
        connection = await connect(fresh_server.dsn("postgres", SUPERUSER))
        with pytest.raises(UnsafeServer, match=f"{name} is off"):
            await refuse_unsafe(connection)
        await connection.close()


@pytest.mark.usefixtures("durable")
async def test_a_roles_own_setting_counts(database: Database) -> None:
    connection = await database.connection()
    await connection.execute("set synchronous_commit = off")
    with pytest.raises(UnsafeServer, match="synchronous_commit"):
        await refuse_unsafe(connection)
    await connection.close()


class OldServer:
    """What a server of 2021 answers; Debian no longer packages one."""

    async def fetchval(self, question: str) -> str:
        return "140009"


async def test_an_old_server_is_refused() -> None:
    with pytest.raises(UnsafeServer, match="PostgreSQL 14"):
        await refuse_unsafe(OldServer())
