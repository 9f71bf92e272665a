"""The number ranges of each country, compiled from phonenumbers' own metadata into one pattern each.

phonenumbers parses 30,000 to 60,000 numbers a second; these patterns answer the common spellings a hundred
times faster. They answer None wherever its rules are subtle (carrier codes, transformed prefixes, numbers
that can be read in two ways), and the caller then asks phonenumbers itself, so both always agree.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS, PhoneMetadata
from phonenumbers.phonemetadata import PhoneNumberDesc

WORLD = "001"  # phonenumbers' name for calling codes of no country: satellite, international freephone


@dataclass(frozen=True, slots=True)
class Region:
    """One country's plan. Patterns are meant for `fullmatch`, except `leading` and the two prefixes."""

    name: str
    calling_code: str
    general: re.Pattern[str]
    valid: re.Pattern[str]
    mobile: re.Pattern[str] | None
    # Regions that share a calling code are told apart by these digits, when they are given.
    leading: re.Pattern[str] | None
    # What may stand before a national number (trunk 0 or 1), and the same when it is plain digits.
    prefix: re.Pattern[str] | None
    plain_prefix: str | None
    international_prefix: re.Pattern[str] | None


_CALLING_CODE = re.compile("|".join(str(code) for code in COUNTRY_CODE_TO_REGION_CODE))


def calling_code_of(digits: str) -> str | None:
    """The calling code that E.164 digits begin with; no code is the beginning of another."""
    found = _CALLING_CODE.match(digits)
    return None if found is None else found.group()


@cache
def region(name: str) -> Region | None:
    """The plan of a country by its ISO code, or None for a code phonenumbers does not know."""
    if name not in SUPPORTED_REGIONS:
        return None
    metadata = PhoneMetadata.metadata_for_region(name)
    return None if metadata is None else _compile(name, metadata)


@cache
def regions_of(calling_code: str) -> tuple[Region, ...]:
    """The countries of a calling code, the main one first, in the order in which they are to be tried."""
    names = COUNTRY_CODE_TO_REGION_CODE.get(int(calling_code), ())
    if names == (WORLD,):
        metadata = PhoneMetadata.metadata_for_nongeo_region(int(calling_code))
        return () if metadata is None else (_compile(WORLD, metadata),)
    return tuple(plan for plan in (region(name) for name in names) if plan is not None)


def owner(calling_code: str, national: str) -> Region | None:
    """The country whose valid number this is (phonenumbers' `region_code_for_number`), or None."""
    for plan in regions_of(calling_code):
        if plan.leading is not None:
            # Leading digits decide alone: a number that is not valid there is valid nowhere.
            if plan.leading.match(national):
                return plan if plan.valid.fullmatch(national) else None
        elif plan.valid.fullmatch(national):
            return plan
    return None


def read_international(digits: str) -> int | None:
    """E.164 digits without the plus; None when they are not valid or need a second look."""
    calling_code = calling_code_of(digits)
    if calling_code is None:
        return None
    national = digits[len(calling_code) :]
    main = regions_of(calling_code)[0]
    if main.prefix is not None and main.prefix.match(national):
        return None  # +33 (0)6…: the trunk prefix was left in, or belongs there
    return int(digits) if owner(calling_code, national) is not None else None


def read_national(digits: str, home: Region) -> int | None:
    """Digits as written inside a country, or with its calling code but no plus; None as above."""
    if home.international_prefix is not None and (dialled := home.international_prefix.match(digits)):
        return read_international(digits[2:]) if dialled.group() == "00" else None
    if digits.startswith(home.calling_code):
        # 33612345678 in France: only where it cannot be a national number as well.
        return None if home.general.fullmatch(digits) else read_international(digits)
    national = digits
    if home.prefix is not None and (prefix := home.prefix.match(digits)):
        if prefix.group() != home.plain_prefix or home.general.fullmatch(digits):
            return None
        national = digits[prefix.end() :]
    return None if owner(home.calling_code, national) is None else int(home.calling_code + national)


def _compile(name: str, metadata: PhoneMetadata) -> Region:
    general = metadata.general_desc
    assert general is not None, f"{name} has no general description"
    kinds = (
        # The order in which they are tried: nearly all are mobiles.
        metadata.mobile,
        metadata.fixed_line,
        metadata.toll_free,
        metadata.premium_rate,
        metadata.shared_cost,
        metadata.voip,
        metadata.personal_number,
        metadata.pager,
        metadata.uan,
        metadata.voicemail,
    )
    prefix = metadata.national_prefix_for_parsing
    transformed = metadata.national_prefix_transform_rule
    return Region(
        name=name,
        calling_code=str(metadata.country_code),
        general=re.compile(general.national_number_pattern or r"(?!)"),
        valid=re.compile(f"(?={_described(general)}\\Z)(?:{_any(kinds)})"),
        mobile=_mobile(metadata),
        leading=re.compile(metadata.leading_digits) if metadata.leading_digits else None,
        prefix=re.compile(f"(?=.)(?:{prefix})") if prefix else None,
        plain_prefix=prefix if prefix and prefix.isdigit() and not transformed else None,
        international_prefix=(
            re.compile(metadata.international_prefix) if metadata.international_prefix else None
        ),
    )


def _mobile(metadata: PhoneMetadata) -> re.Pattern[str] | None:
    described = _described(metadata.mobile)
    return re.compile(described) if described else None


def _any(kinds: Iterable[PhoneNumberDesc | None]) -> str:
    return "|".join(described for described in map(_described, kinds) if described) or r"(?!)"


def _described(description: PhoneNumberDesc | None) -> str:
    """A pattern for one kind of number, its possible lengths included; empty when the country has none."""
    if description is None or not description.national_number_pattern:
        return ""
    lengths = description.possible_length
    if lengths == (-1,):
        return ""
    length = f"(?={'|'.join(rf'.{{{length}}}$' for length in lengths)})" if lengths else ""
    return f"(?:{length}(?:{description.national_number_pattern}))"
