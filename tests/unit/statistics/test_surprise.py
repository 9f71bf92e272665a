"""What happens more often than before is told; chance alone is not."""

import random
from math import comb

import pytest

from chappe.statistics.surprise import Share, chance, more_often


@pytest.mark.parametrize(
    ("now", "before"), [((3, 100), (5, 900)), ((1, 50), (0, 500)), ((12, 400), (30, 1200))]
)
def test_the_chance_is_the_sum_of_the_binomial(now: tuple[int, int], before: tuple[int, int]) -> None:
    hits, share = now[0] + before[0], now[1] / (now[1] + before[1])
    exact = sum(comb(hits, k) * share**k * (1 - share) ** (hits - k) for k in range(now[0], hits + 1))
    assert chance(Share(*now), Share(*before)) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [
        (Share(40, 1_000), Share(50, 10_000), True),
        # Too few to speak of, however rare they were.
        (Share(4, 1_000), Share(0, 10_000), False),
        # Surely more often, and not by much.
        (Share(1_200, 100_000), Share(10_000, 1_000_000), False),
        # Much more often, and it may well be chance.
        (Share(6, 1_000), Share(30, 10_000), False),
        # Nothing to compare with.
        (Share(40, 1_000), Share(0, 0), False),
    ],
)
def test_what_is_told(now: Share, before: Share, told: bool) -> None:
    assert more_often(now, before, least=5, times=1.5) is told


def test_chance_alone_is_hardly_ever_told() -> None:
    """Two thousand campaigns like those before them: by chance a fifth of one would be told."""
    drawn = random.Random(6)
    told = 0
    for _ in range(2_000):
        now, before = (sum(drawn.random() < 0.02 for _ in range(n)) for n in (300, 900))
        told += more_often(Share(now, 300), Share(before, 900), least=5, times=1.5)
    assert told <= 2
