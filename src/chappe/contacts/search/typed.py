"""What a person typed into the search box: words of a name, or a number in any spelling. Pure."""

import re
from typing import Final, NamedTuple

from chappe.kit import phone
from chappe.kit.folding import fold
from chappe.kit.phone import LARGEST, SMALLEST, PhoneFault
from chappe.kit.phone_ranges import calling_code_of, region

# Digits with what people write between them, and nothing else.
_NUMBER: Final = re.compile(r"[\s()./\-+\u00a0\u202f\u2011\u2013]*(?:\d[\s()./\-\u00a0\u202f\u2011\u2013]*)+")
_ENDING: Final = 4
_SHORTEST, _LONGEST = len(str(SMALLEST)), len(str(LARGEST))
_MOST_WORDS: Final = 5
_LAST: Final = "\U0010ffff"


class Range(NamedTuple):
    """From `lo` to `hi`, both in it."""

    lo: int
    hi: int


class Typed(NamedTuple):
    """`words`, the longest first, of which each must begin a word of the contact; or the `ranges` a number
    may be in, and `ending`, digits it may end in. All empty: nothing was typed.
    """

    words: tuple[str, ...] = ()
    ranges: tuple[Range, ...] = ()
    ending: str = ""

    @property
    def numeric(self) -> bool:
        return bool(self.ranges or self.ending)

    @property
    def patterns(self) -> list[str]:
        """For LIKE on words with a space before each."""
        return [f"% {_escaped(word)}%" for word in self.words]


def read(text: str, country: str | None) -> Typed:
    """`06 12`, `+33 6 12`, `0033612`, `5678` (the last digits), `anna dup`. `country`: where a number without
    a country code is at home.
    """
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return _number(text, country)
    words = fold(text).split()
    if "@" in text:
        words = ["".join(text.lower().split())]
    return Typed(words=tuple(sorted(dict.fromkeys(words), key=len, reverse=True)[:_MOST_WORDS]))


def end_of(word: str) -> str:
    """What comes after every word that begins with this one."""
    return word + _LAST


def _number(text: str, country: str | None) -> Typed:
    digits = "".join(c for c in text if c.isdigit())
    if text.lstrip("( ").startswith("+"):
        return Typed(ranges=_ranges(digits))
    if digits.startswith("00") and calling_code_of(digits[2:]):
        return Typed(ranges=_ranges(digits[2:]))
    beginnings = {digits} if not digits.startswith("0") else set()
    if country is not None and not digits.startswith("00"):
        beginnings |= _national(digits, country)
    ending = digits if len(digits) >= _ENDING else ""
    return Typed(ranges=tuple(each for start in sorted(beginnings) for each in _ranges(start)), ending=ending)


def _national(digits: str, country: str) -> set[str]:
    """How a number begins that is dialled like this at home: its calling code, then the digits without the
    trunk prefix.
    """
    whole = phone.try_parse(digits, country)
    if not isinstance(whole, PhoneFault):
        return {str(whole)}
    plan = region(country)
    if plan is None:
        return set()
    trunk = None if plan.prefix is None else plan.prefix.match(digits)
    return {plan.calling_code + digits[trunk.end() if trunk else 0 :]}


def _ranges(beginning: str) -> tuple[Range, ...]:
    """Every number that begins like this, of every length there is."""
    if not beginning or beginning.startswith("0") or len(beginning) > _LONGEST:
        return ()
    start = int(beginning)
    lengths = range(max(_SHORTEST, len(beginning)), _LONGEST + 1)
    tens = (10 ** (length - len(beginning)) for length in lengths)
    return tuple(Range(start * ten, (start + 1) * ten - 1) for ten in tens)


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
