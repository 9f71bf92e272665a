"""`detect`: what a text that came in asks for, in any of the languages at once. Pure.

A listed keyword decides alone. Otherwise two judges read the text: the rules of the words files, and odds
that were learned from labelled replies. Where both say that it asks us to stop, it does; where they disagree
the question is asked, which holds marketing: a needless question costs a text, a needless opt-out a contact,
a missed one breaks the law.
"""

from collections.abc import Sequence
from typing import Final

from chappe.consent.optout.odds import Judge, Odds, learned
from chappe.consent.optout.reading import NOTHING, Reading, Wish
from chappe.consent.optout.rules import corrected, decide, fillers_only
from chappe.consent.optout.text import clauses, hand, unquoted
from chappe.sms.keywords import Keyword, KeywordKind, classify

_WISHES: Final = {
    KeywordKind.STOP: Wish.WITHDRAW,
    KeywordKind.START: Wish.START,
    KeywordKind.HELP: Wish.HELP,
}
_HAND: Final = "🛑"

# Chosen on replies that the weights had not seen: docs/compliance/optout.md.
_KEYWORD: Final = 0.8
"""Odds of leaving from which a keyword among politeness is an opt-out at once."""
_LEAVES: Final = 0.97
"""And a rule that asks us to stop."""
_DENIED: Final = {Wish.WITHDRAW: 0.99, Wish.ASK: 0.98}
"""Odds of none from which a rule is not believed at all."""
_UNLIKELY: Final = 0.8
"""Where no rule speaks, the question is asked unless the odds of none are higher."""
_UNKNOWN: Final = 0.4
"""The same for one or two words: most of what people answer (a name, a town, a colour) was never learned
from, and a question to each would hold the marketing of people who only answered ours."""
_FEW: Final = 2


def plain(text: str, ours: Sequence[str] = ()) -> tuple[list[list[str]], str]:
    """The clauses of the writer's own words, misspelt keywords as meant; and those words as sent."""
    own = unquoted(text, ours)
    return corrected(clauses(own)), own


def detect(text: str, *, ours: Sequence[str] = (), judge: Judge | None = None) -> Reading:
    """What `text` asks for. `ours`: texts of ours that it may quote. `judge`: of other weights than ours."""
    keyword = classify(text)
    if keyword is not None and "-" not in text:
        return Reading(_WISHES[keyword.kind], keyword.word, _language(keyword), exact=True)
    found, own = plain(text, ours)
    if hand(own) and fillers_only(found):
        return Reading(Wish.WITHDRAW, _HAND)
    if sum(len(word) for clause in found for word in clause) <= 1:
        return NOTHING
    finding, odds = decide(found, own), (judge or learned()).weigh(found, own)
    if finding is not None and finding.keyword:
        return finding.reading if odds.leave >= _KEYWORD else _doubted(finding.reading)
    few = sum(map(len, found)) <= _FEW
    return _settled(finding.reading if finding else NOTHING, odds, _UNKNOWN if few else _UNLIKELY)


def _settled(reading: Reading, odds: Odds, unlikely: float) -> Reading:
    """What the rules read, where the odds bear it out; what they do not read, by the odds of none."""
    match reading.wish:
        case Wish.WITHDRAW if odds.leave >= _LEAVES:
            return reading
        case Wish.WITHDRAW | Wish.ASK:
            # A rule saw something: where it is not believed, a person should see what.
            return _doubted(reading) if odds.none < _DENIED[reading.wish] else Reading(Wish.PERSON)
        case Wish.NOTHING | Wish.PERSON if odds.none < unlikely:
            return Reading(Wish.ASK)
        case Wish.START | Wish.HELP if odds.leave >= _LEAVES:
            return _doubted(reading)
        case _:
            return reading


def _doubted(reading: Reading) -> Reading:
    return Reading(Wish.ASK, reading.word, reading.language)


def _language(keyword: Keyword) -> str | None:
    """Of a word that one language alone has."""
    return keyword.languages[0] if len(keyword.languages) == 1 else None
