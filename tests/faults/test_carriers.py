"""What carriers do to links: they close them, fall silent, or say "too fast"."""

import time
from functools import partial
from pathlib import Path

import pytest
from tests.faults.promises import keep_promises

from chappe.lab import checks
from chappe.lab.loading import parse_scenario
from chappe.messages.model import MessageState

LOG = "lab.log"
WINDOW = 50


def scenario(lines: str = "") -> str:
    return f'[[carriers]]\nname = "alpha"\nreceipts.delay = 0.05\nanswers.delay = [0.01, 0.03]\n{lines}'


@pytest.mark.parametrize("fault", ["closed", "reset"])
async def test_connections_lost_mid_window(ground, lab_of, scale, record, tmp_path: Path, fault: str) -> None:
    people, losses = scale.pick((1_200, 3), (50_000, 20))
    reset = str(fault == "reset").lower()
    after = people // (losses + 1)
    lines = f"faults = {{ disconnect_after = {after}, disconnects = {losses}, reset = {reset} }}"
    async with lab_of(scenario(lines), tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, window=WINDOW)
        run = await ground.add_run(people, chunk=250)
        async with ground.sending():
            await ground.until(partial(over, ground, run), scale.pick(60, 1_800), "the end")
            binds = lab.carrier("alpha").counters.binds
    figures = await keep_promises(ground.db, tmp_path / LOG, run.campaign)
    assert binds == losses + 1
    assert 0 < figures.unknown <= losses * WINDOW
    record(f"connection {fault} mid-window", figures, times=losses)


async def test_a_carrier_that_falls_silent_and_answers_late(
    ground, lab_of, scale, record, tmp_path: Path
) -> None:
    """It neither reads nor answers while its connection stays open: one window is in doubt, until it is
    answered after all.
    """
    people, holes = scale.pick((1_000, 1), (50_000, 20))
    async with lab_of(scenario(), tmp_path) as lab:
        alpha = lab.carrier("alpha")
        await ground.add_carrier(
            "alpha", alpha.address, window=WINDOW, parts_per_second=1_000, response_seconds=1
        )
        run = await ground.add_run(people, chunk=250)
        most = 0
        async with ground.sending():
            for hole in range(holes):
                enough = int(people * (hole + 0.4) / holes)
                await ground.until(lambda enough=enough: alpha.counters.submits >= enough, 60, "submits")
                alpha.black_hole(True)
                await ground.until(partial(in_doubt, ground, run), 60, "doubt")
                # In this time a second window would have been written, and given up like the first.
                second = time.monotonic() + 2.5
                await ground.until(lambda second=second: time.monotonic() > second)
                most = max(most, (await ground.states(run))[MessageState.UNKNOWN])
                alpha.black_hole(False)
                await ground.until(partial(nothing_in_doubt, ground, run), 60, "late answers")
            await ground.until(partial(over, ground, run), scale.pick(60, 600), "the end")
    figures = await keep_promises(ground.db, tmp_path / LOG, run.campaign)
    assert 0 < most <= WINDOW
    assert figures.unknown == 0
    record("carrier silent, answers late", figures, times=holes, most_in_doubt=most)


async def test_a_carrier_that_stays_silent_is_left(ground, lab_of, scale, record, tmp_path: Path) -> None:
    """The link is bound anew, and the window that was swallowed stays in doubt."""
    people, holes = scale.pick((300, 1), (2_000, 10))
    lines = f"faults.black_hole_after = {people // (holes + 1)}"
    async with lab_of(scenario(lines), tmp_path) as lab:
        alpha = lab.carrier("alpha")
        await ground.add_carrier(
            "alpha", alpha.address, window=WINDOW, parts_per_second=500, enquire_seconds=1, response_seconds=1
        )
        run = await ground.add_run(people, chunk=100)
        async with ground.sending():
            await ground.until(lambda: alpha.counters.binds > holes, 60 * holes, "a new bind")
            # A link of the lab that is silent for good stays so; the last ones are to be answered.
            lab.apply(parse_scenario(scenario()))
            await ground.until(partial(over, ground, run), 120, "the end")
    figures = await keep_promises(ground.db, tmp_path / LOG, run.campaign)
    assert 0 < figures.unknown <= holes * WINDOW
    record("carrier silent for good", figures, times=holes)


async def test_half_of_the_submits_throttled(ground, lab_of, scale, record, tmp_path: Path) -> None:
    """For a while: order is kept, nothing is lost, no attempt is counted."""
    people, refusals = scale.pick((120, 15), (20_000, 300))
    half = scenario("answers.errors = { ESME_RTHROTTLED = 0.5 }")
    async with lab_of(half, tmp_path) as lab:
        alpha = lab.carrier("alpha")
        await ground.add_carrier("alpha", alpha.address, window=20, parts_per_second=800)
        run = await ground.add_run(people, chunk=people)
        async with ground.sending():
            await ground.until(
                lambda: alpha.counters.refused.get("ESME_RTHROTTLED", 0) >= refusals, 600, "refusals"
            )
            attempts = await ground.db.engine.fetchval("select max(attempt) from chunk")
            lab.apply(parse_scenario(scenario()))
            await ground.until(partial(over, ground, run), scale.pick(60, 600), "the end")
    figures = await keep_promises(ground.db, tmp_path / LOG, run.campaign)
    assert attempts == 0
    assert figures.states == {"delivered": people}
    accepted = [int(one.destination) for one in checks.submits(tmp_path / LOG) if not one.status]
    # What was refused goes first again: nobody waits longer than those who were in the window with it.
    behind = max(place - phone + run.first_phone for place, phone in enumerate(accepted))
    assert behind <= 2 * 20
    record("half of the submits throttled", figures, refused=figures.refused, most_overtaken_by=behind)


async def over(ground, run) -> bool:
    states = await ground.states(run)
    return not states[None] and not states[MessageState.SENT]


async def in_doubt(ground, run) -> bool:
    return (await ground.states(run))[MessageState.UNKNOWN] > 0


async def nothing_in_doubt(ground, run) -> bool:
    return not await in_doubt(ground, run)
