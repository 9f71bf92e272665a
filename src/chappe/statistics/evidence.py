"""Evidence that one variant makes more people act than another, good at every look.

Of those who act in either of two variants, let x be of the first. If both do alike, each next one is of the
first with the odds `o` of their sizes, whatever came before and whenever it comes: so no rate and no hour
enters. The Bayes factor of a beta prior around `o` against `o` itself is a martingale that starts at 1, and
passes 1/e at any time with probability e at most (Ville). Lindon and Malek, "Anytime-Valid Inference for
Multinomial Count Data", NeurIPS 2022, where arrivals may come at any pace.

A person acts once, so an audience is drawn from without replacement: with n people of whom m acted, the next
is of the first with o - (x - m·o)/(n - m). The factor's expected growth then is 1 - ((x² / o + (m - x)² / (1
- o)) - m²) / ((n - m)(c + m)), at most 1 by Cauchy and Schwarz: a supermartingale, and the bound holds all
the more.
"""

from collections.abc import Callable
from math import exp, inf, log, log1p, sqrt
from typing import Final, NamedTuple

from chappe.statistics.arms import Arm, Kind
from chappe.statistics.beta import log_beta

PRIOR: Final = 100.0
"""The prior is worth so many people who acted: it expects that variants differ by a fifth or so (the odds'
standard deviation is 0.05 of two equal variants). A wrong guess costs time, never truth.
"""

ERROR: Final = 0.05
_HALVINGS: Final = 60
_FARTHEST: Final = 40.0
"""Of log-odds: 1 in 10^17."""


class Span(NamedTuple):
    """An interval, ends included."""

    low: float
    high: float


def between(one: Arm, other: Arm, kind: Kind) -> float:
    """The logarithm of the evidence that two variants differ; 0 says nothing, 3 is the odds of 1 in 20."""
    if not (one.people and other.people):
        return 0.0
    if kind is Kind.WORTH:
        return log_worth(one, other)
    return log_factor(one.acted, other.acted, one.people / (one.people + other.people))


def log_factor(x: float, y: float, odds: float, truth: float | None = None) -> float:
    """The logarithm of the Bayes factor of x against y who acted, where the first variant has `odds` of
    the people, against that the next is of the first with probability `truth`; None: with `odds`, they do
    alike.
    """
    prior = log_beta(PRIOR * odds, PRIOR * (1 - odds))
    after = log_beta(PRIOR * odds + x, PRIOR * (1 - odds) + y)
    stated = odds if truth is None else truth
    return after - prior - (x * log(stated) if x else 0.0) - (y * log1p(-stated) if y else 0.0)


def log_worth(one: Arm, other: Arm) -> float:
    """The same for sums of money. If two variants do alike, each buyer's amount counts for the one or the
    other by lot; the difference of means is measured by the sum of the squares that were drawn, so amounts
    may have heavy tails. Exact in what a person's first purchase sets; later ones and refunds keep to
    their person, which simulations show to be harmless (docs/experiments.md).
    """
    m = one.acted + other.acted
    squares = one.squares + other.squares
    if not m or squares <= 0:
        return 0.0
    # Hoeffding's bound of a draw between 1/n and -1/n' has half its range as deviation.
    half = (one.people + other.people) / (2 * one.people * other.people)
    measured = (one.mean - other.mean) ** 2 / (squares * half * half)
    return 0.5 * (measured * m / (m + PRIOR) - log1p(m / PRIOR))


def lift(one: Arm, other: Arm, error: float = ERROR) -> Span | None:
    """By how much `one` is better, as a share of `other`'s figure (0.2: by a fifth), at every look at once
    with probability 1 - error. None while nobody acted. The high end is infinite while nobody acted in
    `other`.
    """
    x, y = one.acted, other.acted
    if not (one.people and other.people and x + y):
        return None
    odds = one.people / (one.people + other.people)
    bound = -log(error)

    def outside(logit: float) -> bool:
        return log_factor(x, y, odds, 1 / (1 + exp(-logit))) >= bound

    scale = log(odds) - log1p(-odds)
    middle = log((x + 0.5) / (y + 0.5))
    low = exp(_edge(outside, middle, -_FARTHEST) - scale) - 1 if x else -1.0
    high = exp(_edge(outside, middle, _FARTHEST) - scale) - 1 if y else inf
    return Span(low, high)


def gain(one: Arm, other: Arm, error: float = ERROR) -> Span | None:
    """By how much a person of `one` brings more than one of `other`, in the currency's unit, at every look
    at once.

    An asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central
    limit theory and asymptotic confidence sequences", Annals of Statistics 52, 2024). None while nobody
    bought.
    """
    m = one.acted + other.acted
    if not (one.people and other.people and m):
        return None
    deviation = sqrt(one.spread / one.people + other.spread / other.people)
    wide = deviation * sqrt((m + PRIOR) / m * (2 * -log(error) + log1p(m / PRIOR)))
    middle = one.mean - other.mean
    return Span(middle - wide, middle + wide)


def _edge(outside: Callable[[float], bool], inside: float, beyond: float) -> float:
    """Where evidence passes the bound on the way from a point within to one beyond."""
    for _ in range(_HALVINGS):
        middle = (inside + beyond) / 2
        if outside(middle):
            beyond = middle
        else:
            inside = middle
    return beyond
