"""Both ways into the database: what each may see, and what callers get when the server is lost."""

import asyncio

import asyncpg
import pytest

from chappe.db.errors import ServerGone
from chappe.db.pool import Connection, Database


async def add_workspace(database: Database, name: str) -> int:
    number = await database.engine.fetchval("insert into workspace (name) values ($1) returning id", name)
    assert isinstance(number, int)
    return number


async def test_web_transactions_see_their_own_workspace_alone(database: Database) -> None:
    first, second = await add_workspace(database, "first"), await add_workspace(database, "second")
    async with database.transaction(second) as connection:
        assert await connection.fetch("select id from workspace") == [(second,)]
        await connection.execute("insert into attribute values ($1, 'city')", second)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with connection.transaction():
                await connection.execute("insert into attribute values ($1, 'city')", first)
    assert await database.engine.fetch("select workspace_id from attribute") == [(second,)]


async def test_the_workspace_ends_with_its_transaction(database: Database) -> None:
    workspace = await add_workspace(database, "only")
    async with database.transaction(workspace):
        pass
    async with database.web.acquire() as connection:
        assert await connection.fetch("select id from workspace") == []
        # RESET ROLE goes back to the role of the start-up packet, not to the owner of the tables.
        await connection.execute("reset role")
        assert await connection.fetchval("select current_user") == "chappe_web"


async def test_an_error_rolls_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.engine_transaction() as connection:
            await connection.execute("insert into workspace (name) values ('lost')")
            raise ZeroDivisionError
    assert await database.engine.fetchval("select count(*) from workspace") == 0


async def test_json_values_travel_as_values_in_statements_and_in_copy(database: Database) -> None:
    workspace = await add_workspace(database, "json")
    attributes = {"city": "Nîmes", "visits": 3, "tags": ["a", None]}
    rows = [(workspace, 33612345678, "Europe/Paris", attributes)]
    async with database.engine_transaction() as connection:
        await connection.copy_records_to_table(
            "contact", records=rows, columns=["workspace_id", "phone", "zones", "attributes"]
        )
        assert await connection.fetchval("select attributes from contact") == attributes
        assert await connection.fetchval("select $1::jsonb ->> 'city'", attributes) == "Nîmes"
        assert await connection.fetchval("select $1::json", attributes) == attributes


async def test_a_lost_connection_is_server_gone_and_the_next_one_works(database: Database) -> None:
    with pytest.raises(ServerGone) as caught:
        async with database.engine_transaction() as connection:
            pid = await connection.fetchval("select pg_backend_pid()")
            other = await database.connection()
            await other.execute("select pg_terminate_backend($1)", pid)
            await other.close()
            await connection.fetchval("select 1 from pg_sleep(5)")
    assert caught.value.status == 503
    async with database.engine_transaction() as connection:
        assert await connection.fetchval("select 1") == 1


async def test_a_server_without_space_is_gone_for_now(database: Database) -> None:
    with pytest.raises(ServerGone, match="DiskFullError"):
        async with database.engine_transaction() as connection:
            await connection.execute("do $$ begin raise exception using errcode = 'disk_full'; end $$")
    async with database.engine_transaction() as connection:
        assert await connection.fetchval("select 1") == 1


async def test_a_transaction_that_was_left_open_is_ended(database: Database) -> None:
    """What a stopped process holds must not wait for it: the settings of every pool say so."""
    for pool in (database.engine, database.web):
        assert await pool.fetchval("show idle_in_transaction_session_timeout") == "10s"
    with pytest.raises(ServerGone):
        async with database.engine_transaction() as connection:
            await connection.execute("set local idle_in_transaction_session_timeout = '10ms'")
            await asyncio.wait_for(_closed(connection), 20)
            await connection.fetchval("select 1")


async def _closed(connection: Connection) -> None:
    while not connection.is_closed():
        await asyncio.sleep(0.01)


async def test_errors_of_the_callers_own_are_not_taken_for_the_servers(database: Database) -> None:
    with pytest.raises(FileNotFoundError):
        async with database.engine_transaction():
            raise FileNotFoundError("a file of the caller's")


async def test_no_server_is_server_gone_without_the_address() -> None:
    lost = await Database.connect("postgresql://chappe:hunter2@127.0.0.1:1/none")
    with pytest.raises(ServerGone) as caught:
        async with lost.engine_transaction():
            pass
    assert "hunter2" not in str(caught.value)
    await lost.close()
