"""The beta distribution against sums that are exact."""

from math import comb, exp

import pytest

from chappe.statistics.beta import below, log_beta


@pytest.mark.parametrize(("a", "b"), [(1, 1), (2, 3), (7, 40), (60, 900), (300, 280)])
@pytest.mark.parametrize("x", [0.001, 0.05, 0.3, 0.5, 0.72, 0.99])
def test_of_whole_numbers_it_is_a_binomial_sum(a: int, b: int, x: float) -> None:
    n = a + b - 1
    exact = sum(comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))
    assert below(a, b, x) == pytest.approx(exact, rel=1e-9, abs=1e-13)


def test_it_ends_at_nothing_and_at_all() -> None:
    assert below(3, 4, 0) == 0
    assert below(3, 4, 1) == 1
    assert exp(log_beta(2, 3)) == pytest.approx(1 / 12)
