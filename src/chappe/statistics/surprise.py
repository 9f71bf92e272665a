"""Whether something happens more often than it used to."""

from typing import Final, NamedTuple

from chappe.statistics.beta import below

RARE: Final = 1e-4
"""What chance alone brings in one comparison of ten thousand is told; a comparison is made again and again
while its figures grow, so the bound is far below the usual 5 %.
"""


class Share(NamedTuple):
    """`hits` of so many."""

    hits: int
    of: int

    @property
    def rate(self) -> float:
        return self.hits / self.of if self.of else 0.0


def chance(now: Share, before: Share) -> float:
    """The probability that at least so many of all hits fall on `now`, if both have the same rate.

    Given all hits, how many are of now is binomial, by the sizes of both: the exact conditional test of
    Przyborowski and Wilenski ("Homogeneity of results in testing samples from Poisson series", Biometrika
    31, 1940). That the history is a sample too is in it; for large shares it errs towards silence.
    """
    if now.hits <= 0:
        return 1.0
    if not before.of:
        return 1.0
    return below(now.hits, before.hits + 1, now.of / (now.of + before.of))


def more_often(now: Share, before: Share, *, least: int, times: float) -> bool:
    """Whether `now` is worth a look: at least `least` hits, at least `times` the rate of before, and by
    chance alone once in ten thousand at most.
    """
    if now.hits < least or not before.of or now.rate < times * before.rate:
        return False
    return chance(now, before) < RARE
