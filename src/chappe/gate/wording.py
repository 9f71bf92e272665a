"""What a marketing text tells its reader, as far as the rules of a place demand it: who writes, how to leave,
how to reach them. Decided once per text and sender, never per recipient. Pure.
"""

import re
import unicodedata
from typing import Final

from chappe.content.model import PREFERENCES_URL
from chappe.rules.values import Content, SenderForm
from chappe.sms.keywords import KEYWORDS, KeywordKind, normalise

_TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_PREFERENCES: Final = re.compile(rf"\{{\{{[^}}]*\b{PREFERENCES_URL}\b[^}}]*\}}\}}")
_LINK: Final = re.compile(r"https?://\S|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/\S|\bwww\.\S", re.IGNORECASE)
_MAIL: Final = re.compile(r"\S@\S+\.[A-Za-z]{2,}")
# Six digits at least, as they are grouped in writing: a short code that takes STOP is no way to reach anyone.
_PHONE: Final = re.compile(r"\+?\d(?:[ .\-()]{0,2}\d){5,}")
# Of Canada, the one country whose rule asks for it.
_POSTCODE: Final = re.compile(r"\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b")
_STOPS: Final = frozenset(word for word, found in KEYWORDS.items() if found.kind is KeywordKind.STOP)
# How far behind STOP the number may stand that takes it: "STOP au 36179", "STOP by SMS to 36179".
_WORDS_BETWEEN: Final = 4
_SHORTEST_NAME: Final = 4
_NUMBER: Final = re.compile(r"\d{3,}")
# Stands for what is filled in: a number of the carrier, a link.
_FILLED: Final = " 000000 "


def said(body: str, brand: str, sender: SenderForm) -> frozenset[Content]:
    """What `body`, a text or a template, tells when it comes from such a sender.

    A name above the text is the brand. Nobody can answer a name: its STOP must name a number or a link. The
    link of each person's preference page is a way to leave. An address may stand behind a link.
    """
    found = set()
    link = bool(_PREFERENCES.search(body)) or bool(_LINK.search(body))
    if sender is SenderForm.ALPHANUMERIC or _names(brand, _TAG.sub(" ", body)):
        found.add(Content.BRAND)
    if _PREFERENCES.search(body) or _says_how_to_stop(body, sender, link=link):
        found.add(Content.OPT_OUT)
    bare = _TAG.sub(" ", body)
    if link or _MAIL.search(bare) or _PHONE.search(bare):
        found.add(Content.CONTACT)
    if link or _POSTCODE.search(bare):
        found.add(Content.ADDRESS)
    return frozenset(found)


def says_stop(body: str) -> bool:
    """Whether one of the words that end messages stands in the text."""
    return any(word in _STOPS for word in normalise(_TAG.sub(" ", body)).split())


def _says_how_to_stop(body: str, sender: SenderForm, *, link: bool) -> bool:
    if sender is not SenderForm.ALPHANUMERIC or link:
        return says_stop(body)
    words = normalise(_TAG.sub(_FILLED, body)).split()
    return any(
        word in _STOPS and any(_NUMBER.search(near) for near in words[at + 1 : at + 2 + _WORDS_BETWEEN])
        for at, word in enumerate(words)
    )


def _names(brand: str, text: str) -> bool:
    """Whole, or by one of its words: "Martin & Fils SARL" signs as "Martin"."""
    told = _folded(text)
    words = [word for word in map(_folded, brand.split()) if len(word) >= _SHORTEST_NAME]
    return _folded(brand) in told or any(word in told for word in words)


def _folded(text: str) -> str:
    """Letters and digits alone, without accents: the spelling of a name varies."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if char.isalnum())
