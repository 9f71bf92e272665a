"""Whether a form can be used as it is written. Pure but for what the workspace knows."""

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from chappe.kit.phone import is_country
from chappe.kit.sites import origin_of
from chappe.signup.forms.errors import BadForm
from chappe.signup.forms.model import (
    COMMON_FIELDS,
    LANGUAGES,
    LONGEST_BUTTON,
    LONGEST_CODE,
    LONGEST_CONSENT,
    LONGEST_NAME,
    LONGEST_SOURCE,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_FIELDS,
    MOST_SITES,
    FormContent,
    FormWords,
    IncentiveKind,
)

_SOURCE: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LONGEST: Final = {
    "title": LONGEST_TITLE,
    "intro": LONGEST_TEXT,
    "button": LONGEST_BUTTON,
    "consent": LONGEST_CONSENT,
    "offer": LONGEST_TEXT,
    "thanks": LONGEST_TEXT,
}


def checked_name(name: str) -> str:
    """Raises BadForm."""
    kept = " ".join(name.split())
    if not kept or len(kept) > LONGEST_NAME:
        raise BadForm(f"Give the form a name of up to {LONGEST_NAME} characters.", field="name")
    return kept


def check(content: FormContent, attributes: Collection[str]) -> None:
    """Raises BadForm. `attributes`: names that contacts of the workspace have."""
    _check_fields(content, attributes)
    for language, words in content.words.items():
        if language not in LANGUAGES:
            raise BadForm(f"Forms speak {' and '.join(LANGUAGES)}, not {language}.", field="words")
        _check_words(words, language)
    if not is_source(content.source):
        raise BadForm("Write the source in small letters, digits and hyphens: shop-paris.", field="source")
    if content.incentive is IncentiveKind.FIXED and not is_code(content.code):
        raise BadForm(f"Write an offer code of up to {LONGEST_CODE} letters and digits.", field="code")
    for country in content.countries:
        if not is_country(country):
            raise BadForm(f"{country} is no country with phone numbers.", field="countries")
    _check_addresses(content)


def is_source(text: str) -> bool:
    """Whether this can stand in a link as where people came from."""
    return len(text) <= LONGEST_SOURCE and _SOURCE.fullmatch(text) is not None


def is_code(text: str) -> bool:
    return len(text) <= LONGEST_CODE and _CODE.fullmatch(text) is not None


def _check_fields(content: FormContent, attributes: Collection[str]) -> None:
    names = [field.name for field in content.fields]
    if len(names) > MOST_FIELDS:
        raise BadForm(f"Ask at most {MOST_FIELDS} things; each costs sign-ups.", field="fields")
    if len(set(names)) != len(names):
        raise BadForm("Ask each thing once.", field="fields")
    for name in names:
        if name not in COMMON_FIELDS and name not in attributes:
            raise BadForm(f"Contacts have no field {name}. Add it first.", field="fields")


def _check_words(words: FormWords, language: str) -> None:
    for name, most in _LONGEST.items():
        if len(getattr(words, name)) > most:
            raise BadForm(f"Shorten it to {most} characters.", field=f"{name}_{language}")


def _check_addresses(content: FormContent) -> None:
    if len(content.sites) > MOST_SITES:
        raise BadForm(f"Name at most {MOST_SITES} sites.", field="sites")
    for site in content.sites:
        if origin_of(site) != site:
            raise BadForm(f"Write a site as https://shop.example, not {site}.", field="sites")
    if content.privacy_url and urlsplit(content.privacy_url).scheme != "https":
        raise BadForm("The address of your privacy policy begins with https://.", field="privacy_url")
