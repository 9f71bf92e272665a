"""How a link wants its texts: a value per link or route, built once."""

from enum import Enum

import msgspec

from chappe.sms.national import NationalLanguage


class Concatenation(Enum):
    """How the parts of a long text are tied together (SMPP 3.4 sections 5.2.12, 5.3.2.22-24, 5.3.2.32)."""

    UDH8 = "udh8"  # user data header, 8-bit reference: the usual one
    UDH16 = "udh16"  # user data header, 16-bit reference: one septet less per part
    SAR = "sar"  # sar_* TLVs; the carrier writes the header, so the room per part is that of UDH8
    PAYLOAD = "payload"  # message_payload TLV with the whole text; the carrier splits


class Charset(Enum):
    """What the link reads in short_message when the text fits the GSM alphabet.

    With LATIN1 or ASCII the carrier turns the octets into GSM 7-bit on the air, so the room is still counted
    in septets.
    """

    GSM7 = "gsm7"
    LATIN1 = "latin1"
    ASCII = "ascii"


class TextOptions(msgspec.Struct, frozen=True):
    """`data_coding` overrides the octet sent for a text that is not UCS-2.

    The default is 0, 1 (ASCII) or 3 (Latin-1).
    """

    concatenation: Concatenation = Concatenation.UDH8
    charset: Charset = Charset.GSM7
    national: NationalLanguage | None = None
    data_coding: int | None = None


DEFAULT = TextOptions()
