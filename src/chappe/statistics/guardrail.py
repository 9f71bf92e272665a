"""Evidence that more than a given share of a variant's people leave, good at every look."""

from math import inf, log, log1p
from typing import Final

from chappe.statistics.beta import below, log_beta

_PRIOR: Final = 50.0
"""The prior is worth so many people, or as many as it takes for one of them to leave at the limit, of whom
the limit's share leaves.
"""


def log_over(left: int, people: int, limit: float) -> float:
    """The logarithm of the Bayes factor of shares above `limit` against the limit itself; both between 0
    and 1.

    Whatever the true share up to the limit, each person's step has an expectation of 1 at most, so the bound
    of Ville holds (Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform Chernoff bounds", Probability Surveys
    17, 2020). Those who have not left yet count as staying: more time can only add evidence.
    """
    if left == 0:
        return 0.0
    if limit >= 1:
        return -inf
    weight = max(_PRIOR, 1 / limit)
    a, b = weight * limit, weight * (1 - limit)
    over_before = 1 - below(a, b, limit)
    over_after = 1 - below(a + left, b + people - left, limit)
    if over_after <= 0:
        return -inf
    factor = log_beta(a + left, b + people - left) - log_beta(a, b)
    stated = left * log(limit) + (people - left) * log1p(-limit)
    return factor + log(over_after) - log(over_before) - stated
