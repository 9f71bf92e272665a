"""Random people, by the generator of the standard library."""

from collections.abc import Iterator
from itertools import accumulate
from math import exp, floor, log, log1p
from random import Random


def acting(random: Random, people: int, share: float) -> Iterator[int]:
    """Who of so many acts, by number from 1, one draw for each who does."""
    stay = log1p(-share)
    at = 0
    while True:
        at += 1 + floor(log(1 - random.random()) / stay)
        if at > people:
            return
        yield at


def how_many(random: Random, people: int, share: float) -> int:
    """How many of so many act: a binomial draw."""
    return sum(1 for _ in acting(random, people, share))


def walk(random: Random, acted: int) -> Iterator[int]:
    """How far the first of two variants is ahead after each who acts in either; both do alike."""
    bits = random.getrandbits(acted)
    return accumulate(1 if (bits >> at) & 1 else -1 for at in range(acted))


def amount(random: Random) -> float:
    """What a buyer spends: most about 30, few in the thousands (log-normal, sigma 1.2)."""
    return exp(random.gauss(3.4, 1.2))
