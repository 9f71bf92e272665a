"""Where the evidence passes its bound, as tables: a simulation looks after every person who acts."""

from collections.abc import Callable, Sequence
from math import log
from typing import Final

from chappe.statistics.evidence import ERROR, log_factor
from chappe.statistics.guardrail import log_over

NEVER: Final = 1 << 60


def leads(most: int, pairs: int = 1, error: float = ERROR) -> list[int]:
    """By how many acted in the other of two equal variants: how many in this one win."""
    bound = log(pairs / error)
    found, x = [], 0
    for y in range(most + 1):
        x = max(x, y)
        while log_factor(x, y, 0.5) < bound:
            x += 1
        found.append(x)
    return found


def outside(
    most: int, odds: float, truth: float | None = None, error: float = ERROR
) -> tuple[list[int], list[int]]:
    """By how many acted in both: at most, and at least, how many of the first contradict `truth`."""
    bound = -log(error)
    low, high = [-1], [NEVER]
    middle = odds if truth is None else truth
    for acted in range(1, most + 1):

        def beyond(x: int, of: int = acted) -> bool:
            return log_factor(x, of - x, odds, truth) >= bound

        mean = round(acted * middle)
        low.append(_last(beyond, 0, mean) if beyond(0) else -1)
        high.append(_first(beyond, mean, acted) if beyond(acted) else NEVER)
    return low, high


def leavings(most: int, limit: float, error: float = ERROR) -> list[int]:
    """By how many left: of at most how many people that stops a variant. -1: of no number."""
    bound = -log(error)
    found = [-1]
    for left in range(1, most + 1):

        def within(people: int, of: int = left) -> bool:
            return log_over(of, people, limit) >= bound

        found.append(_last(within, left, round(4 * left / limit) + 10) if within(left) else -1)
    return found


def _first(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The least number that holds; `high` does, and all above one that does."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _last(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The greatest number that holds; `low` does, and all below one that does."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def reached(firsts: Sequence[int | None], looks: Sequence[int]) -> list[float]:
    """Which share of runs had passed by each of the looks, from when each first did."""
    return [sum(1 for at in firsts if at is not None and at <= look) / len(firsts) for look in looks]
