"""Phone numbers as they may appear in logs and messages: the last three digits, enough to compare two
lines.
"""

import re

SHOWN_DIGITS = 3

# A number as people and carriers write it: an optional + or 00, then 8 to 17 digits (E.164 allows 15) that up
# to two separators may part. What stands before it tells ids, times and decimals apart; a decimal with many
# places may be masked too: in doubt a number is hidden.
_NUMBER = re.compile(
    r"(?<!\w)(?<!\d[.:])(?<![0-9a-f]-)"
    r"(?:\+|00)?\(?\d(?:[ .()\u00a0\u202f-]{0,2}\d){7,16}"
    r"(?!\w|[.-]\d)"
)
# 2026-03-10, 2026-03-10 10:00 and 10.0.0.1 look like separated digits.
_NOT_A_NUMBER = re.compile(r"\d{4}-\d\d-\d\d(?!\d)|\d{1,3}(?:\.\d{1,3}){3}$")


def mask_phone(number: str) -> str:
    """The number with every digit but the last three replaced: `+33612345678` → `+••••••••678`."""
    digits = sum(character.isdigit() for character in number)
    keep_from = digits - SHOWN_DIGITS
    seen = 0
    shown = []
    for character in number:
        if character.isdigit():
            shown.append(character if seen >= keep_from and digits > SHOWN_DIGITS else "•")
            seen += 1
        else:
            shown.append(character)
    return "".join(shown)


def mask_numbers(text: str) -> str:
    """Free text with each phone number masked; dates, addresses, ids and ordinary counts are left as they
    are.
    """
    return _NUMBER.sub(_mask_match, text)


def _mask_match(match: re.Match[str]) -> str:
    found = match.group()
    return found if _NOT_A_NUMBER.match(found) else mask_phone(found)
