"""The beta distribution, by the functions of the standard library."""

from math import exp, inf, lgamma, log, log1p
from typing import Final

_ROUNDS: Final = 400
_PRECISE: Final = 1e-13
_TINY: Final = 1e-300


def log_beta(a: float, b: float) -> float:
    """The logarithm of Euler's beta function, a and b above 0."""
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def log_density(a: float, b: float, x: float) -> float:
    if not 0 < x < 1:
        return -inf
    return (a - 1) * log(x) + (b - 1) * log1p(-x) - log_beta(a, b)


def below(a: float, b: float, x: float) -> float:
    """The probability that a beta variable is below x: the regularised incomplete beta function, to about
    twelve figures (DLMF 8.17.22, by Lentz's method).
    """
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    # The fraction converges quickly on this side of the mean only.
    if x > (a + 1) / (a + b + 2):
        return 1 - below(b, a, 1 - x)
    front = exp(a * log(x) + b * log1p(-x) - log_beta(a, b))
    return front * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    upper, lower = 1.0, _kept(1 - (a + b) * x / (a + 1))
    lower = 1 / lower
    value = lower
    for m in range(1, _ROUNDS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            lower = 1 / _kept(1 + step * lower)
            upper = _kept(1 + step / upper)
            value *= lower * upper
        if abs(lower * upper - 1) < _PRECISE:
            break
    return value


def _kept(value: float) -> float:
    """Away from zero, which the fraction divides by."""
    return value if abs(value) > _TINY else _TINY
