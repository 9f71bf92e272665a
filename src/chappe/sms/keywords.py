"""Keywords of inbound messages: STOP, START and HELP in the languages of our users, matched on the whole
message.

Only a message that is nothing but the keyword counts here, so that a reaction such as 'Disliked "Reply
STOP..."' opts nobody out. Opt-outs in sentences and misspelt ones are the consent room's, which builds on
`normalise`.
"""

import unicodedata
from enum import Enum
from typing import Final

import msgspec

from chappe.sms.keyword_words import AGREE, HELP, START, STOP


class KeywordKind(Enum):
    """What the sender asks for."""

    STOP = "stop"
    START = "start"
    HELP = "help"


class Keyword(msgspec.Struct, frozen=True):
    """`word` as in the table, normalised; `languages` are the ISO 639-1 codes of the tables that list it."""

    kind: KeywordKind
    word: str
    languages: tuple[str, ...]


# Letters that NFKD leaves whole but people also write without their stroke or as two.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
_APOSTROPHES = str.maketrans("", "", "'’‘ʼ´`")


def normalise(text: str) -> str:
    """Letters and digits in lower case without accents, single spaces between words; emoji, punctuation,
    invisible characters go.

    Letters spelt apart are joined: "S T O P" and "s.t.o.p." are "stop".
    """
    text = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).translate(_PLAIN)
        text = "".join(char for char in text if unicodedata.category(char) not in _DROPPED)
    words = "".join(char if char.isalnum() else " " for char in text).split()
    if len(words) > 2 and all(len(word) == 1 and word.isalpha() for word in words):
        return "".join(words)
    return " ".join(words)


_DROPPED: Final = frozenset({"Mn", "Me", "Cf"})


def _table() -> dict[str, Keyword]:
    found: dict[str, Keyword] = {}
    for kind, words in ((KeywordKind.HELP, HELP), (KeywordKind.START, START), (KeywordKind.STOP, STOP)):
        for language, listed in words.items():
            for word in map(normalise, listed):
                known = found.get(word)
                languages = known.languages if known and known.kind is kind else ()
                found[word] = Keyword(kind, word, (*languages, language))
    return found


KEYWORDS: Final = _table()
_AGREE: Final = frozenset(normalise(word) for listed in AGREE.values() for word in listed)


def classify(text: str) -> Keyword | None:
    """The keyword the whole message is, or None."""
    return KEYWORDS.get(normalise(text))


def agrees(text: str) -> bool:
    """The message is a yes. It means consent only where a question is pending, never an opt-in of its own."""
    return normalise(text) in _AGREE
