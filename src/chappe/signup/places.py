"""Countries and languages as people write them in a cell: codes, and names in English, French and the
language itself.
"""

import unicodedata
from functools import cache, lru_cache

from babel import Locale

from chappe.kit.phone import is_country

_READ = ("en", "fr")
# Three-letter codes and everyday names that the tables do not hold.
_OTHER_COUNTRIES = {
    "uk": "GB",
    "usa": "US",
    "etats unis d amerique": "US",
    "united states of america": "US",
    "england": "GB",
    "angleterre": "GB",
    "scotland": "GB",
    "great britain": "GB",
    "grande bretagne": "GB",
    "hollande": "NL",
    "holland": "NL",
    "fra": "FR",
    "bel": "BE",
    "che": "CH",
    "lux": "LU",
    "can": "CA",
    "gbr": "GB",
    "deu": "DE",
    "esp": "ES",
    "ita": "IT",
    "prt": "PT",
    "nld": "NL",
    "czech republic": "CZ",
    "turkey": "TR",
}


@lru_cache(maxsize=4096)
def country_code(text: str) -> str | None:
    """ISO code of the country named, or None."""
    plain = _plain(text)
    if is_country(plain.upper()):
        return plain.upper()
    return _countries().get(plain)


@lru_cache(maxsize=4096)
def language_code(text: str) -> str | None:
    """ISO 639-1 code: of `fr`, `fr-CA`, `French`, `français`; or None."""
    plain = _plain(text)
    head = plain.split(" ", 1)[0]
    if len(head) == 2 and head in _languages().values():
        return head
    return _languages().get(plain)


@cache
def _countries() -> dict[str, str]:
    found = {
        _plain(name): code
        for language in _READ
        for code, name in Locale(language).territories.items()
        if is_country(code)
    }
    return found | _OTHER_COUNTRIES


@cache
def _languages() -> dict[str, str]:
    """Names of the languages that have a two-letter code. Each is also known by its own name."""
    found: dict[str, str] = {}
    for language in _READ:
        for code, name in Locale(language).languages.items():
            if len(code) == 2:
                found[_plain(name)] = code
    for code in ("fr", "en", "es", "pt", "de", "it", "nl", "sv", "da", "pl", "tr", "ar"):
        own = Locale(code).languages.get(code)
        if own:
            found[_plain(own)] = code
    return found


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join(kept.split())
