"""How likely it is that a reply asks to leave, by weights that were learned from labelled replies.

Multinomial logistic regression over the features of `chappe.consent.optout.features`; the weights are a data
file that `make train-optout` writes. No random number and no clock: a reply has the same odds everywhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache, partial
from importlib.resources import files
from math import exp
from typing import Final

import msgspec

from chappe.consent.optout.features import DISTANCES, END, START, of_pair, of_text, of_word, words_of
from chappe.consent.optout.language import BREAK

OUTCOMES: Final = ("withdraw", "ask", "none", "start")
UNIT: Final = 100
"""Weights are whole hundredths."""

_NOTHING: Final = (0,) * len(OUTCOMES)
_MARKS: Final = frozenset((START, END, BREAK))

Weights = tuple[int, ...]


class Odds(msgspec.Struct, frozen=True):
    """Shares that sum to 1. `leave`: it asks us to stop; `doubt`: it may; `none`: something else."""

    leave: float
    doubt: float
    none: float


class Judge:
    """Gives the odds of a reply by one table of weights: feature → one weight an outcome."""

    def __init__(self, weights: Mapping[str, Weights]) -> None:
        self._weights = weights
        # Words come again and again: what they weigh is added up once.
        self._of_word = lru_cache(maxsize=20_000)(self._word)
        self._of_pair = [
            lru_cache(maxsize=50_000)(partial(self._pair, distance=distance)) for distance in DISTANCES
        ]

    def weigh(self, found: Sequence[Sequence[str]], text: str) -> Odds:
        """`found`: the clauses of plain words, corrected; `text`: the same as it was written."""
        words = words_of(found)
        parts = [self._weights.get(name, _NOTHING) for name in of_text(text, sum(map(len, found)))]
        parts += map(self._of_word, words)
        for distance, pair in zip(DISTANCES, self._of_pair, strict=True):
            parts += map(pair, words, words[distance:])
        scores = [sum(column) / UNIT for column in zip(*parts, strict=True)]
        most = max(scores)
        shares = [exp(score - most) for score in scores]
        total = sum(shares)
        leave, doubt = shares[0] / total, shares[1] / total
        return Odds(leave, doubt, 1 - leave - doubt)

    def _word(self, word: str) -> Weights:
        return _NOTHING if word in _MARKS else self._sum(of_word(word))

    def _pair(self, one: str, other: str, *, distance: int) -> Weights:
        return self._sum(of_pair(one, other, distance))

    def _sum(self, names: Iterable[str]) -> Weights:
        known = [found for name in names if (found := self._weights.get(name)) is not None]
        return tuple(map(sum, zip(*known, strict=True))) if known else _NOTHING


def read_weights(table: str) -> dict[str, Weights]:
    """Of a table with a feature and its weights a line, tabs between."""
    lines = (line.split("\t") for line in table.splitlines())
    return {name: tuple(map(int, row)) for name, *row in lines}


@cache
def learned() -> Judge:
    """By the weights that were learned from the whole corpus."""
    table = files("chappe.consent.optout").joinpath("weights.tsv").read_text(encoding="utf-8")
    return Judge(read_weights(table))
