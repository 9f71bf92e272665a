"""A small part of `make bench-experiments`, from fixed seeds: always the same draws, so always the same
result.
"""

from random import Random

from chappe.bench.experiments import coverage, powers, winners
from chappe.statistics import sample


def test_false_winners_stay_rare_at_every_look() -> None:
    ours, habit = winners.two(400, Random(1), 1_000)
    assert ours.false <= 400 * 0.05
    # The simulation can tell a test that does not hold.
    assert habit.false > 400 * 0.25
    assert winners.unequal(400, Random(2), acted=1_000).false <= 400 * 0.05
    assert winners.at_once(400, Random(3), people=300).false <= 400 * 0.05
    assert winners.many(300, Random(4), 4, 1_000).false <= 300 * 0.05
    assert winners.money(100, Random(5), people=2_000).false <= 100 * 0.05
    assert winners.guardrail(300, Random(6), people=10_000).false <= 300 * 0.05


def test_intervals_hold_the_truth() -> None:
    cover = coverage.fixed(800, Random(7), 0.05, 0.2, 1_000)
    assert 0.93 < cover.difference / 800 < 0.97
    assert 0.93 < cover.lift / 800 < 0.97
    assert coverage.sequential(400, Random(8), looks=(1_000,))[0] >= 400 * 0.95
    assert coverage.ripening(100, Random(9)) >= 95


def test_a_better_one_is_found_with_the_people_that_were_planned() -> None:
    found = powers.curve(200, Random(10), 0.5)
    assert found.reached >= 0.8
    assert found.wrong <= 2
    assert found.planned > found.fixed


def test_no_lift_is_never_found() -> None:
    assert sample.needed(0.05, 0) is None
    assert sample.needed(0, 0.2) is None
    assert sample.power(0.05, 0.2, 3) == 0
    assert sample.power(0.5, 1, 1_000_000) == 1
