"""How people and spreadsheets write phone numbers: what is cleaned away, and what is refused by name."""

import re
import unicodedata
from enum import Enum


class PhoneFault(Enum):
    """Why a text is not a phone number; the value is a stable code."""

    EMPTY = "empty"
    LETTERS = "letters"
    NEEDS_COUNTRY = "needs_country"
    UNKNOWN_COUNTRY = "unknown_country"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NOT_IN_USE = "not_in_use"
    ROUNDED = "rounded"
    EXTENSION = "extension"
    SEVERAL = "several"


_REASONS = {
    PhoneFault.EMPTY: "the number is empty",
    PhoneFault.LETTERS: "{text} holds something else than a number; leave only the number",
    PhoneFault.NEEDS_COUNTRY: "{text} has no country; write it in international form, such as +33612345678",
    PhoneFault.UNKNOWN_COUNTRY: "{text} begins with a country code that does not exist",
    PhoneFault.TOO_SHORT: "{text} is too short{place}",
    PhoneFault.TOO_LONG: "{text} is too long{place}; write a number of another country with + and its code",
    PhoneFault.NOT_IN_USE: "{text} has the right length but is in no range of numbers in use{place}",
    PhoneFault.ROUNDED: "{text} was rounded by a spreadsheet and its last digits are lost; "
    "format the column as text and export it again",
    PhoneFault.EXTENSION: "{text} has an extension, which cannot receive texts; leave only the number",
    PhoneFault.SEVERAL: "{text} holds more than one number; keep one",
}
_SHOWN = 40


def explain(fault: PhoneFault, text: str, country: str | None = None) -> str:
    """One sentence that names the value and what to do with it."""
    shown = text.strip() if len(text) <= _SHOWN else text.strip()[:_SHOWN] + "…"
    place = f" for a number of {country}" if country else ""
    return _REASONS[fault].format(text=f"“{shown}”", place=place)


# The separators of ordinary files. Anything else takes the careful way.
SEPARATORS = " .-()/\u00a0\u202f\u2009\u2010\u2011\u2012\u2013\t"
DROP_SEPARATORS = str.maketrans("", "", SEPARATORS)
_SEPARATOR = f"[{re.escape(SEPARATORS)}]"
ORDINARY = re.compile(rf"\+?\(?\d(?:{_SEPARATOR}{{0,3}}\d)*")

# A whole number that a spreadsheet or a data frame keeps as a decimal: 33612345678.0
DECIMAL = re.compile(r"\+?\d{7,}[.,]0+")
_SCIENTIFIC = re.compile(r"\+?(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})")
# Excel's way to keep a leading zero, and Facebook's and vCard's labels.
_QUOTED = re.compile(r'="?([^"]*)"?')
_LABEL = re.compile(r"(?:tel|tél|phone|mobile|mob|cell|p|t|m)\b[\s.:]*(?=[+(\d])", re.IGNORECASE)
_EXTENSION = re.compile(r"\d\W*(?:x|ext|extn|extension|poste|#)\W*\d{1,7}", re.IGNORECASE)
_BETWEEN_NUMBERS = re.compile(r"[/;,|&\n]|\b(?:ou|or|et|and)\b", re.IGNORECASE)
_SHORTEST_OF_SEVERAL = 7


def cleaned(text: str) -> str:
    """Without invisible characters (a phone's address book adds bidi marks), quotes and labels; with the
    digits of any script as ASCII.
    """
    visible = "".join(character for character in text if unicodedata.category(character) != "Cf")
    text = unicodedata.normalize("NFKC", visible).strip().removeprefix("'").strip()
    if quoted := _QUOTED.fullmatch(text):
        text = quoted.group(1).strip()
    text = _LABEL.sub("", text, count=1) if _LABEL.match(text) else text
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def expanded(text: str) -> str | PhoneFault:
    """The digits of a number that a spreadsheet shows as 3.3612345678E+10, when all of them are there."""
    if DECIMAL.fullmatch(text):
        return re.split("[.,]", text)[0]
    scientific = _SCIENTIFIC.fullmatch(text)
    if scientific is None:
        return text
    first, fraction, exponent = scientific.group(1), scientific.group(2) or "", int(scientific.group(3))
    if len(fraction) < exponent or fraction[exponent:].strip("0"):
        return PhoneFault.ROUNDED
    return first + fraction[:exponent]


def fault_of_writing(text: str) -> PhoneFault | None:
    """What is wrong before any country's plan is asked."""
    if not text:
        return PhoneFault.EMPTY
    numbers = [part for part in _BETWEEN_NUMBERS.split(text) if _digits(part) >= _SHORTEST_OF_SEVERAL]
    if len(numbers) > 1 or text.count("+") > 1:
        return PhoneFault.SEVERAL
    if _EXTENSION.search(text):
        return PhoneFault.EXTENSION
    if any(character.isalpha() for character in text) or not _digits(text):
        return PhoneFault.LETTERS
    return None


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)
