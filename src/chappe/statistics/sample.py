"""How many people a test needs, asked before it begins."""

from functools import cache
from math import ceil, inf, log, sqrt
from statistics import NormalDist
from typing import Final

from chappe.statistics.evidence import ERROR, log_factor
from chappe.statistics.intervals import quantile

_NORMAL: Final = NormalDist()
_MOST: Final = 2**40


def power(base: float, lift: float, people: int, *, arms: int = 2, error: float = ERROR) -> float:
    """The probability, at least, that a test of `people` in each arm names a winner which is better by
    `lift` (0.2: a fifth) than others of share `base`: that the evidence stands at its end. It can also
    pass before and fall back, which adds a few hundredths.
    """
    theirs, ours = base, min(1.0, base * (1 + lift))
    acting = people * (theirs + ours)
    if acting < 1:
        return 0.0
    needed = _lead(ceil(acting), ceil(log((arms - 1) / error) * 1e6))
    if needed == inf:
        return 0.0
    # Of the lead: each person who acts is a step forward or back, and how many act is left to chance too.
    deviation = sqrt(people * (theirs * (1 - theirs) + ours * (1 - ours)))
    mean = people * (ours - theirs)
    if deviation == 0:
        return float(mean >= needed)
    return 1 - _NORMAL.cdf((needed - mean) / deviation)


def needed(
    base: float, lift: float, *, arms: int = 2, power_wanted: float = 0.8, error: float = ERROR
) -> int | None:
    """People in each arm with which `power` is reached; None when no number does, as with no lift."""
    if base <= 0 or lift <= 0:
        return None
    low, high = 1, 2
    while power(base, lift, high, arms=arms, error=error) < power_wanted:
        low, high = high, high * 2
        if high > _MOST:
            return None
    while high - low > max(1, low // 500):
        middle = (low + high) // 2
        if power(base, lift, middle, arms=arms, error=error) < power_wanted:
            low = middle
        else:
            high = middle
    return high


def fixed(base: float, lift: float, *, power_wanted: float = 0.8, error: float = ERROR) -> int:
    """People in each of two arms that an ordinary test needs, which may look once only: to compare with."""
    ours = min(1.0, base * (1 + lift))
    z = quantile(error) + _NORMAL.inv_cdf(power_wanted)
    return ceil(z * z * (base * (1 - base) + ours * (1 - ours)) / (ours - base) ** 2)


@cache
def _lead(acting: int, bound: int) -> float:
    """How far ahead one of two equal arms must be when so many acted in both; bound in millionths.
    Infinite where even all of them are not enough.
    """
    if log_factor(acting, 0, 0.5) < bound / 1e6:
        return inf
    low, high = 0.0, float(acting)
    while high - low > 0.01:
        middle = (low + high) / 2
        if log_factor((acting + middle) / 2, (acting - middle) / 2, 0.5) < bound / 1e6:
            low = middle
        else:
            high = middle
    return high
