"""The evidence is a martingale: by its own law, not by chance."""

from math import comb, exp, inf, log

import pytest

from chappe.statistics import evidence
from chappe.statistics.arms import Arm, Kind
from chappe.statistics.evidence import log_factor, log_worth


@pytest.mark.parametrize("odds", [0.5, 0.2, 0.05])
@pytest.mark.parametrize("acted", [1, 7, 60])
def test_its_mean_is_one_whoever_acts(odds: float, acted: int) -> None:
    mean = sum(
        comb(acted, x) * odds**x * (1 - odds) ** (acted - x) * exp(log_factor(x, acted - x, odds))
        for x in range(acted + 1)
    )
    assert mean == pytest.approx(1)


@pytest.mark.parametrize(("ours", "theirs"), [(30, 30), (10, 90), (3, 3)])
def test_of_people_who_act_once_its_mean_is_below_one(ours: int, theirs: int) -> None:
    """Everybody acts in the end, in any order: the factor shrinks on average at every step."""
    odds = ours / (ours + theirs)
    before = 1.0
    for acted in range(1, ours + theirs + 1):
        ways = comb(ours + theirs, acted)
        mean = sum(
            comb(ours, x) * comb(theirs, acted - x) / ways * exp(log_factor(x, acted - x, odds))
            for x in range(max(0, acted - theirs), min(ours, acted) + 1)
        )
        assert mean <= before + 1e-12
        before = mean


def test_nobody_says_nothing() -> None:
    assert evidence.between(Arm("A", 0, 0), Arm("B", 10, 3), Kind.SHARE) == 0
    assert evidence.between(Arm("A", 10, 0), Arm("B", 10, 0), Kind.SHARE) == 0
    assert evidence.between(Arm("A", 10, 0), Arm("B", 10, 0), Kind.WORTH) == 0
    assert evidence.lift(Arm("A", 10, 0), Arm("B", 10, 0)) is None
    assert evidence.gain(Arm("A", 10, 0), Arm("B", 10, 0)) is None


def test_the_lift_is_within_what_the_evidence_does_not_contradict() -> None:
    one, other = Arm("B", 4_000, 260), Arm("A", 2_000, 100)
    found = evidence.lift(one, other)
    assert found is not None
    assert found.low < one.share / other.share - 1 < found.high
    for end in found:
        truth = 2 * (1 + end) / (2 * (1 + end) + 1)
        assert log_factor(260, 100, 2 / 3, truth) == pytest.approx(log(20), abs=1e-6)


def test_a_lift_has_no_end_where_nobody_acted() -> None:
    assert evidence.lift(Arm("B", 100, 4), Arm("A", 100, 0)) == (pytest.approx(-0.72, abs=0.05), inf)
    low, high = evidence.lift(Arm("B", 100, 0), Arm("A", 100, 4)) or (0, 0)
    assert low == -1
    assert 0 < high < inf


def test_the_interval_and_the_evidence_of_a_lift_agree() -> None:
    """Nothing is contradicted by what would name no winner, of two variants of one size."""
    for extra in range(0, 120, 3):
        one, other = Arm("B", 1_000, 80 + extra), Arm("A", 1_000, 80)
        found = evidence.lift(one, other)
        assert found is not None
        assert (found.low > 0) == (evidence.between(one, other, Kind.SHARE) > log(20))


def test_of_amounts_that_are_all_the_same_it_is_near_to_that_of_shares() -> None:
    one, other = Arm("B", 2_000, 190, worth=190, squares=190), Arm("A", 2_000, 130, worth=130, squares=130)
    assert log_worth(one, other) == pytest.approx(log_factor(190, 130, 0.5), abs=0.1)


def test_no_unit_of_money_changes_what_is_known() -> None:
    one, other = (
        Arm("B", 900, 30, worth=900, squares=40_000),
        Arm("A", 1_000, 41, worth=2_500, squares=200_000),
    )
    cents = [arm._replace(worth=arm.worth * 100, squares=arm.squares * 10_000) for arm in (one, other)]
    assert log_worth(*cents) == pytest.approx(log_worth(one, other))


def test_a_gain_is_around_the_difference_of_means() -> None:
    one, other = Arm("B", 900, 30, worth=900, squares=40_000), Arm("A", 900, 30, worth=450, squares=10_000)
    found = evidence.gain(one, other)
    assert found is not None
    assert (found.low + found.high) / 2 == pytest.approx(0.5)
