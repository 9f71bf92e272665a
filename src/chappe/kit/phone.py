"""Phone numbers: any spelling in, E.164 digits as an integer inside, `+…` out.

An integer is 8 bytes in the database, orders well and has one spelling. What is valid is what phonenumbers'
`is_valid_number` says; the ordinary spellings are answered by patterns made of its own metadata.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import ClassVar

import phonenumbers
from phonenumbers import NumberParseException, ValidationResult

from chappe.kit.errors import Problem
from chappe.kit.phone_ranges import (
    WORLD,
    calling_code_of,
    owner,
    read_international,
    read_national,
    region,
)
from chappe.kit.phone_text import (
    DECIMAL,
    DROP_SEPARATORS,
    ORDINARY,
    PhoneFault,
    cleaned,
    expanded,
    explain,
    fault_of_writing,
)
from chappe.kit.redaction import mask_phone

__all__ = [
    "LARGEST",
    "SMALLEST",
    "NotAPhone",
    "PhoneFault",
    "country_of",
    "explain",
    "from_wire",
    "is_country",
    "mask",
    "parse",
    "parse_international",
    "parse_many",
    "to_e164",
    "try_parse",
]

# What the column holds: E.164 allows 15 digits; the shortest real numbers have 7 (St Helena, Niue).
SMALLEST, LARGEST = 1_000_000, 999_999_999_999_999
_LONGEST_WRITING = 300  # a cell of ten megabytes is refused by its beginning
_INTERNATIONAL_TON = 1  # SMPP 3.4 section 5.2.5
_ALPHANUMERIC_TON = 5


class NotAPhone(Problem):
    """The text is not a phone number that texts can be sent to; `fault` says why."""

    code: ClassVar[str] = "not_a_phone"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "Not a phone number"

    def __init__(
        self, fault: PhoneFault, text: str, country: str | None, *, field: str | None = None
    ) -> None:
        reason = explain(fault, text, country)
        super().__init__(reason[:1].upper() + reason[1:] + ".", field=field, fault=fault.value)
        self.fault = fault


def parse(text: str, country: str | None = None, *, field: str | None = None) -> int:
    """The number, read as written in `country` (ISO code) unless it begins with + or 00. Raises NotAPhone."""
    number = try_parse(text, country)
    if isinstance(number, PhoneFault):
        raise NotAPhone(number, text, country, field=field)
    return number


def try_parse(text: str, country: str | None = None) -> int | PhoneFault:
    """As `parse`, with the fault as a value."""
    return _reader(country)(text)


def parse_international(text: str, *, country: str | None = None, field: str | None = None) -> int:
    """The number of a request: `+33612345678`, with or without the plus (a query string makes a space of
    it), in a known range or not; else as it is written in `country`. Raises NotAPhone.
    """
    number = from_wire(text)
    return parse(text, country, field=field) if number is None else number


def parse_many(texts: Sequence[str], country: str | None = None) -> list[int | PhoneFault]:
    """As `try_parse` for a whole column (about 1 µs a clean number)."""
    read = _reader(country)
    return [read(text) for text in texts]


def is_country(name: str) -> bool:
    """Whether this is an ISO code (upper case) of a country that has a numbering plan."""
    return region(name) is not None


def to_e164(number: int) -> str:
    """Empty for 0, which stands where an erased person's number was."""
    return f"+{number}" if number else ""


def mask(number: int) -> str:
    """For logs and pages that need not know whom: the last three digits."""
    return mask_phone(to_e164(number))


def country_of(number: int) -> str | None:
    """ISO code of the country whose valid number this is; None for satellite and unknown ranges."""
    digits = str(number)
    calling_code = calling_code_of(digits)
    if calling_code is None:
        return None
    plan = owner(calling_code, digits[len(calling_code) :])
    return None if plan is None or plan.name == WORLD else plan.name


