"""The languages of the pages: their catalogues, and the choice among them.

English is what the templates say, so it cannot miss a text; the others are catalogues of it, read at start
and compiled in memory.
"""

import io
from collections.abc import Iterable
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ENGLISH = "en"
LANGUAGES = {"en": "English", "fr": "Français"}
LOCALE = Path(__file__).parent / "locale"
_MOST_WEIGHED = 20


@cache
def catalogue(language: str, folder: Path = LOCALE) -> NullTranslations:
    """The translations of a language, all rooms in one; English is the text of the templates itself."""
    if language == ENGLISH:
        return NullTranslations()
    messages = Catalog(locale=language)
    for path in sorted((folder / language).glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale=language):
                if message.id:
                    messages[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)


def choose(chosen: Iterable[str | None], accepted: str | None) -> str:
    """The first of `chosen` that we have, else what the browser prefers (`Accept-Language`, RFC 9110 section
    12.5.4), else English.
    """
    for language in chosen:
        if language in LANGUAGES:
            return language
    return next((each for each in _preferred(accepted or "") if each in LANGUAGES), ENGLISH)


def _preferred(header: str) -> list[str]:
    """Primary languages, the most wanted first."""
    weighed: list[tuple[float, str]] = []
    for item in header.split(",")[:_MOST_WEIGHED]:
        tag, _, parameter = item.partition(";")
        name, _, value = parameter.strip().partition("=")
        try:
            weight = float(value) if name == "q" else 1.0
        except ValueError:
            continue
        if weight > 0:
            weighed.append((-weight, tag.strip().split("-")[0].lower()))
    return [tag for _, tag in sorted(weighed, key=lambda pair: pair[0])]
