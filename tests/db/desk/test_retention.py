"""Texts are erased when their time is over; what figures and proofs stand on is not."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chappe.desk.jobs import count_changes
from chappe.desk.retention import service
from chappe.desk.retention.jobs import erase_old
from chappe.desk.retention.service import first_kept_day
from chappe.kit.clock import FakeClock
from chappe.messages.model import MessageState, first_id_of_day

NOON = datetime(2026, 9, 10, 12, 0, tzinfo=UTC)
OLD, KEPT = date(2026, 8, 9), date(2026, 8, 10)
CLOCK = FakeClock(NOON)


@pytest.fixture
async def engine(world):
    for day in (OLD, KEPT):
        await world.database.engine.execute("select ensure_message_day($1)", day)
    return world.database.engine


async def _message(engine, workspace_id: int, day: date, number: int = 1, state: int | None = 4) -> int:
    message_id = first_id_of_day(day) + number
    await engine.execute(
        "insert into message (id, workspace_id, phone, purpose, parts, body, created_at)"
        " values ($1, $2, 33600000001, 5, 1, 'Bonjour', $3)",
        message_id,
        workspace_id,
        datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
    )
    if state is not None:
        await engine.execute(
            "insert into message_state (id, workspace_id, state, parts, carrier_number, submitted_at)"
            " select $1, $2, $3, 1, max(number), $4 from carrier",
            message_id,
            workspace_id,
            state,
            datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
        )
    return message_id


async def _choose(world, months: int | None) -> None:
    async with world.database.engine_transaction() as conn:
        await service.choose(conn, world.workspace_id, months)


async def _texts(engine) -> dict[int, str | None]:
    return {row["id"]: row["body"] for row in await engine.fetch("select id, body from message")}


async def test_texts_of_whole_days_before_are_erased_of_this_workspace_alone(world, engine) -> None:
    other = await engine.fetchval("insert into workspace (name) values ('other') returning id")
    test = await engine.fetchval(
        "insert into workspace (name, test_of) values ('t', $1) returning id", world.workspace_id
    )
    old = await _message(engine, world.workspace_id, OLD, 1)
    theirs = await _message(engine, other, OLD, 2)
    tested = await _message(engine, test, OLD, 3)
    kept = await _message(engine, world.workspace_id, KEPT, 1)
    assert await erase_old(world.database, CLOCK) == 0, "off until somebody chooses"
    await _choose(world, 1)
    assert await erase_old(world.database, CLOCK) == 2
    assert await _texts(engine) == {old: None, theirs: "Bonjour", tested: None, kept: "Bonjour"}
    assert await erase_old(world.database, FakeClock(NOON + timedelta(days=1))) == 1


async def test_what_waits_keeps_its_text_until_it_has_left(world, engine) -> None:
    before = await _message(engine, world.workspace_id, OLD, 1)
    waiting = await _message(engine, world.workspace_id, OLD, 2, state=None)
    behind = await _message(engine, world.workspace_id, OLD, 3)
    await engine.execute(
        "insert into chunk (workspace_id, route_id, source, lane, lo, hi) values ($1, $2, 'ACME', 0, $3, $4)",
        world.workspace_id,
        world.route_id,
        waiting,
        waiting + 1,
    )
    await _choose(world, 1)
    assert await erase_old(world.database, CLOCK) == 1
    assert await _texts(engine) == {before: None, waiting: "Bonjour", behind: "Bonjour"}
    await engine.execute("delete from chunk")
    assert await erase_old(world.database, CLOCK) == 2


async def test_figures_consents_and_suppressions_stay(world, engine) -> None:
    await world.list_of(1)
    await world.suppress(33600000009)
    await _message(engine, world.workspace_id, OLD, 1)
    await _message(engine, world.workspace_id, OLD, 2, state=MessageState.UNDELIVERED)
    proofs = (
        "select (select count(*) from consent), (select count(*) from suppression),"
        " (select count(*) from message_state), (select count(*) from message)"
    )
    figures = "select day, state, currency, n, handed, parts, cost from day_figure order by 1, 2, 3"
    await engine.execute("select pg_stat_force_next_flush()")
    await count_changes(world.database, CLOCK)
    stood = (await engine.fetchrow(proofs), await engine.fetch(figures))
    assert stood[1]
    await _choose(world, 1)
    assert await erase_old(world.database, CLOCK) == 2
    # Counted anew from the ledger, as after a crash of the server.
    await engine.execute("update counted set mark = 'another'")
    await count_changes(world.database, CLOCK)
    assert (await engine.fetchrow(proofs), await engine.fetch(figures)) == stood


async def test_the_list_of_conversations_forgets_answers_and_keeps_what_people_wrote(world, engine) -> None:
    for phone, mine in ((33600000001, True), (33600000002, False)):
        await engine.execute(
            "insert into conversation (workspace_id, phone, last_at, last_text, last_mine)"
            " values ($1, $2, $3, 'Bonjour', $4)",
            world.workspace_id,
            phone,
            NOON - timedelta(days=60),
            mine,
        )
    await _choose(world, 1)
    await erase_old(world.database, CLOCK)
    rows = await engine.fetch("select last_mine, last_text from conversation order by phone")
    assert [tuple(row) for row in rows] == [(True, ""), (False, "Bonjour")]


async def test_a_choice_taken_back_stops_the_erasing(world, engine) -> None:
    await _message(engine, world.workspace_id, OLD)
    await _choose(world, 1)
    async with world.database.engine_transaction() as conn:
        found = await service.limited(conn)
    await _choose(world, None)
    async with world.database.engine_transaction() as conn:
        assert not (await service.erase(conn, found[0], NOON.date())).texts


async def test_steps_are_bounded_and_go_on_where_they_stopped(world, engine) -> None:
    for number in range(1, 6):
        await _message(engine, world.workspace_id, OLD, number)
    start, erased = 0, []
    for _ in range(4):
        async with world.database.engine_transaction() as conn:
            done = await service.erasing.erase_texts(
                conn, world.workspace_id, start, first_id_of_day(KEPT), most=2
            )
        start = done.end
        erased.append(done.texts)
    assert erased == [2, 2, 1, 0]


@pytest.mark.parametrize(
    ("today", "months", "first"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2028, 3, 30), 1, date(2028, 2, 29)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 7, 31), 36, date(2023, 7, 31)),
    ],
)
def test_a_month_before_is_the_same_day_or_the_last(today: date, months: int, first: date) -> None:
    assert first_kept_day(today, months) == first
