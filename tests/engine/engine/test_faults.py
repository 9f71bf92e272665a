"""Processes that die, owners that change, links that fail: nothing lost, nothing twice, little in doubt."""

import asyncio
import signal
import time
from functools import partial
from pathlib import Path

import pytest

from chappe.db.errors import ServerGone
from chappe.engine.pg_store import PgStore
from chappe.lab import checks
from chappe.messages.model import MessageState, Purpose

LOG = "lab.log"

SLOW = '[[carriers]]\nname = "alpha"\nanswers.delay = 0.02\nreceipts.delay = 0.05\n'


async def test_killed_mid_campaign_and_started_again(ground, lab_of, tmp_path: Path) -> None:
    window = 50
    async with lab_of(SLOW, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, window=window)
        run = await ground.add_run(4_000, chunk=500)
        for _ in range(2):
            before = await some_sent(ground, run)
            process = await ground.start_process()
            await ground.until(partial(more_than, ground, run, before + 700))
            process.send_signal(signal.SIGKILL)
            await process.wait()
        killed = time.monotonic()
        async with ground.sending():
            await ground.until(lambda: settled(ground, run))
        assert time.monotonic() - killed < 15
    states = await ground.states(run)
    assert states[MessageState.UNKNOWN] <= 2 * window
    assert states[MessageState.UNKNOWN] + states[MessageState.DELIVERED] == 4_000
    submitted = checks.submits_per_part(tmp_path / LOG)
    assert set(submitted.values()) == {1}
    assert len(submitted) == 4_000
    assert sum((await ground.counts(run)).values()) == 4_000


async def test_another_owner_waits_and_leaves_the_rest_in_doubt(ground, lab_of, tmp_path: Path) -> None:
    async with lab_of(SLOW, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, window=20, parts_per_second=400)
        run = await ground.add_run(2_000, chunk=500)
        process = await ground.start_process(home=tmp_path / "elsewhere")
        await ground.until(lambda: more_than(ground, run, 300))
        process.send_signal(signal.SIGKILL)
        await process.wait()
        await ground.db.engine.execute("update link set lease_until = now() + interval '2 seconds'")
        leased = await ground.db.engine.fetchval("select sum(hi - lo) from chunk where state = 1")
        async with ground.sending():
            await ground.until(lambda: settled(ground, run))
    states = await ground.states(run)
    assert 0 < states[MessageState.UNKNOWN] <= leased
    assert states[MessageState.UNKNOWN] + states[MessageState.DELIVERED] == 2_000
    assert set(checks.submits_per_part(tmp_path / LOG).values()) == {1}


async def test_a_recovery_that_fails_is_not_taken_for_ones_own(
    ground, lab_of, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next owner's first try ends after it took the chunks over, before their doubt was committed: its
    second must not believe its own journal, which knows nothing of them.
    """
    record, failures = PgStore.record, iter([ServerGone("The server is lost in the first recovery.")])

    async def fails_once(*arguments, **named) -> None:
        for failure in failures:
            raise failure
        await record(*arguments, **named)

    async with lab_of(SLOW, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, window=20, parts_per_second=400)
        run = await ground.add_run(1_000, chunk=500)
        process = await ground.start_process(home=tmp_path / "elsewhere")
        await ground.until(lambda: more_than(ground, run, 100))
        process.send_signal(signal.SIGKILL)
        await process.wait()
        await ground.db.engine.execute("update link set lease_until = now() - interval '1 second'")
        monkeypatch.setattr(PgStore, "record", fails_once)
        async with ground.sending():
            await ground.until(lambda: settled(ground, run))
    assert next(failures, None) is None
    assert (await ground.states(run))[MessageState.UNKNOWN] > 0
    assert set(checks.submits_per_part(tmp_path / LOG).values()) == {1}


async def test_a_second_process_of_the_same_home_waits(ground, lab_of, tmp_path: Path) -> None:
    async with lab_of(SLOW, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, window=20, parts_per_second=500)
        run = await ground.add_run(1_000, chunk=250)
        process = await ground.start_process()
        await ground.until(lambda: more_than(ground, run, 100))
        async with ground.sending():
            await asyncio.sleep(0)
            process.send_signal(signal.SIGTERM)
            await ground.until_state(run, MessageState.DELIVERED)
            assert await process.wait() == 0
    assert set(checks.submits_per_part(tmp_path / LOG).values()) == {1}


async def test_the_next_carrier_of_the_route_takes_over(ground, lab_of, tmp_path: Path) -> None:
    text = SLOW + '[[carriers]]\nname = "beta"\nreceipts.delay = 0.05\n'
    async with lab_of(text, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, window=20, parts_per_second=500)
        await ground.add_carrier("beta", lab.carrier("beta").address)
        run = await ground.add_run(2_000, chunk=250)
        async with ground.sending():
            await ground.until(lambda: more_than(ground, run, 200))
            await lab.carrier("alpha").stop()
            await ground.until(lambda: settled_but_sent(ground, run), 30)
    by_carrier = await ground.db.engine.fetch(
        "select carrier_number, count(*) as n from message_state group by 1 order by 1"
    )
    assert [row["n"] > 0 for row in by_carrier] == [True, True]
    assert (await ground.states(run))[MessageState.UNKNOWN] <= 20
    assert set(checks.submits_per_part(tmp_path / LOG).values()) == {1}


async def test_a_password_whose_answer_never_came_is_sent_once_more(ground, lab_of, tmp_path: Path) -> None:
    text = '[[carriers]]\nname = "alpha"\nanswers.never = 1.0\n'
    async with lab_of(text, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, response_seconds=1)
        run = await ground.add_run(3, purpose=Purpose.OTP)
        async with ground.sending():
            await ground.until_state(run, MessageState.UNKNOWN)
    assert set(checks.submits_per_part(tmp_path / LOG).values()) == {2}


async def some_sent(ground, run) -> int:
    states = await ground.states(run)
    return sum(states.values()) - states[None]


async def more_than(ground, run, count: int) -> bool:
    return await some_sent(ground, run) > count


async def settled(ground, run) -> bool:
    states = await ground.states(run)
    return not states[None] and not states[MessageState.SENT]


async def settled_but_sent(ground, run) -> bool:
    return not (await ground.states(run))[None]
