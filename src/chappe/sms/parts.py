"""A text in the parts that carry it: the wire form for a link, and the count that is shown and billed."""

from collections.abc import Sequence

import msgspec

from chappe.sms import cut, gsm7
from chappe.sms.encoding import CONCATENATION_OCTETS, USER_DATA, Encoded, Encoding, encode
from chappe.sms.options import DEFAULT, Charset, Concatenation, TextOptions

UDHI = 0x40  # esm_class: short_message begins with a user data header (SMPP 3.4 section 5.2.12)
SEPTETS = USER_DATA * 8 // 7  # of a lone part
MOST_PARTS = 255  # the part number is one octet (TS 23.040 section 9.2.3.24.1)

_DATA_CODING = {encoding: encoding.value for encoding in Encoding}  # `.value` is a slow property on 3.11


class TooManyParts(ValueError):
    """The text needs more parts than one message can have."""

    def __init__(self, parts: int) -> None:
        super().__init__(
            f"the text takes {parts} parts and a message has at most {MOST_PARTS}: shorten it or send a link"
        )
        self.parts = parts


class Parts(msgspec.Struct, frozen=True, gc=False):
    """What to put on the wire.

    `payloads` are short_message values, header included, one per part; with `in_payload_tlv` there is one,
    for the message_payload TLV, and `count` is what the carrier will make of it. `texts` match `payloads`;
    joined they are the text in normal form. With SAR and `count` > 1 the sar_* TLVs carry `reference`,
    `count` and the part's number from 1.
    """

    encoding: Encoding
    data_coding: int
    esm_class: int
    payloads: tuple[bytes, ...]
    texts: tuple[str, ...]
    count: int
    units: int
    concatenation: Concatenation
    reference: int
    in_payload_tlv: bool = False

    def __len__(self) -> int:
        return len(self.payloads)


class Measure(msgspec.Struct, frozen=True):
    """For a composer: `left` units remain in the last part.

    `single` and `each` are the room of a lone part and of one of several.
    """

    encoding: Encoding
    units: int
    parts: int
    single: int
    each: int
    left: int


def count(text: str, options: TextOptions = DEFAULT) -> int:
    """How many parts the text takes on this link; never raises, so it may exceed what `split` accepts."""
    encoded = encode(text, options)
    if encoded.units <= encoded.room(0):
        return 1
    return _count_long(encoded, _room_in_several(encoded, options))


def _room_in_several(encoded: Encoded, options: TextOptions) -> int:
    """With SAR and PAYLOAD the carrier writes the element, an 8-bit one as a rule."""
    wide = options.concatenation is Concatenation.UDH16
    return encoded.room(CONCATENATION_OCTETS + 1 if wide else CONCATENATION_OCTETS)


def _count_long(encoded: Encoded, room: int) -> int:
    # Without escapes and CR LF a text of the GSM alphabet may be cut anywhere.
    if encoded.encoding is not Encoding.UCS2 and not (b"\x1b" in encoded.code or b"\r\n" in encoded.code):
        return -(-encoded.units // room)
    return len(cut.pieces(encoded, room))


def measure(text: str, options: TextOptions = DEFAULT) -> Measure:
    """The figures a composer shows under the text."""
    encoded = encode(text, options)
    single = encoded.room(0)
    each = _room_in_several(encoded, options)
    if encoded.units <= single:
        return Measure(encoded.encoding, encoded.units, 1, single, each, single - encoded.units)
    found = cut.pieces(encoded, each)
    last = len(found[-1][1]) // (2 if encoded.encoding is Encoding.UCS2 else 1)
    return Measure(encoded.encoding, encoded.units, len(found), single, each, each - last)


def split(text: str, options: TextOptions = DEFAULT, reference: int = 0) -> Parts:
    """The text as the link wants it; `reference` ties the parts and is cut to the width of its field.

    Raises `TooManyParts`.
    """
    encoded = encode(text, options)
    if encoded.units <= encoded.room(0):
        return _parts(encoded, options, reference, [(encoded.text, encoded.code)], 1)
    found = cut.pieces(encoded, _room_in_several(encoded, options))
    total = len(found)
    if total > MOST_PARTS:
        raise TooManyParts(total)
    if options.concatenation is Concatenation.PAYLOAD:
        found = [(encoded.text, encoded.code)]
    return _parts(encoded, options, reference, found, total)


def plain_septets(texts: Sequence[str], options: TextOptions = DEFAULT) -> list[bytes | None]:
    """Of each text that is one part of plain GSM 7-bit its septets, an octet each: the payload that `split`
    gives, many at a time. None for all others, which need `split`.
    """
    if options.charset is not Charset.GSM7:
        return [None] * len(texts)
    # What this alphabet carries is in normal form: none of its letters is ever composed or decomposed.
    found = gsm7.DEFAULT.try_encode_all(texts)
    return [one if one is not None and len(one) <= SEPTETS else None for one in found]


def _parts(
    encoded: Encoded, options: TextOptions, reference: int, found: list[tuple[str, bytes]], total: int
) -> Parts:
    encoding, how = encoded.encoding, options.concatenation
    reference &= 0xFF if how is Concatenation.UDH8 else 0xFFFF
    ties = _ties(how, reference, total)
    data_coding = options.data_coding
    if data_coding is None or encoding is Encoding.UCS2:
        data_coding = _DATA_CODING[encoding]
    return Parts(
        encoding,
        data_coding,
        UDHI if ties or encoded.shifts else 0,
        _payloads(encoded, found, ties),
        tuple([piece for piece, _ in found]),
        total,
        encoded.units,
        how,
        reference,
        len(found) < total,
    )


def _ties(how: Concatenation, reference: int, total: int) -> list[bytes]:
    """The concatenation element of each part; empty when there is one part or the carrier writes it."""
    if total == 1:
        return []
    if how is Concatenation.UDH8:
        return [bytes((0x00, 3, reference, total, number)) for number in range(1, total + 1)]
    if how is Concatenation.UDH16:
        high, low = divmod(reference, 256)
        return [bytes((0x08, 4, high, low, total, number)) for number in range(1, total + 1)]
    return []


def _payloads(encoded: Encoded, found: list[tuple[str, bytes]], ties: list[bytes]) -> tuple[bytes, ...]:
    if encoded.encoding is Encoding.LATIN1 or encoded.encoding is Encoding.ASCII:
        codes = [piece.encode("latin-1") for piece, _ in found]
    else:
        codes = [code for _, code in found]
    if not ties and not encoded.shifts:
        return tuple(codes)
    headers = [tie + encoded.shifts for tie in ties or [b""] * len(found)]
    return tuple([bytes((len(head),)) + head + code for head, code in zip(headers, codes, strict=True)])
