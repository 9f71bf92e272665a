"""A number's messages over several days, some indexed, some filtered, some neither yet."""

from datetime import UTC, date, datetime, timedelta

import pytest
from asyncpg import QueryCanceledError

from chappe.db.pool import Connection
from chappe.messages import phone_index
from chappe.messages import service as messages
from chappe.messages.model import NewMessage, first_id_of_day
from chappe.messages.repo import ids_of_phone

TODAY = datetime.now(UTC).date()
DAYS = [TODAY - timedelta(days=1), TODAY]
N = 8_000
FIRST = 33600000000
EVERYTHING = (0, 2**63 - 1)


def message(day: date, number: int, workspace_id: int) -> NewMessage:
    """The numbers of a day are in no order."""
    phone = FIRST + number * 7919 % N
    return NewMessage(
        first_id_of_day(day) + number,
        workspace_id,
        phone,
        None,
        None,
        None,
        5,
        0,
        1,
        0,
        "x" * 100,
        None,
        None,
    )


@pytest.fixture
async def two_days(world) -> None:
    """A message to each of 8,000 numbers on each day; one of them to another workspace's contact too."""
    async with world.database.engine_transaction() as conn:
        for day in DAYS:
            rows = [message(day, number, world.workspace_id) for number in range(N)]
            other = message(day, N, world.workspace_id + 1)._replace(phone=FIRST)
            await messages.insert(conn, [*rows, other], [], [])


def number_of(phone: int) -> int:
    return next(number for number in range(N) if FIRST + number * 7919 % N == phone)


async def found(conn: Connection, world, phone: int, lo: int, hi: int, limit: int = 50) -> list[int]:
    return await ids_of_phone(conn, world.workspace_id, phone, lo, hi, limit)


async def check_all_ways(world) -> None:
    phone = FIRST + 1234
    yesterday, today = (first_id_of_day(day) + number_of(phone) for day in DAYS)
    async with world.database.transaction(world.workspace_id) as conn:
        assert await found(conn, world, phone, *EVERYTHING) == [today, yesterday]
        assert await found(conn, world, phone, *EVERYTHING, limit=1) == [today]
        assert await found(conn, world, phone, 0, today) == [yesterday]
        assert await found(conn, world, phone, yesterday + 1, today + 1) == [today]
        assert await found(conn, world, FIRST + N, *EVERYTHING) == []
        assert len(await found(conn, world, FIRST, *EVERYTHING)) == 2


async def test_found_before_and_after_the_filters_and_the_index_are_made(world, two_days) -> None:
    await check_all_ways(world)
    await world.database.engine.execute("vacuum message")
    await check_all_ways(world)
    conn = await world.database.connection()
    try:
        assert await phone_index.build_next(conn, TODAY) == DAYS[0]
        assert await phone_index.build_next(conn, TODAY) is None
    finally:
        await conn.close()
    await check_all_ways(world)


async def test_an_interrupted_build_is_made_good(world, two_days) -> None:
    name = f"message_{DAYS[0]:%Y%m%d}"
    valid = f"select indisvalid from pg_index where indexrelid = to_regclass('{name}_phone')"
    conn = await world.database.connection()
    try:
        # The build waits for those who write, until it is told to stop.
        async with world.database.engine_transaction() as writer:
            await writer.execute(f"lock table {name} in row exclusive mode")
            await conn.execute("set statement_timeout = '300ms'")
            with pytest.raises(QueryCanceledError):
                await phone_index.build_next(conn, TODAY)
        await conn.execute("reset statement_timeout")
        assert await conn.fetchval(valid) is False
        assert await phone_index.build_next(conn, TODAY) == DAYS[0]
        assert await conn.fetchval(valid) is True
    finally:
        await conn.close()


async def test_few_pages_are_read(world, two_days) -> None:
    """By the filter of a day that is written, and by the index of one that is over."""
    conn = await world.database.connection()
    try:
        await conn.execute("vacuum message")
        await phone_index.build_next(conn, TODAY)
        # At first the catalogue is read, too.
        await pages_read(conn, world.workspace_id, FIRST + 77)
        read = await pages_read(conn, world.workspace_id, FIRST + 78)
        whole = await conn.fetchval(
            "select pg_relation_size(to_regclass($1)) / 8192", f"message_{TODAY:%Y%m%d}"
        )
    finally:
        await conn.close()
    assert read < whole / 2


async def pages_read(conn: Connection, workspace_id: int, phone: int) -> int:
    [[[plan]]] = await conn.fetch(
        "explain (analyze, buffers, timing off, summary off, format json) "
        f"select messages_of_number({workspace_id}, {phone}, 0, {2**63 - 1}, 50)"
    )
    return plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
