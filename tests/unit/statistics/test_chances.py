"""The probability to be the best, against sums that are exact."""

from math import exp

import pytest

from chappe.statistics.arms import Arm, Kind
from chappe.statistics.beta import log_beta
from chappe.statistics.chances import best


def exact(one: Arm, other: Arm) -> float:
    """That `other` is better, of two flat priors: a sum over its successes (Miller, 2014)."""
    a, b = 1 + one.acted, 1 + one.people - one.acted
    c, d = 1 + other.acted, 1 + other.people - other.acted
    return sum(exp(log_beta(a + i, b + d) - log_beta(1 + i, d) - log_beta(a, b)) / (d + i) for i in range(c))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Arm("A", 1_000, 50), Arm("B", 1_000, 65)),
        (Arm("A", 40, 0), Arm("B", 9_000, 40)),
        (Arm("A", 20_000, 400), Arm("B", 20_000, 470)),
        (Arm("A", 10, 9), Arm("B", 12, 4)),
        (Arm("A", 0, 0), Arm("B", 100, 50)),
    ],
)
def test_of_two_it_is_the_closed_form(one: Arm, other: Arm) -> None:
    chances = best([one, other], Kind.SHARE)
    assert chances[1] == pytest.approx(exact(one, other), abs=2e-4)
    assert sum(chances) == pytest.approx(1)


def test_of_six_alike_each_has_a_sixth() -> None:
    assert best([Arm(letter, 3_000, 120) for letter in "ABCDEF"], Kind.SHARE) == pytest.approx([1 / 6] * 6)


def test_of_money_the_larger_mean_is_likelier() -> None:
    one = Arm("A", 1_000, 30, worth=900, squares=40_000)
    other = Arm("B", 1_000, 30, worth=1_500, squares=90_000)
    chances = best([one, other], Kind.WORTH)
    assert 0.9 < chances[1] < 0.99
    assert best([one, one], Kind.WORTH) == pytest.approx([0.5, 0.5])
    assert best([Arm("A", 10, 0), Arm("B", 10, 0)], Kind.WORTH) == pytest.approx([0.5, 0.5])


def test_one_alone_is_the_best() -> None:
    assert best([Arm("A", 5, 0)], Kind.SHARE) == [1]
