"""People's wishes mid-campaign: STOP, pause, cancel, rates, urgent messages first, a held installation."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chappe.db.demo import move_demo_clock
from chappe.db.instance import hold, release
from chappe.gate.law import cautious, next_hours
from chappe.lab import checks
from chappe.messages.model import MessageState, Purpose

LOG = "lab.log"
# The lab notes when it reads, which on a busy machine is a little after the write.
READ_LATE = 250_000_000

LAB = '[[carriers]]\nname = "alpha"\nreceipts.delay = 0.05\n'
SLOW = '[[carriers]]\nname = "alpha"\nanswers.delay = 3.0\n'


async def test_no_submit_later_than_a_second_after_a_suppression(ground, lab_of, tmp_path: Path) -> None:
    async with lab_of(LAB, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, parts_per_second=400)
        run = await ground.add_run(1_200, chunk=300)
        phones = [run.first_phone + n for n in range(600, 1_200, 3)]
        async with ground.sending():
            await ground.until(lambda: some(ground, run, 200))
            await ground.db.engine.execute(
                "insert into suppression (workspace_id, phone, scope, reason, source)"
                " select $1, unnest($2::bigint[]), 'marketing', 'stop', 'test'", ground.workspace, phones
            )  # fmt: skip
            committed = time.monotonic_ns()
            one = run.first_phone + 1_199
            await ground.db.engine.execute(
                "insert into suppression (workspace_id, phone, scope, reason, source)"
                " values ($1, $2, 'all', 'block', 'test')", ground.workspace, one
            )  # fmt: skip
            await ground.until(lambda: done(ground, run))
    late = checks.submits_after(
        tmp_path / LOG, committed + 1_000_000_000, [str(phone) for phone in [*phones, one]]
    )
    assert late == []
    states = await ground.states(run)
    assert states[MessageState.SKIPPED] >= 150
    assert states[MessageState.SKIPPED] + states[MessageState.DELIVERED] == 1_200
    assert await ground.counts(run) == {state: n for state, n in states.items() if n}


async def test_stop_from_the_phone_is_honoured_and_confirmed_once(ground, lab_of, tmp_path: Path) -> None:
    async with lab_of(LAB, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address)
        first = await ground.add_run(10)
        async with ground.sending():
            await ground.until_state(first, MessageState.DELIVERED)
            for text in ("Stop", "stop!", "merci"):
                lab.reply("33600000003", to="36180", text=text)
            await ground.until(lambda: inbound(ground, 3))
            second = await ground.add_run(10)
            await ground.until(lambda: done(ground, second))
            await ground.until(lambda: nothing_left(ground))
    assert await ground.states(second) == {MessageState.SKIPPED: 1, MessageState.DELIVERED: 9}
    confirmations = [one for one in checks.submits(tmp_path / LOG) if one.destination == "33600000003"][1:]
    assert len(confirmations) == 1
    assert "START" in confirmations[0].text


async def test_pause_resume_cancel(ground, lab_of, tmp_path: Path) -> None:
    async with lab_of(LAB, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, parts_per_second=300, window=20)
        run = await ground.add_run(900, chunk=300)
        async with ground.sending():
            await ground.until(lambda: some(ground, run, 100))
            await ground.set_campaign(run, "paused")
            paused = time.monotonic_ns()
            await ground.until(lambda: nothing_leased(ground))
            await asyncio.sleep(0.7)
            resumed = time.monotonic_ns()
            await ground.set_campaign(run, "sending")
            await ground.until(lambda: some(ground, run, 400))
            await ground.set_campaign(run, "canceled")
            canceled = time.monotonic_ns()
            await ground.until(lambda: nothing_leased(ground))
            await asyncio.sleep(0.7)
    states = await ground.states(run)
    assert states[MessageState.SENT] + states[MessageState.DELIVERED] + states[None] == 900
    left = await ground.db.engine.fetch("select lo, hi from chunk where run_id = $1 order by lo", run.run)
    assert sum(row["hi"] - row["lo"] for row in left) >= states[None] > 0
    times = [one.monotonic_ns for one in checks.submits(tmp_path / LOG)]
    assert not [at for at in times if paused + 500_000_000 < at < resumed]
    assert not [at for at in times if at > canceled + 500_000_000]
    assert [at for at in times if at > resumed]
    assert set(checks.submits_per_part(tmp_path / LOG).values()) == {1}


async def test_the_rate_holds_in_every_sliding_second(ground, lab_of, tmp_path: Path) -> None:
    text = "Voilà ☕ " * 20
    async with lab_of(LAB, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, parts_per_second=200)
        run = await ground.add_run(200, body=text, parts=3)
        async with ground.sending():
            await ground.until_state(run, MessageState.DELIVERED)
    assert len(checks.submits_per_part(tmp_path / LOG)) == 600
    # Written at 98% of the limit; the carrier reads a batch late now and then, and the next one in time.
    assert checks.busiest_second(tmp_path / LOG) <= 200 * 1.04


async def test_a_campaign_has_a_rate_of_its_own(ground, lab_of, tmp_path: Path) -> None:
    async with lab_of(LAB, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address)
        slow = await ground.add_run(150, rate=100)
        fast = await ground.add_run(2_000, first_phone=33_700_000_000)
        async with ground.sending():
            await ground.until_state(fast, MessageState.DELIVERED)
            assert (await ground.states(slow))[None] > 0
            await ground.until_state(slow, MessageState.DELIVERED)
    times = sorted(
        one.monotonic_ns for one in checks.submits(tmp_path / LOG) if one.destination.startswith("336")
    )
    assert times[100] - times[0] >= 990_000_000


async def test_a_password_does_not_wait_for_a_campaign(ground, lab_of, tmp_path: Path) -> None:
    async with lab_of(LAB, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, parts_per_second=100, window=10)
        campaign = await ground.add_run(400)
        async with ground.sending():
            await ground.until(lambda: some(ground, campaign, 20))
            asked = time.monotonic_ns()
            otp = await ground.add_run(1, purpose=Purpose.OTP, first_phone=33_700_000_000)
            await ground.until(lambda: some(ground, otp, 1))
            assert (await ground.states(campaign))[None] > 100
    found = next(one for one in checks.submits(tmp_path / LOG) if one.destination == "33700000000")
    # The campaign needs four seconds; a busy machine may take one of them to wake the sender.
    assert found.monotonic_ns - asked < 2_000_000_000


async def test_a_window_full_of_a_campaign_has_room_for_a_password(ground, lab_of, tmp_path: Path) -> None:
    async with lab_of(SLOW, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, window=100)
        await ground.add_run(400)
        async with ground.sending():
            await ground.until(lambda: lab.counters("alpha").submits == 95)
            await ground.add_run(1, purpose=Purpose.OTP, first_phone=33_700_000_000)
            await ground.until(lambda: lab.counters("alpha").submits > 95)
    found = [one.destination for one in checks.submits(tmp_path / LOG)]
    assert found.index("33700000000") == 95, "what was kept free went to the campaign"


async def test_marketing_stops_at_the_end_of_the_allowed_hours(ground, lab_of, tmp_path: Path) -> None:
    """The hours that end in three seconds, whatever the hour of the test is."""
    begun = datetime.now(UTC)
    ends = next_hours("Europe/Paris", begun + timedelta(days=7), cautious()).closes_at
    offset = ends - timedelta(seconds=3) - begun
    async with ground.db.engine_transaction() as conn:
        await move_demo_clock(conn, offset)
    async with lab_of(LAB, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, parts_per_second=100, window=10)
        run = await ground.add_run(1_000, window_end=ends)
        async with ground.sending():
            await ground.until(lambda: some(ground, run, 20))
            await ground.until(lambda: nothing_leased(ground))
            left = await ground.db.engine.fetchrow("select due_at, window_end, state from chunk")
    assert left["due_at"] > ends
    assert left["window_end"] > left["due_at"]
    over = (ends - offset).timestamp() * 1e9 + READ_LATE
    assert all(one.time_ns < over for one in checks.submits(tmp_path / LOG))


async def test_expired_messages_are_not_sent(ground, lab_of, tmp_path: Path) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=3)
    async with lab_of(LAB, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, parts_per_second=100, window=10)
        run = await ground.add_run(1_000, expires_at=ends)
        async with ground.sending():
            await ground.until(lambda: done(ground, run))
    states = await ground.states(run)
    assert states[MessageState.EXPIRED] > 0
    assert states[MessageState.EXPIRED] + states[MessageState.DELIVERED] == 1_000
    assert all(one.time_ns < ends.timestamp() * 1e9 + READ_LATE for one in checks.submits(tmp_path / LOG))


async def test_a_held_installation_sends_nothing_until_it_is_released(ground, lab_of, tmp_path: Path) -> None:
    async with lab_of(LAB, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address)
        await hold(ground.db.engine, "restored")
        run = await ground.add_run(100)
        async with ground.sending():
            await ground.until(lambda: bound(ground))
            await asyncio.sleep(1.2)
            assert (await ground.states(run))[None] == 100
            await release(ground.db.engine)
            await ground.until_state(run, MessageState.DELIVERED)


async def some(ground, run, count: int) -> bool:
    states = await ground.states(run)
    return sum(states.values()) - states[None] >= count


async def done(ground, run) -> bool:
    states = await ground.states(run)
    return not states[None] and not states[MessageState.SENT]


async def inbound(ground, count: int) -> bool:
    return await ground.db.engine.fetchval("select count(*) from inbound") == count


async def nothing_left(ground) -> bool:
    return not await ground.db.engine.fetchval("select exists (select from chunk)")


async def nothing_leased(ground) -> bool:
    return not await ground.db.engine.fetchval("select count(*) from chunk where state = 1")


async def bound(ground) -> bool:
    return await ground.db.engine.fetchval("select count(*) from link where state = 'bound'") == 1
