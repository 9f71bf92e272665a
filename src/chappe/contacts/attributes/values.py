"""Values of attributes: what somebody wrote, read as its kind, in the one text it is kept as. Pure.

Kept values are texts, since templates, segments and search read them so: a number as plain decimal, a day as
ISO 8601, true or false, a choice as its option is written, a list as a JSON array of texts.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from re import compile as pattern
from typing import Final, NamedTuple

import msgspec

from chappe.contacts.attributes.notation import PLAIN, Notation
from chappe.kit.folding import fold

LONGEST_VALUE: Final = 2_000
MOST_OPTIONS: Final = 200
MOST_IN_LIST: Final = 100
_LONGEST_NUMBER: Final = 40

_YES: Final = frozenset({"true", "yes", "y", "1", "on", "oui", "o", "vrai", "ja", "si", "sim", "x"})
_NO: Final = frozenset({"false", "no", "n", "0", "off", "non", "faux", "nein", "nao"})
# Spaces that people and spreadsheets put between thousands, and the Swiss apostrophe.
_SPACES: Final = str.maketrans("", "", " \u00a0\u202f\u2009'’")
_MINUS: Final = str.maketrans({"−": "-", "–": "-"})
_DECIMAL: Final = pattern(r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
_GROUPED: Final = pattern(r"[+-]?[0-9]{1,3}([.,][0-9]{3})+")
_ISO_DAY: Final = pattern(
    r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})([T ]00:00(:00(\.0+)?)?(Z|[+-]00:00)?)?"
)
_DAY: Final = pattern(r"([0-9]{1,2})([-/. ])([0-9]{1,2})[-/. ]([0-9]{4})")
_BETWEEN: Final = ("\n", ";", "|", ",")


class Kind(StrEnum):
    """As stored in attribute.kind."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    LIST = "list"


class Shape(NamedTuple):
    """What a value of an attribute may be. `options`: the only choices, or items of a list when there are
    any.
    """

    kind: Kind = Kind.TEXT
    options: tuple[str, ...] = ()


class Misfit(NamedTuple):
    """`read` is no value of this kind."""

    shape: Shape
    read: str

    @property
    def code(self) -> str:
        return f"not_{self.shape.kind}"

    @property
    def expected(self) -> str:
        """What to write instead, in English."""
        if self.shape.kind is Kind.CHOICE or (self.shape.kind is Kind.LIST and self.shape.options):
            return f"one of {', '.join(self.shape.options[:10])}{'…' if len(self.shape.options) > 10 else ''}"
        return _EXPECTED[self.shape.kind]


_EXPECTED: Final[Mapping[Kind, str]] = {
    Kind.TEXT: f"a text of at most {LONGEST_VALUE:,} characters",
    Kind.NUMBER: "a number, such as 12.5",
    Kind.DATE: "a day, such as 2026-03-31",
    Kind.BOOLEAN: "true or false",
    Kind.LIST: f"at most {MOST_IN_LIST} texts, with ; between them",
}


def canonical(shape: Shape, text: str, notation: Notation = PLAIN) -> str | Misfit:
    """The text it is kept as, empty when nothing is said; `notation` is that of who wrote it."""
    text = text.strip()
    if not text:
        return ""
    kind = shape.kind
    if kind is Kind.TEXT:
        kept = text if len(text) <= LONGEST_VALUE else None
    elif kind is Kind.CHOICE:
        kept = _options(shape.options).get(fold(text) or text)
    elif kind is Kind.LIST:
        kept = _list(shape.options, text)
    else:
        kept = _READ[kind](text, notation)
    return Misfit(shape, text) if kept is None else kept


def shown(shape: Shape, kept: str, notation: Notation = PLAIN) -> str:
    """A kept value as a person of this notation writes it; read again it is the same."""
    if shape.kind is Kind.NUMBER and notation.comma:
        return kept.replace(".", ",")
    if shape.kind is Kind.LIST:
        return "; ".join(items(kept))
    return kept


