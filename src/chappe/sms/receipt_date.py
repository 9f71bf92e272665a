"""Dates of receipts.

YYMMDDhhmm and YYMMDDhhmmss (SMPP 3.4 appendix B), years of four digits, separators, SMPP absolute time.
"""

import re
from datetime import datetime
from functools import lru_cache

_SEPARATORS = re.compile(r"[-/.: T]")
# strptime is ten times slower and accepts short fields.
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        r"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?\Z",
        r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?\Z",
        r"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\d\d\d[-+]\Z",  # YYMMDDhhmmsstnnp, section 7.1.1
    )
)


@lru_cache(maxsize=4096)
def read_date(value: str) -> datetime | None:
    """The time without a zone, or None. Receipts come in bursts of one second, hence the cache.

    Twelve digits are YYMMDDhhmmss when that is a date, else YYYYMMDDhhmm: from 2013 on only one of them can
    be.
    """
    value = value.strip()
    sign = value[15:16]
    digits = value if sign in ("+", "-") and len(value) == 16 else _SEPARATORS.sub("", value)
    if not digits.isascii():
        return None
    for shape in _SHAPES:
        found = shape.match(digits)
        if found is None:
            continue
        year, month, day, hour, minute, second = (int(it or 0) for it in found.groups())
        try:
            return datetime(year + 2000 if year < 100 else year, month, day, hour, minute, second)  # noqa: DTZ001 - the carrier's zone is not told
        except ValueError:
            continue
    return None
