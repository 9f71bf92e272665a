"""What a good text does and this one does not: brand first, the reader's name, one offer, one call to action,
a way to leave, few sentences, a fair hour. Advice, beside the law that the gate applies. Pure.
"""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from chappe.content.model import PREFERENCES_URL
from chappe.kit.shorteners import PUBLIC_SHORTENERS
from chappe.sms.keywords import KEYWORDS, KeywordKind, normalise

_TAG: Final = re.compile(r"\{\{\s*([A-Za-z_][\w.]*)?.*?\}\}|\{%.*?%\}", re.DOTALL)
_LINK: Final = re.compile(r"https?://[^\s]+|\bwww\.[^\s]+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s]*", re.IGNORECASE)
_AMOUNT: Final = re.compile(r"\d[\d .,]*\s?(?:%|€|\$|£|euros?\b|eur\b)|[€$£]\s?\d[\d.,]*", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"[^.!?…\n]*\w[^.!?…\n]*(?:[.!?…]+|\n|$)")
_DECIMAL: Final = re.compile(r"(?<=\d)[.](?=\d)|(?<=\w)[.](?=\w)")
_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_STOPS: Final = frozenset(word for word, found in KEYWORDS.items() if found.kind is KeywordKind.STOP)
_BRAND_WITHIN: Final = 3
"""Words before which the brand is still read first: "Hello, Chappe here"."""
_MOST_SENTENCES: Final = 5
_MOST_SHOUTED: Final = 2
_FAIR_HOURS: Final = range(9, 20)


class Item(StrEnum):
    """What is looked at, in the order of the list."""

    BRAND = "brand"
    NAME = "name"
    OFFER = "offer"
    ACTION = "action"
    OPT_OUT = "opt_out"
    SENTENCES = "sentences"
    HOUR = "hour"
    CAPITALS = "capitals"
    SHORTENER = "shortener"
    FORBIDDEN = "forbidden"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """`good`: nothing to change. `n`: how many offers, calls to action, sentences or words in capitals there
    are; the hour it leaves at. `found`: the words or addresses that are meant.
    """

    item: Item
    good: bool
    n: int = 0
    found: tuple[str, ...] = ()


class Facts(NamedTuple):
    """What is known beside the text. `brand` empty: not known. `named_sender`: the sender's name is shown, so
    the text need not say it. `hour`: of the reader's day; None where it is not known yet.
    """

    brand: str = ""
    named_sender: bool = False
    marketing: bool = True
    hour: int | None = None


def check(body: str, facts: Facts = Facts()) -> list[Finding]:  # noqa: B008  # it is immutable
    """Of a text or a template; nothing for an empty one."""
    if not body.strip():
        return []
    bare = _TAG.sub(" ", body)
    found = [
        _brand(bare, facts),
        Finding(item=Item.NAME, good=_names(body)),
        _offer(bare),
        _action(body, bare),
        Finding(item=Item.OPT_OUT, good=_says_stop(body, bare)),
        _sentences(body),
        _hour(facts.hour),
        _capitals(bare, facts.brand),
        _shortener(bare),
        _forbidden(bare),
    ]
    wanted = set(Item) if facts.marketing else {Item.SENTENCES, Item.CAPITALS, Item.SHORTENER}
    return [finding for finding in found if finding is not None and finding.item in wanted]


def _brand(bare: str, facts: Facts) -> Finding | None:
    if facts.named_sender:
        return Finding(item=Item.BRAND, good=True)
    if not facts.brand:
        return None
    words, brand = _folded(bare).split(), _folded(facts.brand).split()
    first = any(words[at : at + len(brand)] == brand for at in range(_BRAND_WITHIN + 1))
    return Finding(item=Item.BRAND, good=first)


def _names(body: str) -> bool:
    """Whether something of the reader's own is filled in."""
    return any(tag[1] and tag[1] != PREFERENCES_URL for tag in _TAG.finditer(body))


def _offer(bare: str) -> Finding:
    offers = [amount[0].strip() for amount in _AMOUNT.finditer(bare)]
    offers += _told(bare, _data().offers)
    different = tuple(dict.fromkeys(_folded(offer) for offer in offers))
    return Finding(item=Item.OFFER, good=len(different) <= 1, n=len(different), found=tuple(offers))


def _action(body: str, bare: str) -> Finding:
    links = [link[0] for link in _LINK.finditer(bare)]
    told = _told(bare, _data().actions)
    n = len(set(links)) if links else min(1, len(told))
    return Finding(item=Item.ACTION, good=n == 1, n=n, found=tuple(links))


def _says_stop(body: str, bare: str) -> bool:
    if any(tag[1] == PREFERENCES_URL for tag in _TAG.finditer(body)):
        return True
    return any(word in _STOPS for word in normalise(bare).split())


def _sentences(body: str) -> Finding:
    text = _DECIMAL.sub(",", _LINK.sub("x", _TAG.sub("x", body)))
    n = len(_SENTENCE.findall(text))
    return Finding(item=Item.SENTENCES, good=n <= _MOST_SENTENCES, n=n)


def _hour(hour: int | None) -> Finding | None:
    return None if hour is None else Finding(item=Item.HOUR, good=hour in _FAIR_HOURS, n=hour)


def _capitals(bare: str, brand: str) -> Finding:
    known = {*_folded(brand).split(), *(word.casefold() for word in _STOPS)}
    shouted = [
        word for word in _WORD.findall(_LINK.sub(" ", bare)) if word.isupper() and _folded(word) not in known
    ]
    return Finding(
        item=Item.CAPITALS, good=len(shouted) <= _MOST_SHOUTED, n=len(shouted), found=tuple(shouted)
    )


def _shortener(bare: str) -> Finding:
    used = [link[0] for link in _LINK.finditer(bare) if _host(link[0]) in PUBLIC_SHORTENERS]
    return Finding(item=Item.SHORTENER, good=not used, found=tuple(used))


def _forbidden(bare: str) -> Finding:
    found = tuple(dict.fromkeys(_told(bare, _data().forbidden)))
    return Finding(item=Item.FORBIDDEN, good=not found, found=found)


def _host(link: str) -> str:
    whole = link if "://" in link else f"https://{link}"
    return (urlsplit(whole).hostname or "").removeprefix("www.")


def _told(bare: str, phrases: Sequence[str]) -> list[str]:
    """Those of the phrases that are in the text, as whole words."""
    text = f" {_folded(bare)} "
    return [phrase for phrase in phrases if f" {phrase} " in text]


def _folded(text: str) -> str:
    """Words alone, parted by single spaces, without accents and capitals."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(re.findall(r"[\w%€$£-]+", kept))


class _Data(NamedTuple):
    forbidden: tuple[str, ...]
    offers: tuple[str, ...]
    actions: tuple[str, ...]


@cache
def _data() -> _Data:
    text = files("chappe.content").joinpath("data", "wording.toml").read_text(encoding="utf-8")
    read = msgspec.toml.decode(text)

    def every(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word for words in read[name].values() for word in words))

    return _Data(every("forbidden"), every("offers"), every("actions"))
