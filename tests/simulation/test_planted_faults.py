"""The simulation finds what it is there to find: each planted fault breaks the promise that forbids it."""

import pytest
from tests.simulation import planted
from tests.simulation.sweep import first_broken

# Each was found within a third of these when it was written.
SEEDS = range(500_000, 500_150)


@pytest.mark.parametrize(
    ("fault", "schedules", "promises"),
    [
        (planted.receipts_before_their_submit, planted.as_drawn, {"ack", "I1"}),
        (planted.acknowledged_before_commit, planted.as_drawn, {"ack"}),
        (planted.a_lease_that_outlives_its_owner, planted.two_senders_one_cut_off, {"lease"}),
        (planted.a_state_that_goes_back, planted.many_contradictions, {"I1"}),
        (planted.a_cursor_moved_at_fetch, planted.being_planned, {"I1"}),
        (planted.a_limit_in_messages, planted.long_texts_at_a_pace, {"I8"}),
        (planted.no_look_at_suppressions, planted.a_suppression_on_a_slow_link, {"I4"}),
        (planted.no_look_at_the_hour, planted.closing_soon, {"I5"}),
        (planted.a_journal_that_is_not_read, planted.a_kill, {"I2", "I3"}),
    ],
)
def test_a_planted_fault_is_found(fault, schedules, promises, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    found = first_broken(SEEDS, schedules)
    assert found is not None, "no promise was broken"
    assert found.broken[0].promise in promises, str(found)


@pytest.mark.parametrize(
    "schedules",
    [
        planted.two_senders_one_cut_off,
        planted.many_contradictions,
        planted.being_planned,
        planted.long_texts_at_a_pace,
        planted.a_suppression_on_a_slow_link,
        planted.closing_soon,
        planted.a_kill,
    ],
)
def test_without_the_fault_every_promise_holds(schedules) -> None:
    assert first_broken(SEEDS[:10], schedules) is None