def from_wire(address: str, ton: int | None = None, country: str | None = None) -> int | None:
    """The number of an SMPP address, or None when it is a name or a short code.

    Lenient on purpose: a STOP from a range that phonenumbers does not know yet must suppress. `ton` is the
    type of number; carriers often send 0 with an international number, so both readings are tried.
    """
    digits = address.strip().removeprefix("+")
    if ton == _ALPHANUMERIC_TON or not (digits.isascii() and digits.isdigit()):
        return None
    if ton != _INTERNATIONAL_TON and not address.strip().startswith("+"):
        for known in (try_parse("+" + digits), try_parse(digits, country)):
            if isinstance(known, int):
                return known
    digits = digits.removeprefix("00")
    # Before it is read: "00" alone is no integer, and thousands of digits are refused by int() itself.
    if not digits or digits.startswith("0") or len(digits) > len(str(LARGEST)):
        return None
    number = int(digits)
    return number if number >= SMALLEST else None


@cache
def _reader(country: str | None) -> Callable[[str], int | PhoneFault]:
    """The function that reads numbers of one default country: ordinary spellings by pattern, others with
    care.
    """
    home = None if country is None else region(country)

    def read(text: str) -> int | PhoneFault:
        digits = text
        plain = text[1:] if text.startswith("+") else text
        if not (plain.isascii() and plain.isdigit()):
            if DECIMAL.fullmatch(text) or not ORDINARY.fullmatch(text):
                return _read_with_care(text, country)
            digits = text.translate(DROP_SEPARATORS)
        if digits[0] == "+":
            number = read_international(digits[1:])
        elif home is not None:
            number = read_national(digits, home)
        else:
            number = read_international(digits[2:]) if digits.startswith("00") else None
        if number is None or not SMALLEST <= number <= LARGEST:
            return _read_with_care(text, country)
        return number

    return read


def _read_with_care(text: str, country: str | None) -> int | PhoneFault:
    written = expanded(cleaned(text[:_LONGEST_WRITING]))
    if isinstance(written, PhoneFault):
        return written
    fault = fault_of_writing(written)
    if fault is not None:
        return fault
    readings = [written]
    if "(0)" in written:
        # +34 (0)612…: written by habit in countries that have no trunk prefix.
        readings.append(written.replace("(0)", ""))
    if written.lstrip("(").startswith("00"):
        # 00 is understood everywhere, also where another international prefix is dialled.
        readings.append("+" + written.lstrip("(")[2:])
    answers = [_ask(reading, country) for reading in readings]
    return next((answer for answer in answers if isinstance(answer, int)), answers[-1])


def _ask(text: str, country: str | None) -> int | PhoneFault:
    """phonenumbers' own answer."""
    try:
        parsed = phonenumbers.parse(text, country)
    except NumberParseException as refusal:
        return _fault_of_parsing(refusal, text, country)
    if phonenumbers.is_valid_number(parsed):
        number = int(f"{parsed.country_code}{phonenumbers.national_significant_number(parsed)}")
        if number > LARGEST:
            return PhoneFault.TOO_LONG
        return number if number >= SMALLEST else PhoneFault.TOO_SHORT
    match phonenumbers.is_possible_number_with_reason(parsed):
        case ValidationResult.TOO_SHORT | ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return PhoneFault.TOO_SHORT
        case ValidationResult.TOO_LONG:
            return PhoneFault.TOO_LONG
        case ValidationResult.INVALID_COUNTRY_CODE:
            return PhoneFault.UNKNOWN_COUNTRY
        case _:
            return PhoneFault.NOT_IN_USE


def _fault_of_parsing(refusal: NumberParseException, text: str, country: str | None) -> PhoneFault:
    match refusal.error_type:
        case NumberParseException.INVALID_COUNTRY_CODE:
            local = country is None and "+" not in text
            return PhoneFault.NEEDS_COUNTRY if local else PhoneFault.UNKNOWN_COUNTRY
        case NumberParseException.TOO_LONG:
            return PhoneFault.TOO_LONG
        case NumberParseException.TOO_SHORT_NSN | NumberParseException.TOO_SHORT_AFTER_IDD:
            return PhoneFault.TOO_SHORT
        case _:
            # Fewer than three digits is "not a number" to phonenumbers.
            return PhoneFault.TOO_SHORT if any(c.isdigit() for c in text) else PhoneFault.LETTERS
