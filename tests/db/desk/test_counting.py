"""Figures by day equal the ledger, in the workspace's days; a day is counted again when it has changed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from chappe.db.pool import Database
from chappe.desk import repo
from chappe.desk.figures import overview
from chappe.desk.jobs import count_changes
from chappe.desk.periods import Period
from chappe.kit.clock import FakeClock
from chappe.messages.model import first_id_of_day

NOON = datetime(2026, 9, 10, 12, 0, tzinfo=UTC)


async def _workspace(database: Database, zone: str) -> int:
    async with database.engine_transaction() as conn:
        made: int = await conn.fetchval(
            "insert into workspace (name, zone) values ('Brand', $1) returning id", zone
        )
        carrier = await conn.fetchrow(
            """insert into carrier (id, workspace_id, name, kind, settings)
               values (gen_random_uuid(), $1, 'one', 'smpp', '{}') returning id, number""",
            made,
        )
        for prefix, price in (("", "0.10"), ("33", "0.045"), ("33612", "0.04")):
            await conn.execute(
                "insert into carrier_price values ($1, $2, $3, $4, 'EUR')",
                made,
                carrier["id"],
                prefix,
                Decimal(price),
            )
        await conn.execute("update carrier set settings = '{}' where number = $1", carrier["number"])
        for day in (NOON.date() - timedelta(days=1), NOON.date()):
            await conn.execute("select ensure_message_day($1)", day)
    return made


async def _message(
    database: Database, workspace: int, at: datetime, state: int, *, phone: int = 33612340001, parts: int = 1
) -> int:
    """Handed over at `at`, in this state now."""
    async with database.engine_transaction() as conn:
        number: int = await conn.fetchval("select coalesce(max(id), 0) from message")
        message_id = max(number, first_id_of_day(at.date())) + 1
        await conn.execute(
            """insert into message (id, workspace_id, phone, purpose, parts, created_at)
               values ($1, $2, $3, 5, $4, $5)""",
            message_id, workspace, phone, parts, at,
        )  # fmt: skip
        await conn.execute(
            """insert into message_state (id, workspace_id, state, parts, carrier_number, submitted_at)
               select $1, $2, $3, $4, max(number), $5 from carrier where workspace_id = $2""",
            message_id, workspace, state, parts, at,
        )  # fmt: skip
        await conn.execute("select pg_stat_force_next_flush()")
    return message_id


async def _seen(database: Database, workspace: int, first: date, last: date) -> dict[date, tuple[int, ...]]:
    async with database.transaction(workspace) as conn:
        found = await repo.figures(conn, workspace, Period(first, last))
    days = overview(Period(first, last), *found).days
    return {one.day: (one.delivered, one.waiting, one.failed, one.unknown) for one in days if one.sent}


async def test_a_message_is_of_the_day_of_its_workspace(database: Database) -> None:
    """22:30 UTC is the next day in Paris and the same one in London's winter time."""
    late = datetime(2026, 9, 9, 22, 30, tzinfo=UTC)
    paris, lisbon = await _workspace(database, "Europe/Paris"), await _workspace(database, "Atlantic/Azores")
    for workspace in (paris, lisbon):
        await _message(database, workspace, late, 4)

    assert await count_changes(database, FakeClock(NOON)) == 1

    assert await _seen(database, paris, date(2026, 9, 1), date(2026, 9, 30)) == {
        date(2026, 9, 10): (1, 0, 0, 0)
    }
    assert await _seen(database, lisbon, date(2026, 9, 1), date(2026, 9, 30)) == {
        date(2026, 9, 9): (1, 0, 0, 0)
    }


