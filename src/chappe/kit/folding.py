"""Names folded for search, and keys by which names sort as French and English sort them.

Both languages use the root order of Unicode's collation unchanged: letters first, whatever their case and
accents, then accents, then case. At the first of these levels the order of folded text *is* that order (for
Latin, Greek and Cyrillic alike), so a key is the folded name, and behind it the accents where there are any.
A library of the whole algorithm (pyuca) puts the names of our test in the same order, at four times the cost
and with keys three times as long; PostgreSQL's ICU collations are missing where it is built without, as ours.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

# What NFKD leaves whole though people type it with plain letters.
_LETTERS: Final = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "þ": "th", "ß": "ss"}
)
_ACCENTS_BEHIND: Final = "\x01"
# After every letter of the basic plane.
LAST: Final = "\uffff"
_NOT_WORD: Final = re.compile(r"[\W_]+")
_CACHED: Final = 1 << 16


@lru_cache(maxsize=_CACHED)
def fold(text: str) -> str:
    """Lower case without accents, words of letters and digits between single spaces: `L'Hoëst–Næss` →
    `l hoest naess`.
    """
    if text.isascii():
        plain = text.lower()
    else:
        bare = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
        plain = "".join([c for c in bare if not unicodedata.combining(c)]).casefold()
        # A raised letter is decomposed to one that has to be translated itself: ꟸ to Ħ (U+A7F8).
        plain = plain if plain.isascii() else plain.translate(_LETTERS)
    return _NOT_WORD.sub(" ", plain).strip()


@lru_cache(maxsize=_CACHED)
def sort_key(text: str) -> str:
    """By code points (collation C) these keys stand as the names do in a French or an English index: Le Goff,
    Lea, Léa, Leblanc; Étienne between Estelle and Eugène.
    """
    folded = fold(text)
    if text.isascii():
        return folded
    accents = unicodedata.normalize("NFD", text.casefold())
    return f"{folded}{_ACCENTS_BEHIND}{accents}"
