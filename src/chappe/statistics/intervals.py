"""Ordinary intervals, right at the one look for which they are made."""

from math import inf, sqrt
from statistics import NormalDist
from typing import Final

from chappe.statistics.arms import Arm
from chappe.statistics.evidence import ERROR, Span

_NORMAL: Final = NormalDist()


def quantile(error: float) -> float:
    """The normal deviate that is passed on either side with probability `error` in all."""
    return _NORMAL.inv_cdf(1 - error / 2)


def share(acted: int, people: int, error: float = ERROR) -> Span:
    """Of a share: Wilson's score interval (JASA 22, 1927). The whole of 0..1 for nobody."""
    if people == 0:
        return Span(0.0, 1.0)
    z = quantile(error)
    p, square = acted / people, z * z
    middle = p + square / (2 * people)
    wide = z * sqrt(p * (1 - p) / people + square / (4 * people * people))
    scale = 1 + square / people
    # The ends at nobody and at everybody are exact; rounding would leave them.
    low = 0.0 if acted == 0 else (middle - wide) / scale
    high = 1.0 if acted == people else (middle + wide) / scale
    return Span(low, high)


def difference(one: Arm, other: Arm, error: float = ERROR) -> Span:
    """Of one share less another: Newcombe's hybrid of two score intervals (Statistics in Medicine 17, 1998,
    method 10), which keeps its level with few people and small shares.
    """
    mine, theirs = share(one.acted, one.people, error), share(other.acted, other.people, error)
    middle = one.share - other.share
    low = sqrt((one.share - mine.low) ** 2 + (theirs.high - other.share) ** 2)
    high = sqrt((mine.high - one.share) ** 2 + (other.share - theirs.low) ** 2)
    return Span(middle - low, middle + high)


def lift(one: Arm, other: Arm, error: float = ERROR) -> Span:
    """Of one share over another, less 1: the ratios at which two score intervals touch (Donner and Zou,
    Statistical Methods in Medical Research 21, 2012). From -1 to infinity while nothing is known.
    """
    mine, theirs = share(one.acted, one.people, error), share(other.acted, other.people, error)
    p, q = one.share, other.share
    near, far = mine.low * (2 * p - mine.low), theirs.high * (2 * q - theirs.high)
    low = near / (p * q + sqrt((p * q) ** 2 - near * far)) if p else 0.0
    near, far = mine.high * (2 * p - mine.high), theirs.low * (2 * q - theirs.low)
    high = (p * q + sqrt((p * q) ** 2 - near * far)) / far if q else inf
    return Span(low - 1, high - 1)


def gain(one: Arm, other: Arm, error: float = ERROR) -> Span:
    """Of what a person of one brings more than of the other: Welch's, by the normal law; it needs some fifty
    buyers, more where few bring most.
    """
    people = max(1, one.people), max(1, other.people)
    wide = quantile(error) * sqrt(one.spread / people[0] + other.spread / people[1])
    middle = one.mean - other.mean
    return Span(middle - wide, middle + wide)
