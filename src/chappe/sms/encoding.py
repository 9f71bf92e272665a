"""Which encoding carries a text, and which characters are to blame when it is UCS-2."""

import unicodedata
from enum import Enum
from typing import Final

import msgspec

from chappe.sms import gsm7, ucs2
from chappe.sms.national import LOCKING_SHIFT_IEI, SINGLE_SHIFT_IEI, NationalLanguage, alphabets
from chappe.sms.options import DEFAULT, Charset, TextOptions

# Octets of user data in one SMS (TS 23.040 section 9.2.3.24), and what header octets leave of them.
USER_DATA: Final = 140
# Octets of a concatenation element with an 8-bit reference; a 16-bit one takes one more.
CONCATENATION_OCTETS: Final = 5


class Encoding(Enum):
    """The value is the usual data_coding (SMPP 3.4 section 5.2.19)."""

    GSM7 = 0
    ASCII = 1
    LATIN1 = 3
    UCS2 = 8


class Encoded(msgspec.Struct, frozen=True, gc=False):
    """A text in its encoding.

    `code` is what the radio carries, one septet per octet (an escaped character takes two) or two octets per
    UTF-16 unit; `units` counts the septets or units; `shifts` holds the national header elements.
    """

    encoding: Encoding
    text: str
    code: bytes
    units: int
    shifts: bytes = b""

    def room(self, header: int) -> int:
        """Units that fit one SMS beside `header` octets of concatenation elements."""
        header += len(self.shifts)
        octets = USER_DATA - header - (1 if header else 0)
        return octets // 2 if self.encoding is Encoding.UCS2 else octets * 8 // 7


class Cause(msgspec.Struct, frozen=True):
    """A character that forces UCS-2, at its position in code points of the normal form."""

    position: int
    character: str
    name: str


def normal_form(text: str) -> str:
    """The text as it is sent: NFC, so that e + combining acute is one 'é' that GSM 7-bit carries.

    Surrogate halves mended.
    """
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = ucs2.mend(text)
    return unicodedata.normalize("NFC", text)


def encode(text: str, options: TextOptions = DEFAULT) -> Encoded:
    """The cheapest encoding the link allows.

    Plain GSM 7-bit, else a national table if the route has one, else UCS-2.
    """
    text = normal_form(text)
    septets = gsm7.DEFAULT.try_encode(text)
    if options.charset is not Charset.GSM7:
        if septets is not None and _fits(text, options.charset):
            return Encoded(_WIRE[options.charset], text, septets, len(septets))
    elif septets is not None:
        return Encoded(Encoding.GSM7, text, septets, len(septets))
    elif options.national is not None:
        best = _national(text, options.national)
        if best is not None:
            return best
    code = text.encode("utf-16-be")
    return Encoded(Encoding.UCS2, text, code, len(code) // 2)


_WIRE: Final = {Charset.LATIN1: Encoding.LATIN1, Charset.ASCII: Encoding.ASCII}


def _fits(text: str, charset: Charset) -> bool:
    return text.isascii() or (charset is Charset.LATIN1 and max(text) <= "\xff")


def _national(text: str, language: NationalLanguage) -> Encoded | None:
    """The national alphabet that takes the fewest parts, if one carries the whole text.

    Between equals the single shift: a phone that ignores it shows S for Ş, one that ignores a locking shift
    shows other letters.
    """
    found: list[Encoded] = []
    for locking, single, alphabet in alphabets(language):
        code = alphabet.try_encode(text)
        if code is not None:
            shifts = bytes((SINGLE_SHIFT_IEI, 1, single)) if single else b""
            shifts += bytes((LOCKING_SHIFT_IEI, 1, locking)) if locking else b""
            found.append(Encoded(Encoding.GSM7, text, code, len(code), shifts))
    return min(found, key=_parts, default=None)


def _parts(encoded: Encoded) -> int:
    return 1 if encoded.units <= encoded.room(0) else -(-encoded.units // encoded.room(CONCATENATION_OCTETS))


def ucs2_causes(text: str, options: TextOptions = DEFAULT) -> list[Cause]:
    """Every character that keeps the text out of GSM 7-bit on this link, in order.

    Empty when the text is not sent as UCS-2.
    """
    encoded = encode(text, options)
    if encoded.encoding is not Encoding.UCS2:
        return []
    carried = carried_characters(encoded.text, options)
    return [
        Cause(position, char, unicodedata.name(char, f"U+{ord(char):04X}"))
        for position, char in enumerate(encoded.text)
        if char not in carried
    ]


def carried_characters(text: str, options: TextOptions = DEFAULT) -> frozenset[str]:
    """What the link carries without UCS-2.

    Of its alphabets, the one that comes nearest to carrying this text.
    """
    if options.charset is not Charset.GSM7:
        return frozenset(char for char in gsm7.DEFAULT.characters if _fits(char, options.charset))
    if options.national is None:
        return gsm7.DEFAULT.characters
    choice = (
        gsm7.DEFAULT.characters,
        *(alphabet.characters for _, _, alphabet in alphabets(options.national)),
    )
    return min(choice, key=lambda characters: sum(char not in characters for char in text))
