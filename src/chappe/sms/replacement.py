"""Smart replacement: what keeps a text out of GSM 7-bit, put in characters it carries, with an account of
every change.

A character that the link carries is never touched, an emoji never taken apart.
"""

import unicodedata
from enum import IntEnum

import msgspec
import regex

from chappe.sms.encoding import Cause, carried_characters, normal_form, ucs2_causes
from chappe.sms.options import DEFAULT, TextOptions
from chappe.sms.replacement_table import LETTERS, TYPOGRAPHY


class Level(IntEnum):
    """How far to go; each level includes the one before."""

    TYPOGRAPHY = 1  # quotes, dashes, spaces, ligatures, invisible characters: nobody sees a difference
    ACCENTS = 2  # letters lose the accents that GSM 7-bit lacks: ê becomes e
    SYMBOLS = 3  # emoji and pictures go, with the space before them: the words stay


class Change(msgspec.Struct, frozen=True):
    """`before` at `position` (code points of the text before, in normal form) became `after`, which may be
    empty.
    """

    position: int
    before: str
    after: str


class Replaced(msgspec.Struct, frozen=True):
    """The text after, what was changed, and the characters that still force UCS-2."""

    text: str
    changes: tuple[Change, ...]
    remaining: tuple[Cause, ...]


_CLUSTER = regex.compile(r"\X")
_VARIATION = str.maketrans("", "", "\ufe0e\ufe0f")
_PICTURE = regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}]")


_AFTER_PICTURE = frozenset(("", " ", "\n", ".", ",", "!", "?", ";", ":"))
"""Before these, the space that stood before a picture is one too many."""


def replace(text: str, level: Level = Level.TYPOGRAPHY, options: TextOptions = DEFAULT) -> Replaced:
    """The text with every replaceable character replaced, whether or not that is enough to avoid UCS-2 (see
    `remaining`).
    """
    text = normal_form(text)
    carried = carried_characters(text, options)
    if carried.issuperset(text):
        return Replaced(text, (), ())
    pieces: list[str] = []
    changes: list[Change] = []
    for cluster in _CLUSTER.finditer(text):
        before = cluster[0]
        after = before if carried.issuperset(before) else _replace_cluster(before, level, carried)
        if level >= Level.SYMBOLS and after == before and _PICTURE.match(before):
            after = ""
            if pieces and pieces[-1] == " " and text[cluster.end() : cluster.end() + 1] in _AFTER_PICTURE:
                pieces.pop()
        pieces.append(after)
        if after != before:
            changes.append(Change(cluster.start(), before, after))
    result = "".join(pieces)
    return Replaced(result, tuple(changes), tuple(ucs2_causes(result, options)))


def _replace_cluster(cluster: str, level: Level, carried: frozenset[str]) -> str:
    """All of the cluster or nothing: half an emoji, or Hindi without its virama, is another text."""
    bare = cluster.translate(_VARIATION)
    after = "".join(char if char in carried else _replace_character(char, level, carried) for char in bare)
    return after if carried.issuperset(after) else cluster


def _replace_character(char: str, level: Level, carried: frozenset[str]) -> str:
    for after in _proposals(char, level):
        if carried.issuperset(after):
            return after
    return char


def _proposals(char: str, level: Level) -> list[str]:
    """What may stand for the character, best first."""
    found = [TYPOGRAPHY[char]] if char in TYPOGRAPHY else []
    category = unicodedata.category(char)
    if category == "Zs":
        found.append(" ")
    elif category == "Cf" or (category == "Cc" and char not in "\n\r\f"):
        found.append("")
    else:
        found.append(unicodedata.normalize("NFKC", char))
    if level >= Level.ACCENTS:
        found += [LETTERS[char]] if char in LETTERS else []
        found += _without_marks(char)
    return found


def _without_marks(char: str) -> list[str]:
    """The letter with ever fewer marks: ǖ offers ü, which GSM 7-bit carries, before u. A mark alone goes."""
    decomposed = unicodedata.normalize("NFKD", char)
    found: list[str] = []
    while decomposed and unicodedata.combining(decomposed[-1]):
        decomposed = decomposed[:-1]
        found.append(unicodedata.normalize("NFC", decomposed))
    return found
