"""A text as the rules read it: clauses of plain words.

Accents, capitals, invisible characters and look-alike letters make no difference; letters spelt apart are
joined; what is quoted goes, for it is not the writer's own; digits within a word are the letters they are
like.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from chappe.sms.keywords import normalise

HANDS: Final = frozenset("🛑✋🖐🤚⛔🚫")
"""A stop sign or a raised hand that stands alone is a word of its own."""

_QUOTE: Final = re.compile(r'[“«„"](.*?)[”»“"]', re.DOTALL)
_TAPBACK: Final = re.compile(
    r"^\W*(?:liked|disliked|loved|laughed at|emphasi[sz]ed|questioned|reacted|removed|a aime|"
    r"a ri|a adore|aime|je n.aime pas|n.a pas aime|a reagi|a insiste|a souligne|le gusto|"
    r"le encanto|no le gusto|se rio|le ha gustado|me gusta|le dio risa|reacciono|"
    r"ha reaccionado|hat|gefallt|gefallt nicht|gefiel|mag|lacht|lachte|ha messo|"
    r"non e piaciuto|e piaciuto|ha reagito|ha riso|gli e piaciuto|curtiu|nao curtiu|gostou|"
    r"nao gostou|amou|adorou|riu|reagiu|deu risada|\W+ to)\b"
)
_SHORT: Final = 3
_APOSTROPHE: Final = re.compile(r"['’‘ʼ´`]")
_ELISION: Final = re.compile(r"['’‘ʼ´`](?=(?:t|s|re|ll|ve|d|m)\b)", re.IGNORECASE)
_BREAKS: Final = re.compile(r"[.!?;,:\n\r/()…|—–]+|\s-+\s")
_DOTTED: Final = re.compile(r"\b(?:\w[.\-*_ ]){2,}\w\b")
_LETTERS: Final = str.maketrans("01345@$", "oieasas")
_NONSTOP: Final = re.compile(r"\bnon[-‐‑]stop\b", re.IGNORECASE)
_DRAWN: Final = re.compile(r"([a-z])\1{2,}")
_PLAIN: Final = re.compile("[a-z0-9]+")
_MOST: Final = 500


def clauses(text: str) -> list[list[str]]:
    """The words of each clause."""
    if "-" in text or "‑" in text:
        text = _NONSTOP.sub("nonstop", text)
    text = _DOTTED.sub(_joined, text).replace("#", " number ")
    if not text.isascii() or "'" in text or "`" in text:
        text = _APOSTROPHE.sub(" ", _ELISION.sub("", text))
    found = []
    for part in _BREAKS.split(text):
        words = _PLAIN.findall(part.lower()) if part.isascii() else normalise(part).split()
        if words:
            found.append([_lettered(word) for word in words])
    return found


def unquoted(text: str, ours: Sequence[str]) -> str:
    """The writer's own words: without our texts, and without what is between quotes unless it is a word or
    three. Empty for a reaction to a message.
    """
    text = text[:_MOST]
    for our in ours:
        if len(our) > len("STOP") and our in text:
            text = text.replace(our, " ")
    if '"' not in text and not any(mark in text for mark in "“«„"):
        return text
    head = (
        unicodedata.normalize("NFKD", _APOSTROPHE.sub(" ", text)).encode("ascii", "ignore").decode().lower()
    )
    if _TAPBACK.match(head) or text[:1] in "👍👎❤😂‼❓":
        return ""
    return _QUOTE.sub(_of_quote, text)


def _of_quote(found: re.Match[str]) -> str:
    inner: str = found[1]
    return f" {inner} " if len(inner.split()) <= _SHORT else " "


def _joined(found: re.Match[str]) -> str:
    spelt: str = found[0]
    letters = spelt[::2]
    # "1 2 3" and "a 3 e" are no word; the same mark must stand between all of them.
    return letters if letters.isalnum() and not letters.isdigit() and len(set(spelt[1::2])) == 1 else spelt


@lru_cache(maxsize=20_000)
def _lettered(word: str) -> str:
    if len(word) < _SHORT or word.isdigit():
        return word
    word = _DRAWN.sub(r"\1", word)
    return word if word.isalpha() else word.translate(_LETTERS)


def hand(text: str) -> bool:
    """There is a stop sign or a raised hand."""
    return not text.isascii() and any(char in HANDS for char in text)
