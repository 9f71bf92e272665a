"""How numbers and days are written where somebody writes: 1 234,5 or 1,234.5; 31/03 or 03/31. Pure."""

from functools import lru_cache
from typing import Final, NamedTuple

from babel import Locale, UnknownLocaleError


class Notation(NamedTuple):
    """`comma`: before decimals; `groups_by_point`: 1.234 is a thousand; `month_first`: 03/31/2026."""

    comma: bool = False
    groups_by_point: bool = False
    month_first: bool = False


PLAIN: Final = Notation()
"""That of programs: 1234.5, 2026-03-31."""


@lru_cache(maxsize=512)
def notation(country: str | None, language: str | None = None) -> Notation:
    """Of a person of this language in this country, as the CLDR has it; of the country's own language when
    none is said.
    """
    locale = _locale(country, language)
    symbols = locale.number_symbols.get("latn", locale.number_symbols)
    short = locale.date_formats["short"].pattern
    return Notation(
        comma=symbols.get("decimal") == ",",
        groups_by_point=symbols.get("group") == ".",
        month_first="M" in short and "d" in short and short.index("M") < short.index("d") and short[0] == "M",
    )


def _locale(country: str | None, language: str | None) -> Locale:
    for name in (f"{language or 'und'}_{country}", language or "en"):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")