def typed(shape: Shape, kept: str) -> str | int | float | bool | list[str]:
    """A kept value as JSON tells it; one that does not fit its kind stays a text."""
    if canonical(shape, kept) != kept:
        return kept
    if shape.kind is Kind.NUMBER:
        whole = "." not in kept
        # What a double cannot hold would come back as another number.
        exact = int(kept) if whole else float(kept)
        return exact if whole or plain(Decimal(repr(exact))) == kept else kept
    if shape.kind is Kind.BOOLEAN:
        return kept == "true"
    return list(items(kept)) if shape.kind is Kind.LIST else kept


def items(kept: str) -> tuple[str, ...]:
    """Of a list as it is kept; of another text, that text."""
    try:
        return tuple(msgspec.json.decode(kept, type=list[str]))
    except msgspec.DecodeError:
        return (kept,) if kept else ()


def plain(number: Decimal) -> str:
    """`1E+3` → `1000`, `1.50` → `1.5`, `-0` → `0`."""
    if number == 0:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(text: str, notation: Notation) -> str | None:
    bare = text.translate(_SPACES).translate(_MINUS)
    if len(bare) > _LONGEST_NUMBER:
        return None
    point, comma = bare.rfind("."), bare.rfind(",")
    if point >= 0 and comma >= 0:
        # The one that comes last parts the decimals.
        between = "," if point > comma else "."
        bare = bare.replace(between, "").replace(",", ".")
    elif _GROUPED.fullmatch(bare) and (bare.count(".") + bare.count(",") > 1 or _thousands(bare, notation)):
        bare = bare.replace(".", "").replace(",", "")
    else:
        bare = bare.replace(",", ".")
    if not _DECIMAL.fullmatch(bare):
        return None
    kept = plain(Decimal(bare))
    return kept if len(kept) <= _LONGEST_NUMBER else None


def _thousands(text: str, notation: Notation) -> bool:
    """Whether the one separator of `1,234` or `1.234` is not of decimals, where this is written."""
    return (not notation.comma) if "," in text else notation.groups_by_point


def _day(text: str, notation: Notation) -> str | None:
    if iso := _ISO_DAY.fullmatch(text):
        year, month, day = iso[1], iso[2], iso[3]
    elif local := _DAY.fullmatch(text):
        day, month, year = local[1], local[3], local[4]
        # A thirteenth month is a day, whoever wrote it; with points nobody writes the month first.
        if ((notation.month_first and local[2] != ".") or int(month) > 12) and int(day) <= 12:
            day, month = month, day
    else:
        return None
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _truth(text: str, _: Notation) -> str | None:
    word = fold(text)
    return "true" if word in _YES else "false" if word in _NO else None


def _list(options: Sequence[str], text: str) -> str | None:
    told = _items(text)
    if told is None or len(told) > MOST_IN_LIST or sum(map(len, told)) > LONGEST_VALUE:
        return None
    if options:
        known = _options(tuple(options))
        found = [known.get(fold(item) or item) for item in told]
        told = [item for item in found if item is not None]
        if len(told) < len(found):
            return None
    return msgspec.json.encode(list(dict.fromkeys(told))).decode() if told else ""


def _items(text: str) -> list[str] | None:
    """A JSON array, or texts with the first of line ends, `;`, `|` and `,` that is there between them."""
    if text.startswith("["):
        try:
            told = msgspec.json.decode(text, type=list[str])
        except msgspec.DecodeError:
            return None
    else:
        between = next((sign for sign in _BETWEEN if sign in text), None)
        told = [text] if between is None else text.split(between)
    return [item.strip() for item in told if item.strip()]


@lru_cache(maxsize=1024)
def _options(options: tuple[str, ...]) -> dict[str, str]:
    return {fold(option) or option: option for option in reversed(options)}


_READ: Final[Mapping[Kind, Callable[[str, Notation], str | None]]] = {
    Kind.NUMBER: _number,
    Kind.DATE: _day,
    Kind.BOOLEAN: _truth,
}
