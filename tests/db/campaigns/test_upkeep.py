"""What the worker does beside planning: expiries, hours that end, counts, partitions, late receipts."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from chappe.campaigns import service
from chappe.engine.campaign_jobs import worker_jobs
from chappe.messages import counts
from chappe.messages import upkeep as ledger
from chappe.messages.model import MessageState, RunDelta, first_id_of_day


async def states(world) -> list[tuple[int, str]]:
    rows = await world.database.engine.fetch("select state, reason from message_state order by id")
    return [(row["state"], row["reason"]) for row in rows]


async def test_what_waits_past_its_expiry_is_expired(world, sent, planner_of, upkeep, clock, now) -> None:
    campaign = await sent(await world.list_of(3), expires_at=clock.now() + timedelta(hours=1))
    await planner_of().plan_due_runs()
    # One message was submitted before its chunk was released.
    first = await world.database.engine.fetchval("select min(id) from message")
    await world.database.engine.execute(
        "insert into message_state (id, workspace_id, state, parts) values ($1, 1, 3, 1)", first
    )
    await upkeep.end_waiting()
    assert await world.database.engine.fetchval("select count(*) from chunk") == 2
    clock.advance(hours=1)
    await upkeep.end_waiting()
    assert await states(world) == [(MessageState.SENT, None), *[(MessageState.EXPIRED, "expired")] * 2]
    exceptions = await world.database.engine.fetch("select state, run_id from message_exception")
    assert [tuple(row) for row in exceptions] == [(MessageState.EXPIRED, campaign.runs[0])] * 2
    await upkeep.end_runs()
    assert (await now(campaign)).state == "finished"


async def test_a_leased_chunk_is_left_to_its_holder(world, sent, planner_of, upkeep, clock) -> None:
    await sent(await world.list_of(2), expires_at=clock.now() + timedelta(hours=1))
    await planner_of().plan_due_runs()
    await world.database.engine.execute("update chunk set state = 1")
    clock.advance(hours=2)
    await upkeep.end_waiting()
    assert await states(world) == []


async def test_what_missed_its_hours_waits_for_the_next(world, sent, planner_of, upkeep, clock) -> None:
    await sent(await world.list_of(2))
    await planner_of().plan_due_runs()
    clock.set(datetime(2026, 3, 10, 18, 59, tzinfo=UTC))
    await upkeep.end_waiting()
    assert await world.database.engine.fetchval("select min(due_at) from chunk") < clock.now()
    clock.advance(minutes=1)
    await upkeep.end_waiting()
    row = await world.database.engine.fetchrow("select due_at, window_end from chunk")
    assert tuple(row) == (datetime(2026, 3, 11, 7, tzinfo=UTC), datetime(2026, 3, 11, 19, tzinfo=UTC))


async def test_across_a_change_of_clocks_the_window_keeps_local_time(
    world, sent, planner_of, upkeep, clock
) -> None:
    clock.set(datetime(2026, 3, 28, 18, tzinfo=UTC))  # Saturday 19:00 in Paris; clocks go forward that night
    await sent(await world.list_of(1))
    await planner_of().plan_due_runs()
    clock.set(datetime(2026, 3, 28, 19, 30, tzinfo=UTC))
    await upkeep.end_waiting()
    row = await world.database.engine.fetchrow("select due_at, window_end from chunk")
    assert tuple(row) == (datetime(2026, 3, 30, 6, tzinfo=UTC), datetime(2026, 3, 30, 18, tzinfo=UTC))


async def test_counts_fold_to_the_same_sums(world, sent, planner_of, upkeep) -> None:
    members = await world.list_of(5)
    await world.suppress(33600000001)
    campaign = await sent(members)
    await planner_of().plan_due_runs()

    async def read() -> dict[tuple[MessageState, str], tuple[int, int]]:
        async with world.database.transaction(world.workspace_id) as conn:
            progress = await service.progress(conn, world.workspace_id, campaign.id)
        return {(count.state, count.reason): (count.n, count.parts) for count in progress.counts}

    before = await read()
    assert before == {(MessageState.QUEUED, ""): (4, 4), (MessageState.SKIPPED, "suppressed"): (1, 0)}
    await asyncio.gather(*(upkeep.fold_counts() for _ in range(4)))
    assert await world.database.engine.fetchval("select count(*) from run_delta") == 0
    assert await read() == before
    async with world.database.engine_transaction() as conn:
        run = campaign.runs[0]
        await counts.record(conn, [RunDelta(1, run, 1, "", -1, 0), RunDelta(1, run, 3, "", 1, 1)])
    assert (await read())[MessageState.SENT, ""] == (1, 1)
    await upkeep.fold_counts()
    assert (await read())[MessageState.QUEUED, ""] == (3, 4)


async def test_partitions_are_made_ahead_and_missing_ones_cry_out(world, upkeep, clock) -> None:
    today = clock.now().date()
    async with world.database.engine_transaction() as conn:
        assert await ledger.days_ahead(conn, today) == 0
    await upkeep.make_days()
    async with world.database.engine_transaction() as conn:
        assert await ledger.days_ahead(conn, today) == 7
        assert await ledger.make_days(conn, today) == 0
        assert await ledger.make_days(conn, today, ahead=1) == 0
        await conn.execute(f"drop table message_{today + timedelta(days=2):%Y%m%d}")
        assert await ledger.days_ahead(conn, today) == 1


@pytest.mark.parametrize(("expiry", "final_after"), [(None, 78), (30, 36)])
async def test_sent_without_receipt_becomes_final(world, upkeep, clock, expiry, final_after) -> None:
    await upkeep.make_days()
    sent_at = clock.now() - timedelta(hours=100)
    async with world.database.engine_transaction() as conn:
        await ledger.make_days(conn, sent_at.date())
        await conn.execute(
            "insert into message (id, workspace_id, phone, purpose, expires_at) "
            "values ($1, 1, 33600000001, 5, $2)",
            first_id_of_day(sent_at.date()) + 1,
            None if expiry is None else sent_at + timedelta(hours=expiry),
        )
        await conn.execute(
            "insert into message_state (id, workspace_id, state, submitted_at) values ($1, 1, 3, $2)",
            first_id_of_day(sent_at.date()) + 1,
            sent_at,
        )
    clock.set(sent_at + timedelta(hours=final_after - 1))
    await upkeep.close_without_receipt()
    still_open = await world.database.engine.fetchrow("select done_at, reason from message_state")
    assert tuple(still_open) == (None, None)
    clock.set(sent_at + timedelta(hours=final_after + 1))
    await upkeep.close_without_receipt()
    closed = await world.database.engine.fetchrow("select state, done_at, reason from message_state")
    assert tuple(closed) == (MessageState.SENT, clock.now(), "no_receipt")


async def test_the_jobs_run_a_campaign_and_outlive_the_server(world, sent, clock, now) -> None:
    """The campaign is planned, then finished, with every connection cut in between."""
    campaign = await sent(await world.list_of(5))
    jobs = worker_jobs(world.database, clock=clock, gate_clock=clock)
    tasks = [asyncio.create_task(job) for _, job in jobs]
    watcher = await world.database.connection()
    try:
        await until(watcher, "select planned_at is not null from campaign_run")
        with structlog.testing.capture_logs():
            await watcher.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
                "and pid <> pg_backend_pid() and backend_type = 'client backend'"
            )
            await watcher.execute("delete from chunk")
            await watcher.execute("select pg_notify('chappe_chunk_done', '')")
            await until(watcher, "select state = 'finished' from campaign")
        await until(watcher, "select count(*) = 0 from run_delta")
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        await watcher.close()
    assert {type(result) for result in results} == {asyncio.CancelledError}
    assert (await now(campaign)).state == "finished"


async def until(connection, question: str) -> None:
    async with asyncio.timeout(20):
        while not await connection.fetchval(question):
            await asyncio.sleep(0.02)
