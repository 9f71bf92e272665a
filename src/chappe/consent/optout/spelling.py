"""Words that are spelt wrong: one slip from a keyword, two from a long one.

A word of the deletion neighbourhood of a keyword is that keyword (Damerau-Levenshtein, restricted), unless it
is a word of its own: nobody who writes "shop" meant "stop".
"""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

_LEAST: Final = 4
_LONG: Final = 9

OWN_WORDS: Final = frozenset(
    msgspec.toml.decode(files("chappe.consent.optout").joinpath("words", "own.toml").read_bytes())[
        "words"
    ].split()
)


def deletions(word: str, most: int) -> set[str]:
    """The word without up to `most` of its letters."""
    found = {word}
    last = {word}
    for _ in range(most):
        last = {each[:at] + each[at + 1 :] for each in last for at in range(len(each))}
        found |= last
    return found


def distance(one: str, other: str) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


class Speller:
    """Knows the keywords that are long enough to be misspelt."""

    def __init__(self, keywords: Iterable[str]) -> None:
        self._near: dict[str, set[str]] = {}
        for keyword in keywords:
            if len(keyword) >= _LEAST:
                for key in deletions(keyword, _slips(keyword)):
                    self._near.setdefault(key, set()).add(keyword)
        self.meant = cache(self._meant)

    def _meant(self, word: str) -> str | None:
        """The keyword that was meant; None for a word that is none, or one of its own."""
        if len(word) < _LEAST - 1 or len(word) > 2 * _LONG or word in OWN_WORDS:
            return None
        met = {known for key in deletions(word, _slips(word)) for known in self._near.get(key, ())}
        near = [(distance(word, known), known) for known in met]
        near = [(far, known) for far, known in near if far <= _slips(known) and word[0] == known[0]]
        return min(near)[1] if near else None


def _slips(word: str) -> int:
    return 2 if len(word) >= _LONG else 1
