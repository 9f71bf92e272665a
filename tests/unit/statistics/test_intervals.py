"""Intervals against published and exact figures."""

from math import comb, inf

import pytest

from chappe.statistics import intervals
from chappe.statistics.arms import Arm, Kind
from chappe.statistics.evidence import Span
from chappe.statistics.holdout import brought


def near(low: float, high: float) -> Span:
    return Span(pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_newcombes_own_examples() -> None:
    """Statistics in Medicine 17 (1998), table II, method 10: (a) 56/70 and 48/80, (d) 9/10 and 3/10, (g)
    10/10, 0/20.
    """
    assert intervals.difference(Arm("", 70, 56), Arm("", 80, 48)) == near(0.0524, 0.3339)
    assert intervals.difference(Arm("", 10, 9), Arm("", 10, 3)) == near(0.1705, 0.8090)
    assert intervals.difference(Arm("", 10, 10), Arm("", 20, 0)) == near(0.6791, 1.0)


def test_wilsons_of_81_in_263() -> None:
    """Newcombe, Statistics in Medicine 17 (1998), p. 860, method 3."""
    assert intervals.share(81, 263) == near(0.2553, 0.3662)
    assert intervals.share(0, 0) == (0, 1)


@pytest.mark.parametrize(
    ("n", "p", "other", "q"), [(300, 0.05, 300, 0.05), (120, 0.2, 400, 0.3), (60, 0.5, 60, 0.4)]
)
def test_they_hold_the_truth_in_93_to_97_percent_of_all_outcomes(
    n: int, p: float, other: int, q: float
) -> None:
    """Not drawn but summed over every outcome."""
    difference = lift = 0.0
    for x in range(n + 1):
        here = comb(n, x) * p**x * (1 - p) ** (n - x)
        if here < 1e-7:
            continue
        for y in range(other + 1):
            odds = here * comb(other, y) * q**y * (1 - q) ** (other - y)
            if odds < 1e-9:
                continue
            one, two = Arm("", n, x), Arm("", other, y)
            span = intervals.difference(one, two)
            difference += odds * (span.low <= p - q <= span.high)
            span = intervals.lift(one, two)
            lift += odds * (span.low <= p / q - 1 <= span.high)
    assert 0.93 < difference < 0.97
    assert 0.93 < lift < 0.97


def test_a_lift_over_nobody_has_no_end() -> None:
    assert intervals.lift(Arm("", 100, 5), Arm("", 100, 0)).high == inf
    assert intervals.lift(Arm("", 100, 0), Arm("", 100, 5)).low == -1


def test_what_a_campaign_brought() -> None:
    found = brought(Arm("", 9_000, 450), Arm("", 1_000, 20), Kind.SHARE)
    assert found is not None
    assert found.per_person == pytest.approx(0.03)
    assert found.extra == pytest.approx(270)
    assert found.sure
    assert found.lift is not None
    assert found.lift.low < 1.5 < found.lift.high
    assert found.extra_within.low < 270 < found.extra_within.high


def test_nothing_is_said_without_a_holdout_or_of_money_that_nobody_spent() -> None:
    assert brought(Arm("", 9_000, 450), Arm("", 0, 0), Kind.SHARE) is None
    spent = brought(Arm("", 9_000, 450, worth=9_000, squares=300_000), Arm("", 50, 0), Kind.WORTH)
    assert spent is not None
    assert not spent.sure
    assert spent.lift is None
