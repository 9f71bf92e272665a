"""National language tables of 3GPP TS 23.038 annex A: Turkish, Spanish, Portuguese.

A single-shift table replaces the extension table, a locking-shift table replaces the main one; each is
announced by an information element in the user data header. Few carriers accept them on commercial routes: an
option of the route, off unless asked.
"""

from collections.abc import Mapping
from enum import IntEnum
from functools import lru_cache
from typing import Final

from chappe.sms import gsm7

SINGLE_SHIFT_IEI: Final = 0x24
LOCKING_SHIFT_IEI: Final = 0x25


class NationalLanguage(IntEnum):
    """National language identifiers of TS 23.038 section 6.2.1.2.4; the value is the octet in the header."""

    TURKISH = 1
    SPANISH = 2
    PORTUGUESE = 3


# A.2.1 to A.2.3: the default extension table and what the language adds to it.
_SINGLE_SHIFT: Final[Mapping[int, Mapping[int, str]]] = {
    0: gsm7.EXTENSION,
    NationalLanguage.TURKISH: {
        **gsm7.EXTENSION,
        0x47: "Ğ",
        0x49: "İ",
        0x53: "Ş",
        0x63: "ç",
        0x67: "ğ",
        0x69: "ı",
        0x73: "ş",
    },
    NationalLanguage.SPANISH: {
        **gsm7.EXTENSION,
        0x09: "ç",
        0x41: "Á",
        0x49: "Í",
        0x4F: "Ó",
        0x55: "Ú",
        0x61: "á",
        0x69: "í",
        0x6F: "ó",
        0x75: "ú",
    },
    NationalLanguage.PORTUGUESE: {
        **gsm7.EXTENSION,
        0x05: "ê",
        0x09: "ç",
        0x0B: "Ô",
        0x0C: "ô",
        0x0E: "Á",
        0x0F: "á",
        0x12: "Φ",
        0x13: "Γ",
        0x15: "Ω",
        0x16: "Π",
        0x17: "Ψ",
        0x18: "Σ",
        0x19: "Θ",
        0x1F: "Ê",
        0x41: "À",
        0x49: "Í",
        0x4F: "Ó",
        0x55: "Ú",
        0x5B: "Ã",
        0x5C: "Õ",
        0x61: "Â",
        0x69: "í",
        0x6F: "ó",
        0x75: "ú",
        0x7B: "ã",
        0x7C: "õ",
        0x7F: "â",
    },
}

# A.3.1 and A.3.3; A.3.2 is void: Spanish has no locking table.
_LOCKING_SHIFT: Final[Mapping[int, str]] = {
    0: gsm7.MAIN,
    NationalLanguage.TURKISH: (
        "@£$¥€éùıòÇ\nĞğ\rÅå"
        "Δ_ΦΓΛΩΠΨΣΘΞ\x1bŞşßÉ"
        " !\"#¤%&'()*+,-./"
        "0123456789:;<=>?"
        "İABCDEFGHIJKLMNO"
        "PQRSTUVWXYZÄÖÑÜ§"
        "çabcdefghijklmno"
        "pqrstuvwxyzäöñüà"
    ),
    NationalLanguage.PORTUGUESE: (
        "@£$¥êéúíóç\nÔô\rÁá"
        "Δ_ªÇÀ∞^\\€Ó|\x1bÂâÊÉ"
        " !\"#º%&'()*+,-./"
        "0123456789:;<=>?"
        "ÍABCDEFGHIJKLMNO"
        "PQRSTUVWXYZÃÕÚÜ§"
        "~abcdefghijklmno"
        "pqrstuvwxyzãõ`üà"
    ),
}


@lru_cache(maxsize=32)
def alphabet(locking: int = 0, single: int = 0) -> gsm7.Alphabet | None:
    """The alphabet for two language identifiers from a header (0 = the default table).

    None if one has no table here.
    """
    main = _LOCKING_SHIFT.get(locking)
    extension = _SINGLE_SHIFT.get(single)
    if main is None or extension is None:
        return None
    return gsm7.Alphabet(main, extension)


def alphabets(language: NationalLanguage) -> tuple[tuple[int, int, gsm7.Alphabet], ...]:
    """What may carry a text of the language: (locking, single, alphabet), the shortest header first."""
    pairs = ((0, int(language)), (int(language), 0), (int(language), int(language)))
    found = ((locking, single, alphabet(locking, single)) for locking, single in pairs)
    return tuple((locking, single, it) for locking, single, it in found if it is not None)
