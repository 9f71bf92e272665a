"""The id a carrier gave in submit_sm_resp, and the disguises in which a receipt names it again.

A response is stored under `canonical(id, mode)`; a receipt is looked up under each of `candidates(id, mode)`
in turn. Seen in the field: hexadecimal against decimal either way, case, leading zeros, dashes, UUIDs,
numbers beyond 64 bits.
"""

import re
from enum import Enum

_DECIMAL = re.compile(r"[0-9]+\Z")
_HEXADECIMAL = re.compile(r"[0-9a-f]+\Z")
_NOISE = str.maketrans("", "", "-{} \t\r\n\0")
# An SMPP message_id has 64 characters (section 4.4.2); beyond twice that a number is noise, and int() costs
# time.
_LONGEST_NUMBER = 128


class IdMode(Enum):
    """What the link does to ids between response and receipt."""

    AUTO = "auto"  # not known yet: every reading is tried, the plainest first
    TEXT = "text"  # the same characters, compared exactly
    SAME = "same"  # the same number or UUID; case, zeros and dashes may differ
    RESPONSE_HEX_RECEIPT_DEC = "response-hex-receipt-dec"
    RESPONSE_DEC_RECEIPT_HEX = "response-dec-receipt-hex"


def canonical(message_id: str, mode: IdMode = IdMode.AUTO) -> str:
    """The key of an id from a response: without case, dashes, braces, 0x and leading zeros.

    As it is with TEXT.
    """
    if mode is IdMode.TEXT:
        return message_id
    plain = message_id.translate(_NOISE).casefold().removeprefix("0x")
    return plain.lstrip("0") or plain[:1]


def candidates(message_id: str, mode: IdMode = IdMode.AUTO) -> tuple[str, ...]:
    """The keys under which the response to an id from a receipt may be stored, the likeliest first, without
    repeats.

    With AUTO a short number may fit two messages (259 is also hexadecimal 103): let the link learn its mode
    by `explains`.
    """
    plain = canonical(message_id, mode)
    if mode is IdMode.TEXT or mode is IdMode.SAME:
        return (plain,)
    found = [plain] if mode is IdMode.AUTO else []
    if mode is not IdMode.RESPONSE_DEC_RECEIPT_HEX and _is_number(plain, _DECIMAL):
        found.append(f"{int(plain):x}")
    if mode is not IdMode.RESPONSE_HEX_RECEIPT_DEC and _is_number(plain, _HEXADECIMAL):
        found.append(str(int(plain, 16)))
    return tuple(dict.fromkeys(found))


def explains(response_id: str, receipt_id: str) -> IdMode | None:
    """The narrowest mode under which the receipt's id names the response's; None if none does.

    An id such as 7 is the same in hexadecimal and decimal: it explains TEXT and teaches little; learn from
    many.
    """
    for mode in _BY_NARROWNESS:
        if canonical(response_id, mode) in candidates(receipt_id, mode):
            return mode
    return None


_BY_NARROWNESS = (
    IdMode.TEXT,
    IdMode.SAME,
    IdMode.RESPONSE_HEX_RECEIPT_DEC,
    IdMode.RESPONSE_DEC_RECEIPT_HEX,
)


def _is_number(plain: str, digits: re.Pattern[str]) -> bool:
    return len(plain) <= _LONGEST_NUMBER and digits.match(plain) is not None
