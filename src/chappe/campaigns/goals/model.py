"""A campaign's own goal, and what can be wrong with it."""

from typing import Final

from chappe.kit.errors import Problem
from chappe.kit.folding import fold
from chappe.sms.keywords import KeywordKind, classify

LONGEST_WORD: Final = 30


class BadReplyWord(Problem):
    """`why`: `long`, or `leaves` (it opts people out)."""

    code = "bad_reply_word"
    status = 422
    title = "This cannot be a campaign's reply word"


def checked_word(text: str | None) -> str | None:
    """The word as it is kept; None when there is none. Raises BadReplyWord."""
    word = " ".join((text or "").split())
    if not word:
        return None
    if len(word) > LONGEST_WORD or not fold(word):
        raise BadReplyWord(
            f"Write a word of at most {LONGEST_WORD} characters that people can answer, such as YES.",
            field="reply_word",
            why="long",
        )
    known = classify(word)
    if known is not None and known.kind is KeywordKind.STOP:
        raise BadReplyWord(
            f"Whoever answers {word} leaves. Choose another word.", field="reply_word", why="leaves"
        )
    return word