async def test_a_late_receipt_moves_its_message_and_an_unchanged_day_is_left(database: Database) -> None:
    workspace, clock = await _workspace(database, "Europe/Paris"), FakeClock(NOON)
    message = await _message(database, workspace, NOON, 3)
    await _message(database, workspace, NOON, 5)
    await count_changes(database, clock)
    assert await _seen(database, workspace, NOON.date(), NOON.date()) == {NOON.date(): (0, 1, 1, 0)}
    assert await count_changes(database, clock) == 0

    async with database.engine_transaction() as conn:
        await conn.execute("update message_state set state = 4 where id = $1", message)
        await conn.execute("select pg_stat_force_next_flush()")

    assert await count_changes(database, clock) == 1
    assert await _seen(database, workspace, NOON.date(), NOON.date()) == {NOON.date(): (1, 0, 1, 0)}


async def test_parts_are_priced_by_the_longest_prefix(database: Database) -> None:
    workspace = await _workspace(database, "Europe/Paris")
    for phone, parts in ((33612340001, 2), (33712340001, 1), (41791234567, 3)):
        await _message(database, workspace, NOON, 4, phone=phone, parts=parts)
    await count_changes(database, FakeClock(NOON))
    async with database.transaction(workspace) as conn:
        _, spend, _ = await repo.figures(conn, workspace, Period(NOON.date(), NOON.date()))
    assert [(one.currency, one.cost, one.parts) for one in spend] == [("EUR", Decimal("0.425"), 6)]


async def test_another_zone_counts_all_days_anew(database: Database) -> None:
    workspace, clock = await _workspace(database, "Europe/Paris"), FakeClock(NOON)
    await _message(database, workspace, datetime(2026, 9, 9, 22, 30, tzinfo=UTC), 4)
    async with database.engine_transaction() as conn:
        await conn.execute(
            """insert into contact (workspace_id, phone, zones, created_at)
               values ($1, 33612340001, 'Europe/Paris', '2026-09-09 22:30Z')""",
            workspace,
        )
    await count_changes(database, clock)
    async with database.engine_transaction() as conn:
        await conn.execute("update workspace set zone = 'UTC' where id = $1", workspace)
    await count_changes(database, clock)
    assert set(await _seen(database, workspace, date(2026, 9, 1), NOON.date())) == {date(2026, 9, 9)}
    async with database.transaction(workspace) as conn:
        _, _, events = await repo.figures(conn, workspace, Period(date(2026, 9, 1), NOON.date()))
    assert [(event.day, event.n) for event in events] == [(date(2026, 9, 9), 1)]


async def test_a_recount_confirms_days_and_finds_what_they_miss(database: Database) -> None:
    workspace = await _workspace(database, "Europe/Paris")
    for state in (3, 4, 5):
        await _message(database, workspace, NOON, state, parts=2)
    await count_changes(database, FakeClock(NOON))
    assert await repo.miscounted(database.engine) == []
    await database.engine.execute("update day_sent set delivered = delivered - 1")
    await database.engine.execute(
        "insert into day_act (workspace_id, day, run_id, kind, currency, n, amount) "
        "values ($1, '2026-09-10', 0, 'stop', '', 1, 0)",
        workspace,
    )
    found = await repo.miscounted(database.engine)
    told = [
        (one["what"], one["counted"], one["counted_of_these"], one["n"], one["of_these"]) for one in found
    ]
    assert sorted(told, key=str) == [("sent", 3, 0, 3, 1), ("stop", 1, 0, None, None)]


async def test_one_more_workspace_counts_nothing_anew(database: Database) -> None:
    workspace = await _workspace(database, "Europe/Paris")
    await _message(database, workspace, NOON, 4)
    clock = FakeClock(NOON)
    assert await count_changes(database, clock) == 1
    async with database.engine_transaction() as conn:
        await conn.execute("insert into workspace (name, zone) values ('Another', 'Asia/Tokyo')")
    assert await count_changes(database, clock) == 0
    async with database.engine_transaction() as conn:
        await conn.execute("update workspace set zone = 'UTC' where name = 'Another'")
    assert await count_changes(database, clock) == 1, "its days begin at other moments"
    assert await count_changes(database, clock) == 0
