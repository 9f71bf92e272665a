"""What of a reply is counted as evidence: names of features, the same when weights are learned and when used.

w:stop        the word; <st, top, op>… its runs of three to five letters, which a slip leaves mostly whole
b:stop it     two words that follow each other; s:stop * it  with one between
K:halt>texts  a word of one class before a word of another, at most two between: what is learned of a phrase
              in one language counts in the others, for the classes of words/<language>.toml have the same
              names in all of them
?, !, n:3     a question, an exclamation, how many words
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from chappe.consent.optout.language import BREAK
from chappe.consent.optout.languages import LANGUAGES
from chappe.consent.optout.text import hand

START: Final = "^"
END: Final = "$"
DISTANCES: Final = (1, 2, 3)
"""How far apart, in words, two words may stand that are evidence together."""

_RUNS: Final = (3, 4, 5)
_MOST_WORDS: Final = 8
_SMILES: Final = frozenset("😂🤣😍😄😆🥰❤😊👍")
_SAME: Final = {"moi": "me"}


def words_of(found: Sequence[Sequence[str]]) -> list[str]:
    """The words of all clauses, with a mark at each end and between clauses."""
    words = [START]
    for at, clause in enumerate(found):
        if at:
            words.append(BREAK)
        words += clause
    words.append(END)
    return words


def of_word(word: str) -> Iterator[str]:
    """The word, the runs of letters in it, its classes."""
    if word in (START, END, BREAK):
        return
    yield f"w:{'0' if word.isdigit() else word}"
    framed = f"<{word}>"
    for length in _RUNS:
        for at in range(len(framed) - length + 1):
            yield f"c:{framed[at : at + length]}"
    for each in _classes(word):
        yield f"K:{each}"


def of_pair(one: str, other: str, distance: int) -> Iterator[str]:
    """Two words, the second `distance` words after the first."""
    ones, others = _classes(one), _classes(other)
    if distance == 1:
        yield f"b:{one} {other}"
        for each in ones:
            yield f"K:{each}>>{other}"
        for each in others:
            yield f"K:{one}<<{each}"
    elif distance == 2:
        yield f"s:{one} * {other}"
    for first in ones:
        for second in others:
            yield f"K:{first}>{second}"


def of_text(text: str, count: int) -> Iterator[str]:
    """Of the whole text, which has `count` words."""
    yield "bias"
    yield f"n:{min(count, _MOST_WORDS)}"
    if "?" in text:
        yield "?"
        yield f"?{min(count // 3, 3)}"
    if "!" in text:
        yield "!"
    if not text.isascii():
        if hand(text):
            yield "hand"
        if not _SMILES.isdisjoint(text):
            yield "smile"


def of_reply(found: Sequence[Sequence[str]], text: str) -> Iterator[str]:
    """Every feature of a reply, as often as it is there: what the weights are learned from."""
    words = words_of(found)
    yield from of_text(text, sum(map(len, found)))
    for word in words:
        yield from of_word(word)
    for distance in DISTANCES:
        for one, other in zip(words, words[distance:], strict=False):
            yield from of_pair(one, other, distance)


@lru_cache(maxsize=20_000)
def _classes(word: str) -> tuple[str, ...]:
    """The classes of a word in any language."""
    return tuple(
        sorted(
            {
                _SAME.get(group, group)
                for language in LANGUAGES
                for group, words in language.classes.items()
                if word in words
            }
        )
    )
