"""Text of an inbound message from its octets, whatever the data_coding; no octets make it raise."""

from enum import Enum

import msgspec

from chappe.sms import gsm7, ucs2, udh
from chappe.sms.national import alphabet
from chappe.sms.options import Charset


class Coding(Enum):
    """How the octets of an inbound short_message are to be read."""

    DEFAULT = "default"  # what the link takes for data_coding 0
    GSM7 = "gsm7"
    UCS2 = "ucs2"
    ASCII = "ascii"
    LATIN1 = "latin1"
    CYRILLIC = "iso8859-5"
    HEBREW = "iso8859-8"
    JIS = "iso2022-jp"
    KOREAN = "euc-kr"
    BINARY = "binary"


class Inbound(msgspec.Struct, frozen=True):
    """`text` is empty for a binary message, whose octets are in `body`.

    `part` is set on a part of a longer text.
    """

    text: str
    body: bytes
    coding: Coding
    header: udh.Header
    part: udh.Concatenated | None


# SMPP 3.4 section 5.2.19.
_CODINGS = {
    0x00: Coding.DEFAULT,
    0x01: Coding.ASCII,
    0x02: Coding.BINARY,
    0x03: Coding.LATIN1,
    0x04: Coding.BINARY,
    0x05: Coding.JIS,
    0x06: Coding.CYRILLIC,
    0x07: Coding.HEBREW,
    0x08: Coding.UCS2,
    0x0A: Coding.JIS,
    0x0D: Coding.JIS,
    0x0E: Coding.KOREAN,
}


def coding_of(data_coding: int) -> Coding:
    """The SMPP values, then the groups of TS 23.038 section 4 that carriers hand through (flash, classes,
    waiting).
    """
    known = _CODINGS.get(data_coding)
    if known is not None:
        return known
    group = data_coding >> 4
    if group in (0xC, 0xD):
        return Coding.GSM7
    if group == 0xE:
        return Coding.UCS2
    if group == 0xF:
        return Coding.BINARY if data_coding & 0x04 else Coding.GSM7
    if group < 0x8:
        return (Coding.GSM7, Coding.BINARY, Coding.UCS2, Coding.GSM7)[data_coding >> 2 & 0x03]
    return Coding.DEFAULT


_CHARSETS = {Charset.GSM7: Coding.GSM7, Charset.LATIN1: Coding.LATIN1, Charset.ASCII: Coding.ASCII}


def decode(
    payload: bytes, data_coding: int = 0, udhi: bool = False, charset: Charset = Charset.GSM7
) -> Inbound:
    """The message in `payload` (short_message or message_payload).

    `charset` is what the link means by data_coding 0.
    """
    header, body = udh.parse(payload) if udhi else (udh.Header(), payload)
    coding = coding_of(data_coding)
    if coding is Coding.DEFAULT:
        coding = _CHARSETS[charset]
    return Inbound(_text(body, coding, header), body, coding, header, header.concatenated)


def _text(body: bytes, coding: Coding, header: udh.Header) -> str:
    if coding is Coding.BINARY:
        return ""
    if coding is Coding.UCS2:
        return ucs2.decode(body)
    if coding is Coding.GSM7:
        # A language without a table here (annex A has ten more) is read by the default one: some of it stays
        # legible.
        table = alphabet(header.locking_shift, header.single_shift) or gsm7.DEFAULT
        return table.decode(body)
    return body.decode(coding.value, "replace")
