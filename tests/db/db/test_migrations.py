"""Migrations: in order, once, under a lock; never across versions that do not fit."""

import asyncio

import asyncpg
import pytest

from chappe.db import migrations
from chappe.db.errors import MissingRight, SchemaMismatch
from chappe.db.migrations import Migration, known_migrations, migrate, pending
from chappe.db.pool import Database, connect


async def test_migrating_twice_changes_nothing(blank_dsn: str) -> None:
    connection = await connect(blank_dsn)
    numbers = [migration.number for migration in known_migrations()]
    assert [migration.number for migration in await pending(connection)] == numbers
    assert await migrate(connection) == numbers
    assert await pending(connection) == []
    assert await migrate(connection) == []
    await connection.close()


async def test_programs_that_start_together_migrate_once(blank_dsn: str) -> None:
    connections = [await connect(blank_dsn) for _ in range(3)]
    applied = await asyncio.gather(*(migrate(connection) for connection in connections))
    assert sorted(applied, key=len) == [[], [], [migration.number for migration in known_migrations()]]
    for connection in connections:
        await connection.close()


async def test_a_file_that_fails_leaves_the_schema_after_the_last_whole_one(
    blank_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = [
        Migration(1, "0001_good", "create table good (n int)"),
        Migration(2, "0002_bad", "create table half (n int); select no_such_function()"),
    ]
    monkeypatch.setattr(migrations, "known_migrations", lambda: broken)
    connection = await connect(blank_dsn)
    with pytest.raises(asyncpg.UndefinedFunctionError):
        await migrate(connection)
    assert await connection.fetchval("select to_regclass('good') is not null and to_regclass('half') is null")
    assert [migration.name for migration in await pending(connection)] == ["0002_bad"]
    await connection.close()


async def test_batches_that_were_interrupted_go_on(blank_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each batch stays; the file is recorded after the last."""
    batched = Migration(
        1,
        "0001_batched",
        "create table if not exists big as select n, null::int as twice from generate_series(1, 25) n;\n"
        "-- in batches\n"
        "with part as (select n from big where n > coalesce($1::bigint, 0) and twice is null"
        " order by n limit 10),"
        " done as (update big b set twice = 2 * b.n / (21 - b.n) from part p where p.n = b.n)"
        " select max(n) from part",
    )
    monkeypatch.setattr(migrations, "known_migrations", lambda: [batched])
    connection = await connect(blank_dsn)
    filled = "select count(*) from big where twice is not null"
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(connection)
    assert await connection.fetchval(filled) == 20
    assert await pending(connection) == [batched]
    await connection.execute("update big set n = 26 where n = 21")
    assert await migrate(connection) == [1]
    assert await connection.fetchval(filled) == 25
    assert await pending(connection) == []
    await connection.close()


async def test_an_older_program_refuses_a_newer_schema(database: Database) -> None:
    async with database.engine_transaction() as connection:
        await connection.execute(
            "insert into schema_migration values ((select max(number) + 1 from schema_migration), 'next', '')"
        )
    async with database.engine.acquire() as connection:
        with pytest.raises(SchemaMismatch, match="newer program"):
            await migrate(connection)


async def test_an_altered_file_is_refused(database: Database) -> None:
    async with database.engine.acquire() as connection:
        await connection.execute("update schema_migration set checksum = 'x' where number = 2")
        with pytest.raises(SchemaMismatch, match=r"text of migration 0002_.* was changed after it ran"):
            await migrate(connection)


async def test_a_migration_of_another_program_is_refused(database: Database) -> None:
    async with database.engine.acquire() as connection:
        await connection.execute("update schema_migration set name = '0002_other' where number = 2")
        with pytest.raises(SchemaMismatch, match="0002_other of the database is not the one"):
            await migrate(connection)


def test_spaces_at_line_ends_are_no_change() -> None:
    assert Migration(1, "a", "select 1;\n").checksum == Migration(1, "a", "select 1;  \n\n").checksum
    assert Migration(1, "a", "select 1;").checksum != Migration(1, "a", "select 2;").checksum


async def test_every_table_of_a_workspace_is_bound_by_row_security(database: Database) -> None:
    unbound = await database.engine.fetch(
        """
        select c.relname from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id'
        where c.relkind in ('r', 'p') and not c.relispartition and not c.relrowsecurity
        """
    )
    assert unbound == []


async def test_a_role_without_rights_is_told_what_to_grant(
    blank_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "WEB_ROLE", "chappe_absent")
    connection = await connect(blank_dsn)
    with pytest.raises(MissingRight, match="chappe_absent nologin; grant chappe_absent to chappe"):
        await migrate(connection)
    await connection.close()


async def test_a_role_that_does_not_own_its_database_is_told_so(blank_dsn: str) -> None:
    connection = await connect(blank_dsn)
    await connection.execute("revoke create on schema public from public, pg_database_owner")
    with pytest.raises(MissingRight, match=r'alter database .* owner to "chappe"'):
        await migrate(connection)
    await connection.close()
