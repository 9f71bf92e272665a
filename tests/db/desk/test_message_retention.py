"""Messages go when nobody keeps them: whole days at once, else row by row; what is counted of them stays."""

from datetime import UTC, date, datetime

import asyncpg
import pytest
from tests.db.desk.test_retention import _message

from chappe.desk.jobs import count_changes, count_day
from chappe.desk.retention import messages, rules
from chappe.desk.retention.messages import Gone, keep_messages
from chappe.desk.retention.rules import Rules
from chappe.kit.clock import FakeClock
from chappe.messages.model import first_id_of_day

NOON = datetime(2026, 9, 10, 12, 0, tzinfo=UTC)
TODAY = NOON.date()
OLD, OLDER, KEPT = date(2026, 6, 9), date(2026, 6, 1), date(2026, 6, 10)


@pytest.fixture
async def engine(world):
    for day in (OLDER, OLD, KEPT):
        await world.database.engine.execute("select ensure_message_day($1)", day)
    return world.database.engine


async def choose(world, workspace_id: int, months: int | None) -> None:
    async with world.database.engine_transaction() as conn:
        await rules.choose(conn, workspace_id, Rules(message_months=months))


async def days(engine) -> list[date]:
    """Of that June, those that the ledger has."""
    return [
        day
        for day in (OLDER, OLD, KEPT)
        if await engine.fetchval("select to_regclass($1) is not null", f"message_state_{day:%Y%m%d}")
        or await engine.fetchval("select to_regclass($1) is not null", f"message_{day:%Y%m%d}")
    ]


async def held(engine) -> set[int]:
    return {
        row["id"] for row in await engine.fetch("select id from message union select id from message_state")
    }


async def test_days_that_nobody_keeps_are_dropped_and_stay_counted(world, engine) -> None:
    here, database = world.workspace_id, world.database
    old = [await _message(engine, here, day, n) for day in (OLDER, OLD) for n in (1, 2)]
    kept = await _message(engine, here, KEPT)
    await count_changes(database, FakeClock(NOON))
    figures = "select sum(n) from day_figure where workspace_id = $1"
    assert await engine.fetchval(figures, here) == 5
    async with database.engine_transaction() as conn:
        assert await rules.would_go(conn, here, Rules(message_months=3), NOON) == {"message_months": 4}
        assert await messages.would_go(conn, here, 3, TODAY, 3) == 3
    assert await keep_messages(database, TODAY) == Gone(), "for ever until somebody chooses"
    assert await held(engine) == {*old, kept}
    await choose(world, here, 3)
    assert await keep_messages(database, TODAY) == Gone(days=2)
    assert await days(engine) == [KEPT]
    assert await held(engine) == {kept}
    await count_changes(database, FakeClock(NOON))
    assert await engine.fetchval(figures, here) == 5
    assert await keep_messages(database, TODAY) == Gone()


async def test_a_day_that_another_keeps_goes_row_by_row_until_they_let_go(world, engine) -> None:
    here, database = world.workspace_id, world.database
    other = await engine.fetchval("insert into workspace (name) values ('other') returning id")
    mine, theirs = await _message(engine, here, OLD, 1), await _message(engine, other, OLD, 2)
    await engine.execute(
        "insert into message_exception (id, workspace_id, state) values ($1, $2, 5), ($3, $4, 5)",
        mine, here, theirs, other,
    )  # fmt: skip
    await count_changes(database, FakeClock(NOON))
    await choose(world, here, 3)
    assert await keep_messages(database, TODAY) == Gone(days=1, messages=1), "nobody wrote on the first day"
    assert await held(engine) == {theirs}
    assert await engine.fetchval("select array_agg(id) from message_exception") == [theirs]
    # Counted anew, what is gone stays as it was.
    async with database.engine_transaction() as conn:
        await count_day(conn, OLD, "again", FakeClock(NOON))
    assert await engine.fetchval("select sum(n) from day_figure where workspace_id = $1", here) == 1
    await choose(world, other, 3)
    assert await keep_messages(database, TODAY) == Gone(days=1)
    assert await days(engine) == [KEPT]


async def test_what_may_still_be_sent_stays_with_all_after_it(world, engine) -> None:
    here = world.workspace_id
    _, waits, after = [await _message(engine, here, OLD, n, state=None) for n in (1, 2, 3)]
    await engine.execute(
        "insert into chunk (workspace_id, route_id, source, lane, lo, hi)"
        " select $1, id, '', 5, $2, $2::bigint + 1 from route limit 1",
        here, waits,
    )  # fmt: skip
    await choose(world, here, 3)
    assert await keep_messages(world.database, TODAY) == Gone(days=1, messages=1)
    assert await held(engine) == {waits, after}
    await engine.execute("delete from chunk")
    assert await keep_messages(world.database, TODAY) == Gone(days=1)


async def test_sending_does_not_wait_for_a_day_that_is_read(world, engine) -> None:
    here, database = world.workspace_id, world.database
    await _message(engine, here, OLD)
    await choose(world, here, 3)
    reader = await asyncpg.connect(database.dsn)
    try:
        async with reader.transaction():
            await reader.execute("lock table message in access share mode")
            assert await keep_messages(database, TODAY) == Gone(waiting=2)
            await _message(engine, here, KEPT)
        assert await keep_messages(database, TODAY) == Gone(days=2), "the next round has it"
    finally:
        await reader.close()
    assert await engine.fetchval("select min(id) from message") == first_id_of_day(KEPT) + 1
