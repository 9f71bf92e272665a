"""What the rules of the words files say of a text, in all languages at once.

What is plainly no opt-out takes its words away first ("never stop", "cancel my order", "bus stop"); then a
clause that is a keyword decides, then a rule that asks us to stop, then one that leaves a doubt.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from chappe.consent.optout.language import BREAK, FOREIGN, UNKNOWN, VOID, Language
from chappe.consent.optout.languages import LANGUAGES
from chappe.consent.optout.reading import Reading, Wish
from chappe.consent.optout.spelling import Speller
from chappe.sms.keywords import KEYWORDS, KeywordKind

_KEYS: Final = frozenset(word for one in LANGUAGES for word in one.classes["key"])
_STOPS: Final = frozenset(word for word, found in KEYWORDS.items() if found.kind is KeywordKind.STOP) | _KEYS
_FILLERS: Final = frozenset(word for one in LANGUAGES for word in one.classes["filler"])
_SPELLER: Final = Speller(word for word in _STOPS if " " not in word)
_SHORT: Final = 4


class Finding(msgspec.Struct, frozen=True):
    """`keyword`: a clause is a keyword and politeness, or a phrase as clear as one."""

    reading: Reading
    keyword: bool = False


class _Words:
    """The words of a text with the string of codes they are in each language; `#` for those taken away."""

    def __init__(self, found: Sequence[Sequence[str]]) -> None:
        self.words: list[str] = []
        for clause in found:
            self.words += (*clause, BREAK)
        self.words.pop()
        spelt = [_codes(word) for word in self.words]
        self.codes = ["".join(column) for column in zip(*spelt, strict=True)]
        self.telling = [
            not language.telling.isdisjoint(codes)
            for language, codes in zip(LANGUAGES, self.codes, strict=True)
        ]

    def void(self, start: int, end: int) -> None:
        """In every language: these words mean something else."""
        for at, codes in enumerate(self.codes):
            kept = "".join(BREAK if code == BREAK else VOID for code in codes[start:end])
            self.codes[at] = codes[:start] + kept + codes[end:]

    def between(self, start: int, end: int) -> str:
        return " ".join(word for word in self.words[start:end] if word != BREAK)


@lru_cache(maxsize=20_000)
def _codes(word: str) -> tuple[str, ...]:
    if word == BREAK:
        return (BREAK,) * len(LANGUAGES)
    other = FOREIGN if any(word in language.code_of for language in LANGUAGES) else UNKNOWN
    return tuple(language.code_of.get(word, other) for language in LANGUAGES)


@lru_cache(maxsize=20_000)
def _tells(word: str) -> bool:
    """A text that holds such a word may ask for something; most hold none and need no rule."""
    return word in _KEYS or any(
        code in language.telling for language, code in zip(LANGUAGES, _codes(word), strict=True)
    )


def decide(found: Sequence[Sequence[str]], text: str) -> Finding | None:
    """What the rules make of the clauses of a text; None where they know nothing of it."""
    if not any(_tells(word) for clause in found for word in clause):
        return None
    words = _Words(found)
    for language, start, end in _matches(words, "always"):
        return Finding(Reading(Wish.WITHDRAW, words.between(start, end), language.name), keyword=True)
    _set_aside(words, "nothing")
    doubt = _set_aside(words, "doubt")
    for clause in _whole(words):
        return Finding(Reading(Wish.WITHDRAW, clause), keyword=True)
    for wish in (Wish.START, Wish.WITHDRAW, Wish.HELP):
        for language, start, end in _matches(words, wish.value):
            return Finding(Reading(wish, words.between(start, end), language.name))
    if _signed(text):
        return Finding(Reading(Wish.WITHDRAW, words.words[0]), keyword=True)
    for language, start, end in _matches(words, Wish.ASK.value):
        return Finding(Reading(Wish.ASK, words.between(start, end), language.name))
    if doubt is not None:
        return Finding(doubt)
    # It speaks of stopping something: a person should see what.
    return Finding(Reading(Wish.PERSON)) if any(word in _KEYS for word in words.words) else None


def fillers_only(found: Sequence[Sequence[str]]) -> bool:
    """Nothing but politeness."""
    return all(word in _FILLERS for clause in found for word in clause)


def corrected(found: Sequence[Sequence[str]]) -> list[list[str]]:
    """The clauses with misspelt keywords as they were meant."""
    if len(found) == 1 and len(found[0]) <= _SHORT:
        return [_spelt(found[0])]
    return [[_long_spelt(word) for word in clause] for clause in found]


def _set_aside(words: _Words, kind: str) -> Reading | None:
    """Take away what these rules match; the reading of a doubt, when one did."""
    found = [
        (Reading(Wish.ASK, words.between(start, end), language.name), start, end)
        for language, start, end in _matches(words, kind)
    ]
    for _, start, end in found:
        words.void(start, end)
    return found[0][0] if found else None


def _matches(words: _Words, wish: str) -> Iterator[tuple[Language, int, int]]:
    for at, language in enumerate(LANGUAGES):
        rule = language.rules.get(wish)
        if rule is None or (wish != "nothing" and not words.telling[at]):
            continue
        for match in rule.finditer(words.codes[at]):
            yield language, match.start(), match.end()


def _whole(words: _Words) -> Iterator[str]:
    """Clauses that are a keyword and politeness, in whatever mixture of languages."""
    clause: list[str] = []
    taken = words.codes[0]
    for at, word in enumerate((*words.words, BREAK)):
        if word != BREAK:
            clause.append(VOID if taken[at] == VOID else word)
            continue
        if any(each in _KEYS for each in clause) and all(
            each in _KEYS or each in _FILLERS for each in clause
        ):
            yield " ".join(clause)
        clause = []


def _signed(text: str) -> bool:
    """STOP in capitals, then nothing but a name: "STOP Jean Dupont"."""
    head, *names = text.split()
    return (
        head.isupper()
        and head.casefold() in _STOPS
        and 0 < len(names) < _SHORT
        and all(name.istitle() for name in names)
    )


def _spelt(clause: Sequence[str]) -> list[str]:
    """The words of a short text, misspelt keywords as they were meant, when the others are fillers."""
    others = [word for word in clause if word not in _FILLERS and _unknown(word)]
    if len(others) != 1:
        return [_long_spelt(word) for word in clause]
    meant = _SPELLER.meant(others[0])
    return [meant if word == others[0] and meant else word for word in clause]


def _long_spelt(word: str) -> str:
    """Of a longer text only long words are corrected: there a slip hits no other word."""
    if len(word) < 7 or not _unknown(word):
        return word
    meant = _SPELLER.meant(word)
    return meant if meant is not None and len(meant) > 7 else word


def _unknown(word: str) -> bool:
    return all(code == UNKNOWN for code in _codes(word))
