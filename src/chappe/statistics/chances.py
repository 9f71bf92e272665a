"""The probability that each variant is the best one, as one sees it now. Shown, never decided by.

Shares have beta posteriors from a flat prior; P(i is best) is the integral of i's density times the others'
distribution functions, by Gauss and Legendre over nine deviations on each side. Means of money are taken as
normal.
"""

from collections.abc import Callable, Sequence
from functools import cache
from math import cos, exp, pi, sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

from chappe.statistics.arms import Arm, Kind
from chappe.statistics.beta import below, log_density

_NODES: Final = 48
_DEVIATIONS: Final = 9.0
_ROUNDS: Final = 8
"""Of Newton's method, which doubles the figures that are right each time, from three."""


class _Belief(NamedTuple):
    """What is believed of one variant's figure."""

    density: Callable[[float], float]
    below: Callable[[float], float]
    mean: float
    deviation: float
    least: float
    most: float


def best(arms: Sequence[Arm], kind: Kind) -> list[float]:
    """The probability of each to be the best, in the order given; they add up to 1."""
    if len(arms) == 1:
        return [1.0]
    beliefs = [_share(arm) if kind is Kind.SHARE else _worth(arm) for arm in arms]
    found = [_ahead(at, beliefs) for at in range(len(beliefs))]
    total = sum(found)
    return [each / total for each in found]


def _ahead(at: int, beliefs: Sequence[_Belief]) -> float:
    mine = beliefs[at]
    others = [belief for number, belief in enumerate(beliefs) if number != at]
    low = max(mine.least, mine.mean - _DEVIATIONS * mine.deviation)
    high = min(mine.most, mine.mean + _DEVIATIONS * mine.deviation)
    half, middle = (high - low) / 2, (high + low) / 2
    total = 0.0
    for node, weight in _legendre(_NODES):
        x = middle + half * node
        value = weight * half * mine.density(x)
        for other in others:
            value *= other.below(x)
        total += value
    return total


def _share(arm: Arm) -> _Belief:
    a, b = 1.0 + arm.acted, 1.0 + arm.people - arm.acted
    mean = a / (a + b)
    deviation = sqrt(mean * (1 - mean) / (a + b + 1))
    return _Belief(lambda x: exp(log_density(a, b, x)), lambda x: below(a, b, x), mean, deviation, 0.0, 1.0)


def _worth(arm: Arm) -> _Belief:
    """With one more person who brought what a buyer brings on average, so that nobody's mean is taken as
    sure.
    """
    amount = sqrt(arm.squares / arm.acted) if arm.acted else 1.0
    n = max(1, arm.people)
    law = NormalDist(arm.mean, sqrt(arm.spread / n + (amount / (n + 1)) ** 2))
    far = _DEVIATIONS * law.stdev
    return _Belief(law.pdf, law.cdf, law.mean, law.stdev, law.mean - far, law.mean + far)


@cache
def _legendre(n: int) -> tuple[tuple[float, float], ...]:
    """Nodes and weights on -1..1, by Newton's method on the polynomial."""
    found = []
    for i in range(1, n + 1):
        x = cos(pi * (i - 0.25) / (n + 0.5))
        slope = 1.0
        for _ in range(_ROUNDS):
            before, now = 1.0, x
            for k in range(2, n + 1):
                before, now = now, ((2 * k - 1) * x * now - (k - 1) * before) / k
            slope = n * (x * now - before) / (x * x - 1)
            x -= now / slope
        found.append((x, 2 / ((1 - x * x) * slope * slope)))
    return tuple(found)
